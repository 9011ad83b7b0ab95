"""The model as ONNX, held against torch."""

import io
import json
import subprocess
import sys
import tempfile
import warnings
from pathlib import Path
from typing import cast

import numpy as np
import torch
from torch import Tensor, nn

from trainyard_torch.models.network import Network

_opset = 17
_most_images = 3
#: Less sure answers are those of chance, where the order of equal ones decides.
_sure = 0.1


class _Predictor(nn.Module):
    def __init__(self, network: Network) -> None:
        super().__init__()
        self.network = network

    def forward(self, images: Tensor) -> tuple[Tensor, ...]:
        return self.network.predict(images)


class _Constant(nn.Module):
    def __init__(self, value: Tensor) -> None:
        super().__init__()
        self.register_buffer("value", value)

    def forward(self, *_given: object, **_named: object) -> Tensor:
        return cast("Tensor", self.value)


def _fix_positions(network: nn.Module, images: Tensor) -> None:
    """Makes constants of position embeddings, which depend on the input's size alone: they are computed in 64 bits, which few runtimes have."""
    found: dict[str, Tensor] = {}
    hooks = []
    for name, module in network.named_modules():
        if type(module).__name__.endswith("SinePositionEmbedding"):
            hooks.append(module.register_forward_hook(lambda _module, _given, value, name=name: found.update({name: value})))
    with torch.no_grad():
        network(images)
    for hook in hooks:
        hook.remove()
    for name, value in found.items():
        if isinstance(value, Tensor) and value.shape[0] == 1:
            parent, _, own = name.rpartition(".")
            setattr(network.get_submodule(parent), own, _Constant(value))


def export_onnx(network: Network, images: Tensor, about: dict[str, object]) -> bytes:
    """An ONNX file whose input is `images` [batch, 3, height, width], on the scale 0 to 1, with any number of images.

    Args:
        network: on the processor; it is changed
        images: at least two

    """
    predictor = _Predictor(network).eval()
    _fix_positions(predictor, images)
    stream = io.BytesIO()
    outputs = list(network.outputs)
    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")  # It warns of each branch over a size, and sizes are fixed.
        torch.onnx.export(
            predictor,
            (images,),
            stream,  # type: ignore[arg-type]
            input_names=["images"],
            output_names=outputs,
            dynamic_axes={name: {0: "batch"} for name in ("images", *outputs)},
            opset_version=_opset,
            dynamo=False,
        )
    return _with_metadata(stream.getvalue(), about)


def _with_metadata(content: bytes, about: dict[str, object]) -> bytes:
    """Appends the model's description under `trainyard`: a field of the file's outermost message may stand at its end (ONNX, `metadata_props`)."""
    key, value = b"trainyard", json.dumps(about).encode()
    entry = _field(1, key) + _field(2, value)
    return content + _field(14, entry)


def _field(number: int, content: bytes) -> bytes:
    return _varint(number << 3 | 2) + _varint(len(content)) + content


def _varint(value: int) -> bytes:
    result = bytearray()
    while value > 127:
        result.append(value & 127 | 128)
        value >>= 7
    return bytes([*result, value])


def compare(network: Network, content: bytes, images: Tensor) -> dict[str, float]:
    """The largest difference between ONNX Runtime's answers and torch's, for one image and for three, by output.

    Raises:
        RuntimeError: ONNX Runtime can't run the file.

    """
    images = images[:_most_images]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "model.onnx").write_bytes(content)
        np.save(folder / "images.npy", images.numpy())
        command = [sys.executable, "-m", "trainyard_torch.reports.onnx_check"]
        files = [str(folder / file) for file in ("model.onnx", "images.npy", "answers.npz")]
        done = subprocess.run([*command, *files], capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False)  # noqa: S603
        if done.returncode != 0:
            raise RuntimeError(f"ONNX Runtime can't run the model: {done.stderr.strip().splitlines()[-1:] or done.returncode}")
        with np.load(folder / "answers.npz") as answers:
            found = dict(answers)
    differences: dict[str, float] = {}
    for count in (1, len(images)):
        with torch.no_grad():
            expected = dict(zip(network.outputs, network.predict(images[:count]), strict=True))
        own = {name: torch.from_numpy(found[f"{count}/{name}"]) for name in network.outputs}
        measure = _detections_apart if "boxes" in own else _apart
        differences |= {f"{name} at batch {count}": value for name, value in measure(expected, own).items()}
    return differences


def _apart(expected: dict[str, Tensor], found: dict[str, Tensor]) -> dict[str, float]:
    return {name: _largest(expected[name] - found[name]) for name in expected}


def _largest(difference: Tensor) -> float:
    return float(difference.abs().max()) if difference.numel() else 0.0


def _detections_apart(expected: dict[str, Tensor], found: dict[str, Tensor]) -> dict[str, float]:
    """Scores stand in their order, in which equally sure answers may have changed places: each sure one is held against the nearest box of its class."""
    apart = {"scores": _largest(expected["scores"] - found["scores"]), "boxes": 0.0}
    for image in range(len(expected["scores"])):
        sure = expected["scores"][image] >= _sure
        boxes, labels = expected["boxes"][image][sure], expected["labels"][image][sure]
        distances = (boxes[:, None] - found["boxes"][image][None]).abs().amax(dim=-1)
        distances[labels[:, None] != found["labels"][image][None]] = torch.inf
        apart["boxes"] = max(apart["boxes"], _largest(distances.amin(dim=1)))
        if "masks" in expected:
            masks = expected["masks"][image][sure] - found["masks"][image][distances.argmin(dim=1)]
            # The mean over a mask: a box's edge that moves by a digit cuts off whole pixels.
            apart["masks"] = max(apart.get("masks", 0.0), _largest(masks.abs().flatten(1).mean(dim=1)))
    return apart
