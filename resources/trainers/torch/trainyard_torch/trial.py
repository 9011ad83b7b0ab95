"""Tries whether this Python can train: python -m trainyard_torch.trial. The last line that it prints is what it found, as JSON.

Packages that are missing or too old are named before anything heavy is imported; then a convolution runs forward and backward on the
processor and on each card, because a build of torch that imports may still have no code for a card, or want a newer driver.
"""

import importlib
import importlib.metadata
import json
import os
import platform
import re
import sys
import tomllib
import warnings
from pathlib import Path

#: Modules whose name is not that of their package.
_modules = {"pillow": "PIL", "huggingface-hub": "huggingface_hub"}


def _numbers(version: str) -> list[int]:
    """The release of a version: 2.6 of 2.6.0+cpu is [2, 6]."""
    numbers = [int(part) for part in re.findall(r"\d+", re.split(r"[+a-zA-Z]", version)[0])]
    while numbers and numbers[-1] == 0:
        numbers.pop()
    return numbers


def _suits(version: str, ranges: str) -> bool:
    bounds = re.findall(r"(>=|<)\s*([\d.]+)", ranges)
    return all((_numbers(version) >= _numbers(bound)) == (operator == ">=") for operator, bound in bounds)


def unsuited_packages(dependencies: list[str]) -> list[str]:
    """What of the dependencies is not here, or in a version out of their range."""
    unsuited = []
    for dependency in dependencies:
        name, ranges = re.split(r"(?=[<>=!~])", dependency, maxsplit=1) if re.search(r"[<>=!~]", dependency) else (dependency, "")
        try:
            version = importlib.metadata.version(name.strip())
        except importlib.metadata.PackageNotFoundError:
            unsuited.append(dependency)
        else:
            if not _suits(version, ranges):
                unsuited.append(f"{dependency} ({version})")
    return unsuited


def _names(dependencies: list[str]) -> list[str]:
    return [re.split(r"[<>=!~ ]", dependency, maxsplit=1)[0] for dependency in dependencies]


def _convolve(device: str) -> None:
    import torch

    torch.manual_seed(0)
    layer = torch.nn.Conv2d(3, 8, 3).to(device)
    loss = layer(torch.ones(2, 3, 16, 16, device=device)).square().mean()
    loss.backward()
    gradient = layer.weight.grad
    if gradient is None or not bool(torch.isfinite(gradient).all()):
        message = f"a convolution on {device} gave no finite gradient"
        raise RuntimeError(message)


def _why(error: Exception) -> str:
    return " ".join(f"{error or type(error).__name__}".split())[:600]


def try_cards() -> tuple[list[str], str | None]:
    """The cards on which a convolution works, and why the first other one does not."""
    import torch

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        available = torch.cuda.is_available()
    if not available:
        if torch.version.cuda is None and torch.version.hip is None:
            return [], "this build of torch has no code for cards"
        try:
            torch.cuda.init()  # type: ignore[no-untyped-call]
        except Exception as error:  # noqa: BLE001 - whatever the driver says
            return [], _why(error)
        return [], " ".join(" ".join(str(one.message).split()) for one in caught) or "torch finds no card"
    cards, why = [], None
    for index in range(torch.cuda.device_count()):
        name = torch.cuda.get_device_name(index)
        try:
            _convolve(f"cuda:{index}")
            torch.cuda.synchronize(index)
        except Exception as error:  # noqa: BLE001 - whatever the driver says
            why = why or f"{name}: {_why(error)}"
        else:
            cards.append(name)
    return cards, why


def try_all(dependencies: list[str]) -> dict[str, object]:
    """What this Python is, and whether it can train."""
    found: dict[str, object] = {"python": platform.python_version(), "unsuited": unsuited_packages(dependencies)}
    if found["unsuited"]:
        return found
    versions = {name: importlib.metadata.version(name) for name in _names(dependencies)}
    for name in versions:
        importlib.import_module(_modules.get(name, name))
    import torch

    _convolve("cpu")
    cards, why = try_cards()
    builds = {"cuda": torch.version.cuda, "rocm": torch.version.hip}
    return {**found, "versions": versions, "torch": torch.__version__, **builds, "cards": cards, "cardsFault": why}


def main() -> None:
    """Prints what was found."""
    pyproject = Path(__file__).resolve().parent.parent / "pyproject.toml"
    dependencies = tomllib.loads(pyproject.read_text(encoding="utf-8"))["project"]["dependencies"]
    found = try_all(dependencies)
    # What was installed is on the disk before anybody counts on it.
    if hasattr(os, "sync"):
        os.sync()
    sys.stdout.write(f"\n{json.dumps(found)}\n")


if __name__ == "__main__":
    main()
