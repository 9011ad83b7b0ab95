"""Losses and boxes in 32 bits, also where autocast lets layers compute in 16: a box of 600 pixels has steps of 4 pixels in bf16."""

from collections.abc import Callable
from functools import wraps
from typing import cast

import torch
from torch import Tensor, nn


def as_float32[Values](values: Values) -> Values:
    """The same tensors, lists and dictionaries of them, with numbers of 32 bits where they had 16."""
    if isinstance(values, Tensor):
        return cast("Values", values.float()) if values.is_floating_point() else values
    if isinstance(values, dict):
        return cast("Values", {name: as_float32(value) for name, value in values.items()})
    if isinstance(values, (list, tuple)) and not hasattr(values, "_fields"):
        return cast("Values", type(values)(as_float32(value) for value in values))
    return values


def in_float32[Result](compute: Callable[..., Result]) -> Callable[..., Result]:
    """The same function on numbers of 32 bits, and without autocast, which would have its products in 16."""

    @wraps(compute)
    def widened(*args: object, **more: object) -> Result:
        device = "cuda" if torch.is_autocast_enabled("cuda") else "cpu"
        with torch.autocast(device, enabled=False):
            return compute(*as_float32(args), **as_float32(more))

    return widened


def answer_in_float32(*parts: nn.Module) -> None:
    """Lets these parts of a network give on numbers of 32 bits."""
    for part in parts:
        part.register_forward_hook(_widen)


def take_float32(*parts: nn.Module) -> None:
    """Gives these parts of a network numbers of 32 bits: those that compute in the type of what they get."""
    for part in parts:
        part.register_forward_pre_hook(_widen_inputs)


def _widen(_part: nn.Module, _inputs: object, outputs: object) -> object:
    return as_float32(outputs)


def _widen_inputs(_part: nn.Module, inputs: tuple[object, ...]) -> tuple[object, ...]:
    return as_float32(inputs)
