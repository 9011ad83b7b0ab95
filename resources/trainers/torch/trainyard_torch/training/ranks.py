"""The processes that train one network together; usually there is one."""

import contextlib
import os
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import torch
from torch import Tensor, nn
from torch import distributed as dist
from torch.nn.parallel import DistributedDataParallel

from trainyard_torch.models.network import Network


@dataclass(frozen=True)
class Ranks:
    """The number of this process, how many there are, and the device that it computes on."""

    rank: int
    count: int
    device: torch.device

    @property
    def is_first(self) -> bool:
        return self.rank == 0

    def sum(self, *values: float) -> list[float]:
        """Sums over all processes, equal in each of them."""
        if self.count == 1:
            return list(values)
        total = torch.tensor(values, dtype=torch.float64, device=self.device)
        dist.all_reduce(total)
        result: list[float] = total.tolist()
        return result

    def sum_tensor(self, values: Tensor) -> Tensor:
        """The same of a tensor, which may lie on the processor."""
        if self.count == 1:
            return values
        total = values.to(self.device)
        dist.all_reduce(total)
        return total.cpu()

    def gather[Item](self, items: list[Item]) -> list[Item]:
        """The items of all processes, those of the first one first."""
        if self.count == 1:
            return items
        parts: list[Any] = [None] * self.count
        dist.all_gather_object(parts, items)
        return [item for part in parts for item in part]

    def share_weights(self, net: nn.Module) -> None:
        """Gives all processes the weights of the first one."""
        if self.count == 1:
            return
        state = net.state_dict()
        for name in sorted(state):
            dist.broadcast(state[name], src=0)

    def wrap(self, network: Network) -> nn.Module:
        """The network with gradients that are the mean over all processes."""
        if self.count == 1:
            return network
        devices = [self.device.index] if self.device.type == "cuda" else None
        # Heads of detectors have parts that an image without objects does not use.
        return DistributedDataParallel(network, device_ids=devices, find_unused_parameters=True)

    def synchronise_norms(self, network: Network) -> None:
        """On GPUs statistics are those of the whole batch, as they are in one process."""
        if self.count > 1 and self.device.type == "cuda":
            nn.SyncBatchNorm.convert_sync_batchnorm(network)  # type: ignore[no-untyped-call]


def join_ranks(gpus: int) -> Ranks:
    """Meets the other processes, where `torchrun` or this trainer's launcher started several."""
    rank, count = int(os.environ.get("RANK", "0")), int(os.environ.get("WORLD_SIZE", "1"))
    local = int(os.environ.get("LOCAL_RANK", "0"))
    use_gpu = gpus > 0 and torch.cuda.is_available()
    device = torch.device("cuda", local) if use_gpu else torch.device("cpu")
    if use_gpu:
        torch.cuda.set_device(device)
    if count > 1:
        meeting = os.environ.get("TRAINYARD_MEETING_FILE")
        dist.init_process_group(
            "nccl" if use_gpu else "gloo",
            init_method=f"file://{meeting}" if meeting else "env://",
            rank=rank,
            world_size=count,
            timeout=timedelta(minutes=30),
        )
    return Ranks(rank, count, device)


def leave_ranks() -> None:
    """Ends what `join_ranks` began."""
    if dist.is_initialized():
        with contextlib.suppress(RuntimeError):  # The others may have left before.
            dist.destroy_process_group()
