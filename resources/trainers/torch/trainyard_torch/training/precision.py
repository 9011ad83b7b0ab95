"""Arithmetic in 16 bits where the config asks for it (`amp`)."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor
from torch.amp.grad_scaler import GradScaler
from torch.overrides import TorchFunctionMode

from trainyard_torch.models.float32 import in_float32


class Precision:
    """bf16 where the device has it, else fp16 with scaled losses."""

    def __init__(self, device: torch.device, *, amp: bool) -> None:
        self._device = device.type
        self.type: torch.dtype | None = None
        if amp:
            has_bf16 = device.type == "cpu" or torch.cuda.is_bf16_supported()
            self.type = torch.bfloat16 if has_bf16 else torch.float16
        self.scaler = GradScaler(self._device, enabled=self.type is torch.float16)

    @contextmanager
    def cast(self) -> Iterator[None]:
        """For a training's forward pass: layers compute in 16 bits. Networks themselves see to their losses (`models/float32.py`)."""
        if self.type is None:
            yield
            return
        with torch.autocast(self._device, dtype=self.type):
            if self._device == "cpu":
                with _WideConvolutions():
                    yield
            else:
                yield


class _WideConvolutions(TorchFunctionMode):
    """On the processor convolutions stay in 32 bits where their input is narrower than their stride, as the last levels of a pyramid are.

    oneDNN leaves columns of their weights' gradient in bf16 unwritten: whatever lay in that memory becomes the gradient.
    """

    def __torch_function__(
        self, func: Callable[..., Any], types: Sequence[type], args: tuple[Any, ...] = (), kwargs: Mapping[str, Any] | None = None
    ) -> Any:  # noqa: ANN401 - it stands for any function of torch
        del types
        more = dict(kwargs or {})
        if func is not torch.conv2d or not _is_narrow(*args, **more):
            return func(*args, **more)
        return in_float32(func)(*args, **more)


def _is_narrow(
    input: Tensor,  # noqa: A002
    weight: Tensor,
    bias: Tensor | None = None,
    stride: int | Sequence[int] = 1,
    *rest: object,
    **more: object,
) -> bool:
    del weight, bias, rest, more
    return input.shape[-1] < (stride if isinstance(stride, int) else stride[-1])
