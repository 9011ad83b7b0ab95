"""timm's classifiers."""

import sys
from typing import Any, cast

import timm
from torch import nn

from trainyard_torch.directory.config import Config
from trainyard_torch.directory.failure import TrainerError
from trainyard_torch.models.classification import head_prefixes
from trainyard_torch.models.network import InputFormat
from trainyard_torch.models.weights import find_weights, load_weights, read_state


def own_size(name: str) -> int:
    """The side, in pixels, of the images that a model was made for.

    Raises:
        TrainerError: timm has no such model.

    """
    if not timm.is_model(name):
        near = ", ".join(timm.list_models(f"*{name.split('_', maxsplit=1)[0].split('.', maxsplit=1)[0]}*")[:5])
        raise TrainerError("bad_config", f'timm {timm.__version__} has no model "{name}"', f"Near this name: {near or 'nothing'}.")
    found = timm.get_pretrained_cfg(name)
    return int(found.input_size[-1]) if found is not None else 224


def build(config: Config, size: tuple[int, int]) -> tuple[nn.Module, InputFormat, tuple[str, ...], list[str]]:
    """The network, how images go in, its head's names, and lines for the log."""
    name, classes = config.model.name, len(config.task.class_names)
    weights = find_weights(config.model)
    more: dict[str, Any] = {"num_classes": classes}
    try:  # Transformers must know the size from the beginning; others don't take it.
        net = timm.create_model(name, pretrained=False, img_size=size, **more)
    except TypeError:
        net = timm.create_model(name, pretrained=False, **more)
    lines = []
    if weights is not None:
        state = read_state(weights)
        convert = getattr(sys.modules[type(net).__module__], "checkpoint_filter_fn", None)
        if convert is not None:  # Names of other releases, and positions of images of another size.
            state = cast("dict[str, Any]", convert(state, net))
        lines.append(load_weights(net, state, weights))
    data = timm.data.resolve_model_data_config(net)
    heads = head_prefixes(net, net.default_cfg.get("classifier"))
    return net, InputFormat(*size, tuple(data["mean"]), tuple(data["std"])), heads, lines
