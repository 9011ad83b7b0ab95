"""Checkpoints: folders that hold a training whole.

weights.safetensors  the weights as they are
model.safetensors    the best epoch's weights so far, which are saved as the model in the end
state.pt             optimizer, scheduler, scaler, moving average, gradients under way, place among the images

"""

import hashlib
import io
import json
from pathlib import Path
from typing import Any, cast

import torch
from safetensors.torch import load, save
from torch import Tensor

from trainyard_torch.data.splits import Splits
from trainyard_torch.directory.config import Config
from trainyard_torch.directory.failure import TrainerError
from trainyard_torch.models.network import InputFormat

weights_name = "weights.safetensors"
model_name = "model.safetensors"
state_name = "state.pt"
_format = "trainyard/torch-checkpoint"
_version = 1


def basis_of(config: Config, splits: Splits, input_format: InputFormat) -> dict[str, object]:
    """What must be the same for a training to go on exactly; each with the field that a person would look at."""
    images = hashlib.sha256()
    for name in ("train", "val", "test"):
        images.update(f"{name}\n".encode())
        for entry in splits.of(name):
            images.update(f"{entry.path}\0{entry.label}\0{entry.sha256 or ''}\n".encode())
    training = config.training
    return {
        "task.classNames": list(config.task.class_names),
        "model": [config.model.source, config.model.name],
        "dataset (its images and their split)": images.hexdigest(),
        "dataset.imageSize": [input_format.height, input_format.width],
        "training.seed": training.seed,
        "training.batchSize": training.batch_size,
        "training.accumulate": training.accumulate,
        "training.optimizer": training.optimizer,
        "training.ema": training.ema,
        "training.freezeBackbone": training.freeze_backbone,
    }


def tensors_to_bytes(tensors: dict[str, Tensor], about: dict[str, object]) -> bytes:
    """A safetensors file. Tensors that share their memory are written one by one."""
    plain = {name: tensor.detach().cpu().contiguous().clone() for name, tensor in tensors.items()}
    return save(plain, {"trainyard": json.dumps(about)})


def state_to_bytes(basis: dict[str, object], content: dict[str, Any]) -> bytes:
    """A file of tensors and plain values."""
    stream = io.BytesIO()
    torch.save({"format": _format, "version": _version, "basis": json.dumps(basis), **content}, stream)
    return stream.getvalue()


def _wrong(path: Path, what: str) -> TrainerError:
    return TrainerError("bad_checkpoint", f"The checkpoint {path} {what}", "Resume from another checkpoint, or start a new run.")


def read_tensors(folder: Path, name: str) -> dict[str, Tensor]:
    """The tensors of one of a checkpoint's files."""
    try:
        return load((folder / name).read_bytes())
    except Exception as error:
        raise _wrong(folder, f"is damaged: {name} can't be read ({str(error)[:200]})") from error


def read_state(folder: Path, basis: dict[str, object]) -> dict[str, Any]:
    """The content of `state.pt`.

    Raises:
        TrainerError: the checkpoint is damaged, or was made with other data or settings that the steps depend on.

    """
    try:
        content = cast("dict[str, Any]", torch.load(folder / state_name, map_location="cpu", weights_only=True))
    except Exception as error:
        raise _wrong(folder, f"is damaged: {state_name} can't be read ({str(error)[:200]})") from error
    if not isinstance(content, dict) or content.get("format") != _format or content.get("version") != _version:
        raise _wrong(folder, "is none of this trainer's")
    saved = json.loads(content["basis"])
    for field, value in basis.items():
        if saved.get(field) != value:
            raise TrainerError(
                "bad_checkpoint",
                f"The checkpoint {folder} does not fit this run: {field} is another",
                "Resume with the config and the data that it was made with, or start a new run.",
            )
    return content
