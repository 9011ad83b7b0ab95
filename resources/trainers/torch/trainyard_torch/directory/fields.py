"""Reads the fields of a JSON object strictly: every wrong field is reported, not only the first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import inf, isfinite
from typing import cast


@dataclass
class Findings:
    """What is wrong in a document, and which of its fields nobody asked for."""

    problems: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)


_required = object()


class Fields:
    """One object of a document. Each method takes a field, checks it and returns its value; `close` finds what was not taken."""

    def __init__(self, value: object, place: str, findings: Findings) -> None:
        self._place = place
        self._findings = findings
        self._taken: set[str] = set()
        if isinstance(value, dict):
            self._values: Mapping[str, object] = value
        else:
            self._values = {}
            findings.problems.append(f"{place or 'the document'}: expected an object")

    def text(self, name: str, default: object = _required) -> str:
        value = self._take(name, default)
        return value if isinstance(value, str) and value else self._wrong(name, "expected a text that is not empty", "?")

    def optional_text(self, name: str) -> str | None:
        return None if self._take(name, None) is None else self.text(name)

    def whole(self, name: str, default: object = _required, *, least: int = 0, most: float = inf) -> int:
        value = self._take(name, default)
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if isinstance(value, int) and not isinstance(value, bool) and least <= value <= most:
            return value
        return self._wrong(name, f"expected a whole number {_range(least, most)}", least)

    def number(self, name: str, default: object = _required, *, least: float = 0, most: float = inf, above: float = -inf) -> float:
        value = self._take(name, default)
        if isinstance(value, (int, float)) and not isinstance(value, bool) and isfinite(value):
            if least <= value <= most and value > above:
                return float(value)
        return self._wrong(name, f"expected a number {_range(max(least, above), most)}", 1.0)

    def flag(self, name: str, default: object = _required) -> bool:
        value = self._take(name, default)
        return value if isinstance(value, bool) else self._wrong(name, "expected true or false", False)

    def choice(self, name: str, choices: Sequence[str], default: object = _required) -> str:
        value = self._take(name, default)
        if isinstance(value, str) and value in choices:
            return value
        return self._wrong(name, f"expected one of {', '.join(choices)}", choices[0])

    def texts(self, name: str) -> list[str]:
        value = self._take(name, _required)
        if isinstance(value, list) and value and all(isinstance(one, str) and one for one in value):
            return cast("list[str]", value)
        return self._wrong(name, "expected a list of texts that are not empty", ["?"])

    def given(self, name: str) -> object:
        """The field as it stands; None where it is missing."""
        return self._take(name, None)

    def section(self, name: str, *, optional: bool = False) -> "Fields":
        value = self._take(name, {} if optional else _required)
        return Fields({} if value is _required else value, self._path(name), self._findings)

    def reject(self, name: str, why: str) -> None:
        self._findings.problems.append(f"{self._path(name)}: {why}")

    def close(self) -> None:
        self._findings.unknown += [self._path(name) for name in self._values if name not in self._taken]

    def _path(self, name: str) -> str:
        return f"{self._place}.{name}" if self._place else name

    def _take(self, name: str, default: object) -> object:
        self._taken.add(name)
        return self._values.get(name, default)

    def _wrong[Value](self, name: str, expected: str, instead: Value) -> Value:
        found = "nothing" if name not in self._values else repr(self._values[name])[:60]
        self.reject(name, f"{expected}, found {found}")
        return instead


def _range(least: float, most: float) -> str:
    return f"from {least} to {most}" if isfinite(most) else f"of at least {least}"
