"""Shows in Trainyard what a training script measures; does nothing where the script runs without it."""

from __future__ import annotations

import json
import math
import mimetypes
import os
import re
import shutil
import threading
import time
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trainyard.images import png_of

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["is_active", "log", "log_artifact", "log_image", "progress"]
__version__ = "0.1.0"

# Bytes that wait for room on the disk; beyond them lines are dropped.
_MOST_WAITING = 1024 * 1024
_MODEL_SUFFIXES = {".pt", ".pth", ".ckpt", ".safetensors", ".onnx", ".bin", ".keras", ".h5", ".tflite"}


class _Writer:
    """Appends lines to this process's own file."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.pid = os.getpid()
        self.step = 0
        self.epoch: float = 0
        self.rest = b""
        self.has_warned = False
        self.lock = threading.Lock()
        folder = directory / "logged"
        folder.mkdir(parents=True, exist_ok=True)
        # The time tells a process from an earlier one that had the same id.
        file = folder / f"{self.pid}-{time.time_ns()}.jsonl"
        self.handle = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o600)

    def write(self, kind: str, fields: Mapping[str, object]) -> None:
        line = json.dumps({"type": kind, "time": int(time.time() * 1000), **fields}).encode() + b"\n"
        if len(self.rest) < _MOST_WAITING:
            self.rest += line
        try:
            while self.rest:
                self.rest = self.rest[os.write(self.handle, self.rest) :]
        except OSError as error:
            # A full disk, most likely: no reason to end a training. The rest of a line comes with the next one.
            if not self.has_warned:
                warnings.warn(f"trainyard: {error}; what is logged is kept back", RuntimeWarning, stacklevel=4)
            self.has_warned = True


_writer: _Writer | None = None
_making = threading.Lock()


def _unlock_after_fork() -> None:
    global _making  # noqa: PLW0603
    _making = threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_unlock_after_fork)


def is_active() -> bool:
    """Whether what this process logs is shown: within Trainyard, and of several processes (``torchrun``) the one of rank 0."""
    return bool(os.environ.get("TRAINYARD_RUN_DIRECTORY")) and os.environ.get("RANK", "0") in {"", "0"}


def _current() -> _Writer | None:
    global _writer  # noqa: PLW0603
    if not is_active():
        return None
    with _making:
        # A forked process gets a file of its own.
        if _writer is None or _writer.pid != os.getpid():
            _writer = _Writer(Path(os.environ["TRAINYARD_RUN_DIRECTORY"]))
        return _writer


def _number(name: str, value: Any) -> float | int | str:  # noqa: ANN401
    """A number as JSON can have it; tensors and arrays of one element are numbers too."""
    if hasattr(value, "item"):
        value = value.item()
    if not isinstance(value, (int, float)):
        raise TypeError(f"The metric {name!r} is no number: {value!r}")
    number = value if isinstance(value, int) else float(value)
    if math.isfinite(number):
        return int(number) if isinstance(number, bool) else number
    return "NaN" if math.isnan(number) else "Infinity" if number > 0 else "-Infinity"


def log(values: Mapping[str, Any], *, step: int | None = None, epoch: float | None = None) -> None:
    """Log metrics by name. Without ``step`` the process counts its calls; without ``epoch`` the last one goes on."""
    numbers = {str(name): _number(name, value) for name, value in values.items()}
    writer = _current()
    if writer is None:
        return
    with writer.lock:
        writer.step = writer.step + 1 if step is None else int(step)
        writer.epoch = writer.epoch if epoch is None else epoch
        writer.write("metric", {"step": writer.step, "epoch": writer.epoch, "values": numbers})


def progress(epoch: float, epochs: float, step: int | None = None, steps: int | None = None) -> None:
    """Show how far the training is. Without steps, epochs are counted."""
    writer = _current()
    if writer is None:
        return
    done = int(epoch) if step is None or steps is None else int(step)
    whole = int(epochs) if step is None or steps is None else int(steps)
    with writer.lock:
        writer.write("progress", {"epoch": epoch, "epochs": epochs, "step": done, "steps": whole})


def log_image(name: str, image: Any, *, step: int | None = None) -> None:  # noqa: ANN401
    """Keep an image: a file, a Pillow image, or an array or tensor (fractions from 0 to 1, or whole numbers from 0 to 255)."""
    writer = _current()
    if writer is None:
        return
    number = writer.step if step is None else step
    is_file = isinstance(image, (str, os.PathLike))
    suffix = Path(image).suffix.lower() if is_file else ".png"
    inner = f"artifacts/images/{_file_name(name)}-{number}{suffix}"
    target = writer.directory / inner
    with _put_in_place(target) as temporary:
        if is_file:
            shutil.copyfile(image, temporary)
        elif hasattr(image, "save") and hasattr(image, "mode"):
            image.save(temporary, format="PNG")
        else:
            temporary.write_bytes(png_of(image))
    _write_artifact(writer, inner, "image", f"{name} ({number})")


def log_artifact(path: str | os.PathLike[str], *, name: str | None = None) -> None:
    """Keep a copy of a file or folder."""
    writer = _current()
    if writer is None:
        return
    source = Path(path)
    shown = name or source.name
    inner = f"artifacts/{_file_name(shown)}"
    with _put_in_place(writer.directory / inner) as temporary:
        if source.is_dir():
            shutil.copytree(source, temporary)
        else:
            shutil.copyfile(source, temporary)
    _write_artifact(writer, inner, "model" if source.suffix.lower() in _MODEL_SUFFIXES else "other", shown)


def _file_name(name: str) -> str:
    return re.sub(r"[^\w.+-]+", "_", name).strip(".") or "unnamed"


def _write_artifact(writer: _Writer, inner: str, kind: str, name: str) -> None:
    media_type = mimetypes.guess_type(inner)[0] or "application/octet-stream"
    with writer.lock:
        writer.write("artifact", {"path": inner, "kind": kind, "name": name, "mediaType": media_type})


class _put_in_place:  # noqa: N801
    """A temporary name whose file or folder gets its own once it is whole."""

    def __init__(self, target: Path) -> None:
        self.target = target
        self.temporary = target.with_name(f".{target.name}.{os.getpid()}-{threading.get_ident()}")

    def __enter__(self) -> Path:
        self.target.parent.mkdir(parents=True, exist_ok=True)
        return self.temporary

    def __exit__(self, kind: object, *_: object) -> None:
        if kind is None:
            if self.target.is_dir() and not self.target.is_symlink():
                shutil.rmtree(self.target)
            self.temporary.replace(self.target)
        elif self.temporary.is_dir():
            shutil.rmtree(self.temporary, ignore_errors=True)
        else:
            self.temporary.unlink(missing_ok=True)
