"""Arithmetic in 16 bits where the config asks for it (`amp`)."""

from contextlib import AbstractContextManager, nullcontext

import torch
from torch.amp.grad_scaler import GradScaler


class Precision:
    """bf16 where the device has it, else fp16 with scaled losses."""

    def __init__(self, device: torch.device, *, amp: bool) -> None:
        self._device = device.type
        self.type: torch.dtype | None = None
        if amp:
            has_bf16 = device.type == "cpu" or torch.cuda.is_bf16_supported()
            self.type = torch.bfloat16 if has_bf16 else torch.float16
        self.scaler = GradScaler(self._device, enabled=self.type is torch.float16)

    def cast(self) -> AbstractContextManager[object]:
        return nullcontext() if self.type is None else torch.autocast(self._device, dtype=self.type)
