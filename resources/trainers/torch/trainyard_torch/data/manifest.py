"""`dataset.jsonl` and `annotations.jsonl`: one line for each image."""

import json
from array import array
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from trainyard_torch.directory.config import Config
from trainyard_torch.directory.failure import TrainerError
from trainyard_torch.directory.fields import Fields, Findings

split_names = ("train", "val", "test")


@dataclass(frozen=True, slots=True)
class ImageEntry:
    """An image of the manifest."""

    line: int  # its line in both files, from 0
    file: str
    path: str  # its name within the dataset
    label: int | None  # the class's place in `task.classNames`; None in labelled sets
    sha256: str | None
    size: int | None  # bytes
    width: int  # of the upright image, as is the height
    height: int
    channels: int
    max_value: int | None  # the largest value of a 16-bit image's colour channels; None for one of 8 bits
    split: str | None


def _optional_whole(fields: Fields, name: str, most: float) -> int | None:
    return None if fields.given(name) is None else fields.whole(name, most=most)


def _parse(text: bytes, line: int, labels: Mapping[str, int], config: Config) -> ImageEntry:
    place = f"Line {line + 1} of {config.dataset.manifest}"
    try:
        value: object = json.loads(text)
    except ValueError as error:
        raise TrainerError("bad_data", f"{place} is not JSON", "Write the manifest again.") from error
    findings = Findings()
    fields = Fields(value, "", findings)
    labelled = config.dataset.annotations is not None
    name = fields.optional_text("class") if labelled else fields.text("class")
    entry = ImageEntry(
        line=line,
        file=str(Path(config.dataset.root) / fields.text("file")),
        path=fields.text("path"),
        label=None if labelled or name is None else labels.get(name, -1),
        sha256=fields.optional_text("sha256"),
        size=_optional_whole(fields, "size", 2**53),
        width=fields.whole("width", least=1),
        height=fields.whole("height", least=1),
        channels=fields.whole("channels", 3, least=1),
        max_value=_optional_whole(fields, "maxValue", 65535),
        split=None if fields.given("split") is None else fields.choice("split", split_names),
    )
    if findings.problems:
        raise TrainerError("bad_data", f"{place} is not valid ({'; '.join(findings.problems)})", "Write the manifest again.")
    if entry.label == -1:
        raise TrainerError(
            "bad_data",
            f'{place} has the class "{name}", which task.classNames does not have',
            "Name all classes of the dataset in the config.",
        )
    return entry


def _lines(file: Path) -> Iterator[bytes]:
    try:
        with file.open("rb") as stream:
            yield from stream
    except OSError as error:
        raise TrainerError("bad_data", f"{file} cannot be read: {error}", "The run directory must hold this file.") from error


def read_manifest(directory: Path, config: Config) -> list[ImageEntry]:
    """The images in the order of their names, which does not depend on the order in which the manifest was written.

    Raises:
        TrainerError: names the first line that is wrong.

    """
    labels = {name: label for label, name in enumerate(config.task.class_names)}
    lines = _lines(directory / config.dataset.manifest)
    entries = [_parse(text, line, labels, config) for line, text in enumerate(lines) if text.strip()]
    return sorted(entries, key=lambda entry: entry.path.encode("utf-16-be", "surrogatepass"))


class AnnotationFile:
    """`annotations.jsonl`: only where each line begins is kept in memory; a line is read when its image is."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._starts = array("q")
        position = 0
        for text in _lines(file):
            self._starts.append(position)
            position += len(text)

    def __len__(self) -> int:
        return len(self._starts)

    def read(self, line: int) -> list[dict[str, object]]:
        """The objects of an image, as they stand in the file."""
        with self._file.open("rb") as stream:  # Each reading process has its own position so.
            stream.seek(self._starts[line])
            return self._objects(stream.readline(), line)

    def all(self) -> Iterator[list[dict[str, object]]]:
        for line, text in enumerate(_lines(self._file)):
            yield self._objects(text, line)

    def _objects(self, text: bytes, line: int) -> list[dict[str, object]]:
        try:
            value: object = json.loads(text)
        except ValueError:
            value = None
        if isinstance(value, list) and all(isinstance(one, dict) for one in value):
            return cast("list[dict[str, object]]", value)
        raise TrainerError("bad_data", f"Line {line + 1} of {self._file.name} is no array of objects", "Write the annotations again.")
