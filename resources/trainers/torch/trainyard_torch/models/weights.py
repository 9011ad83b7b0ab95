"""Weights that a network starts from: found on this machine, never fetched."""

import os
from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import Tensor, nn

from trainyard_torch.directory.config import Model
from trainyard_torch.directory.failure import TrainerError

State = dict[str, Tensor]
_wrappers = ("model_ema", "state_dict_ema", "ema", "model_state_dict", "state_dict", "model")
_prefixes = ("module.", "model.", "net.", "backbone.")


def go_offline() -> None:
    """Before libraries that ask hubs are loaded: what is not on this machine is missing."""
    for name in ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE", "HF_HUB_DISABLE_TELEMETRY", "DISABLE_TELEMETRY", "YOLO_OFFLINE"):
        os.environ[name] = "1"


def missing(model: Model, where: str) -> TrainerError:
    """The error that says which weights are not there, and where to put them."""
    return TrainerError(
        "missing_weights",
        f"The pretrained weights of {model.source}/{model.name} are not on this machine: {where}",
        "Set model.pretrainedWeights to the file, put it there, or set model.pretrained to false. Nothing is fetched while training.",
    )


def find_weights(model: Model) -> Path | None:
    """The file (or folder) to start from; None where the network starts from nothing.

    Raises:
        TrainerError: the config asks for weights that are not on this machine.

    """
    if model.pretrained_weights is not None:
        path = Path(model.pretrained_weights)
        if not path.exists():
            raise missing(model, f'"{path}" does not exist')
        return path
    if not model.pretrained:
        return None
    return _in_caches(model)


def _in_caches(model: Model) -> Path:
    if model.source == "torchvision":
        return _in_torch_cache(model)
    if model.source == "ultralytics":
        path = Path(f"{model.name}.pt")
        if path.is_file():
            return path
        raise missing(model, f'there is no "{path.resolve()}"')
    repository = model.name
    if model.source == "timm":
        import timm

        found = timm.get_pretrained_cfg(model.name)
        if found is None or not found.hf_hub_id:
            raise missing(model, "timm names no weights for this model")
        repository = found.hf_hub_id
    from huggingface_hub import try_to_load_from_cache
    from huggingface_hub.constants import HF_HUB_CACHE

    for name in ("model.safetensors", "pytorch_model.bin"):
        cached = try_to_load_from_cache(repository, name)
        if isinstance(cached, str):
            return Path(cached)
    raise missing(model, f'"{repository}/model.safetensors" is not in the cache {HF_HUB_CACHE}')


def _in_torch_cache(model: Model) -> Path:
    from torchvision.models import get_model_weights

    try:
        url: str = get_model_weights(model.name)["DEFAULT"].url
    except (ValueError, KeyError) as error:
        raise missing(model, "torchvision names no weights for this model") from error
    path = Path(torch.hub.get_dir()) / "checkpoints" / url.rsplit("/", 1)[-1]
    if not path.is_file():
        raise missing(model, f'there is no "{path}"')
    return path


def read_state(path: Path) -> State:
    """The tensors of a file of weights by their names.

    Raises:
        TrainerError: the file is damaged, or holds something else.

    """
    try:
        if path.suffix == ".safetensors":
            return load_file(path)
        loaded: object = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:
        raise TrainerError(
            "missing_weights",
            f'"{path}" can\'t be read as weights: {str(error).splitlines()[0][:300]}',
            "Use a .safetensors file, or a .pth file with nothing but tensors.",
        ) from error
    for name in _wrappers:
        if isinstance(loaded, dict) and isinstance(loaded.get(name), dict):
            loaded = loaded[name]
    if isinstance(loaded, dict):
        return {str(name): value for name, value in loaded.items() if isinstance(value, Tensor)}
    raise TrainerError("missing_weights", f'"{path}" holds no weights by name', "Use a .safetensors or .pth file of weights.")


def fit_names(state: State, own: State) -> State:
    """The state under the names of `own`, whichever wrapper it was saved from."""

    def fitting(candidate: State) -> int:
        return sum(name in own for name in candidate)

    candidates = [state]
    for prefix in _prefixes:
        candidates.append({name.removeprefix(prefix): value for name, value in state.items()})
        candidates.append({f"{prefix}{name}": value for name, value in state.items()})
    return max(candidates, key=fitting)


def load_weights(net: nn.Module, state: State, path: Path) -> str:
    """Takes over all weights that fit. Returns the line for the log that says which part starts anew.

    Raises:
        TrainerError: fewer than half of the network's weights are in the file.

    """
    own = net.state_dict()
    named = fit_names(state, own)
    fitting = {name: value for name, value in named.items() if name in own and own[name].shape == value.shape}
    weights = {name for name, _ in net.named_parameters()}
    count = sum(own[name].numel() for name in weights)
    taken = sum(own[name].numel() for name in weights & fitting.keys())
    if taken < count / 2:
        raise TrainerError(
            "missing_weights",
            f'"{path}" does not fit the model: only {taken} of its {count} weights have their name and shape in there',
            "Choose the model that the weights were made with.",
        )
    net.load_state_dict(fitting, strict=False)
    return describe_loaded(path, sorted(weights - fitting.keys()))


def describe_loaded(path: Path, fresh: list[str]) -> str:
    """One line: where the weights come from, and what of the network they do not have, mostly the head of another number of classes."""
    if not fresh:
        return f"Starting from the weights in {path}; all of them fit."
    parts = sorted({name.rsplit(".", 1)[0] for name in fresh})
    named = ", ".join(parts[:4]) + (", …" if len(parts) > 4 else "")
    return f"Starting from the weights in {path}; what is not in there, or was made for other classes or sizes, starts anew: {named}."
