"""Writes `events.jsonl` (docs/run-directory.md)."""

import json
import math
import os
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from trainyard_torch.directory.room import when_room

Level = Literal["debug", "info", "warning", "error"]
Values = Mapping[str, float]

#: A line of the protocol may have 1 MiB; a longer message is cut.
_longest_message = 64 * 1024
#: Two lines of the greatest length: the last whole one is surely in there.
_tail_bytes = 2 * 1024 * 1024
_seq = re.compile(rb'^\{"seq": ?(\d+),')


def rounded(value: float) -> float | str:
    """Seven significant digits, all that a 32-bit float holds; what is not finite as the protocol's text."""
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    return float(f"{value:.7g}")


def _find_end(file: Path) -> tuple[int, int]:
    """Where the last whole line ends, and the number of the last event."""
    size = file.stat().st_size
    with file.open("rb") as stream:
        stream.seek(max(0, size - _tail_bytes))
        tail = stream.read()
    whole = tail[: tail.rfind(b"\n") + 1]
    length = size - len(tail) + len(whole)
    for line in reversed(whole.split(b"\n")):
        found = _seq.match(line)
        if found:
            return length, int(found[1])
    return length, 0


class Events:
    """One whole line a write, numbered without a gap, going on after a torn last line. A full disk is waited for."""

    def __init__(self, file: Path | None) -> None:
        """Opens the file; None writes nothing, as all processes of a training but the first do."""
        self._last = 0
        self._handle: int | None = None
        if file is None:
            return
        torn = False
        if file.exists():
            length, self._last = _find_end(file)
            torn = length < file.stat().st_size
            if torn:
                os.truncate(file, length)
        self._handle = when_room(lambda: os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644))
        if torn:
            self.log("warning", "A torn last line of an earlier start was cut off events.jsonl.")

    def progress(self, *, epoch: int, epochs: int, step: int, steps: int, eta_ms: int | None) -> None:
        self._write("progress", {"epoch": epoch, "epochs": epochs, "step": step, "steps": steps, "etaMs": eta_ms})

    def metric(self, epoch: int, step: int, values: Values) -> None:
        self._write("metric", {"epoch": epoch, "step": step, "values": _rounded(values)})

    def log(self, level: Level, message: str, epoch: int | None = None, step: int | None = None) -> None:
        text = message if len(message) <= _longest_message else f"{message[:_longest_message]} …"
        context = {} if epoch is None else {"context": {"epoch": epoch, "step": step}}
        self._write("log", {"level": level, "message": text, **context})

    def checkpoint(self, *, path: str, epoch: int, step: int, kind: Literal["last", "best"], metrics: Values) -> None:
        self._write("checkpoint", {"path": path, "epoch": epoch, "step": step, "kind": kind, "metrics": _rounded(metrics)})
        self.flush()

    def artifact(self, *, path: str, kind: str, name: str, media_type: str) -> None:
        self._write("artifact", {"path": path, "kind": kind, "name": name, "mediaType": media_type})
        self.flush()

    def result(
        self,
        status: Literal["completed", "cancelled", "failed"],
        metrics: Values,
        message: str | None = None,
        cause: str | None = None,
    ) -> None:
        extra = {name: text for name, text in (("message", message), ("cause", cause)) if text is not None}
        self._write("result", {"status": status, "metrics": _rounded(metrics), **extra})
        self.flush()

    def flush(self) -> None:
        handle = self._handle
        if handle is not None:
            when_room(lambda: os.fsync(handle))

    def _write(self, kind: str, fields: Mapping[str, object]) -> None:
        handle = self._handle
        if handle is None:
            return
        now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        event = {"seq": self._last + 1, "time": now, "type": kind, **fields}
        line = json.dumps(event, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode(errors="backslashreplace") + b"\n"
        done = 0

        def write() -> None:
            nonlocal done
            # A disk that fills up takes a part of the line: its rest follows, and no other line comes in between.
            while done < len(line):
                done += os.write(handle, line[done:])

        when_room(write)
        self._last += 1


def _rounded(values: Values) -> dict[str, float | str]:
    return {name: rounded(float(value)) for name, value in values.items()}
