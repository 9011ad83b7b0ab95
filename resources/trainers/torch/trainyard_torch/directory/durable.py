"""Files and folders that are whole or not there, also after a kill or a power cut."""

import os
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

from trainyard_torch.directory.room import when_room

#: A file's bytes, or a file that will not change any more and gets a second name.
Content = bytes | Path


def flush_folder(folder: Path) -> None:
    if os.name == "nt":  # It can't open a folder; its renames are durable with the file system's own journal.
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _write_flushed(file: Path, content: bytes) -> None:
    with file.open("wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())


def _put(file: Path, content: Content) -> None:
    if isinstance(content, bytes):
        _write_flushed(file, content)
        return
    try:
        os.link(content, file)
    except OSError:  # Not every file system has hard links, nor do two of them together.
        _write_flushed(file, content.read_bytes())


def _replace(target: Path, make: Callable[[Path], None], remove: Callable[[Path], None]) -> None:
    temporary = target.with_name(f".{target.name}.{os.getpid()}.tmp")

    def write() -> None:
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            make(temporary)
            temporary.replace(target)
        except BaseException:
            remove(temporary)  # What is left of the disk is for others while this waits.
            raise
        flush_folder(target.parent)

    when_room(write)


def write_durably(file: Path, content: bytes) -> None:
    """Puts a whole file in place of the old one. A full disk is waited for."""
    _replace(file, lambda aside: _write_flushed(aside, content), lambda aside: aside.unlink(missing_ok=True))


def write_folder(folder: Path, files: Mapping[str, Content]) -> None:
    """Puts a folder with all of its files in place, at a name that is free or holds such a folder. A full disk is waited for."""

    def make(aside: Path) -> None:
        shutil.rmtree(aside, ignore_errors=True)
        aside.mkdir()
        for name, content in files.items():
            _put(aside / name, content)
        flush_folder(aside)
        if folder.exists():  # Left by an attempt that was killed at this very step.
            shutil.rmtree(folder)

    _replace(folder, make, lambda aside: shutil.rmtree(aside, ignore_errors=True))
