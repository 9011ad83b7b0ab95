"""Batches of images, read by processes beside the training."""

import os
import sys
from dataclasses import dataclass
from typing import Any, Self

import torch
from torch import Tensor
from torch.utils.data import DataLoader, Sampler

from trainyard_torch.data.dataset import Broken, ImageDataset, Key, Sample
from trainyard_torch.data.truth import Truth

#: Batches that each process has ready ahead of time.
prefetch = 2
_most_workers = 8


@dataclass
class Batch:
    keys: list[Key]
    images: Tensor  # [n, 3, height, width] bytes
    truths: list[Truth]
    broken: list[Broken]

    def __len__(self) -> int:
        return len(self.keys)

    def pin_memory(self) -> Self:
        self.images = self.images.pin_memory()
        return self

    def to(self, device: torch.device) -> "Batch":
        truths = [truth.to(device) for truth in self.truths]
        return Batch(self.keys, self.images.to(device, non_blocking=True), truths, self.broken)

    def part(self, start: int, end: int) -> "Batch":
        return Batch(self.keys[start:end], self.images[start:end], self.truths[start:end], [])


def collate(items: list[Sample | Broken]) -> Batch:
    """Puts together what can be read; what can't is named."""
    samples = [item for item in items if isinstance(item, Sample)]
    broken = [item for item in items if isinstance(item, Broken)]
    images = torch.stack([sample.image for sample in samples]) if samples else torch.empty(0, 3, 0, 0, dtype=torch.uint8)
    return Batch([sample.key for sample in samples], images, [sample.truth for sample in samples], broken)


def _start_worker(_number: int) -> None:
    torch.set_num_threads(1)
    if hasattr(os, "setpgid"):
        # A signal to the trainer's process group is the trainer's to answer; a reader follows its parent.
        os.setpgid(0, 0)


def free_shared_memory() -> int | None:
    """Bytes left for what processes hand over; None where nothing limits it."""
    try:
        status = os.statvfs("/dev/shm")  # noqa: S108 - the system's own place
    except (OSError, AttributeError):
        return None
    return status.f_bavail * status.f_frsize


def choose_workers(wanted: int | None, cpus: int, ranks: int, batch_bytes: int) -> tuple[int, str | None]:
    """How many processes read images for each rank, and a warning where shared memory allows fewer than wanted.

    Args:
        wanted: by the config; None: as many as there are processors beside the trainer's own, at most eight
        batch_bytes: of one rank's batch

    """
    count = min(_most_workers, max(1, cpus // ranks - 1)) if wanted is None else wanted
    free = free_shared_memory()
    if free is None or count == 0:
        return count, None
    # Half of it stays free: truths, results on their way, and whatever else uses it.
    fitting = int(free / 2 / (batch_bytes * (prefetch + 1)) / ranks)
    if fitting >= count:
        return count, None
    return fitting, (
        f"Images are read by {fitting} processes instead of {count}: shared memory (/dev/shm) has {free >> 20} MiB left, "
        f"and each needs {batch_bytes * (prefetch + 1) >> 20} MiB. Give the container more (--shm-size)."
    )


def loader(dataset: ImageDataset, batches: Sampler[list[Key]], workers: int, *, pin: bool) -> "DataLoader[Any]":
    """Reads the batches in their order."""
    more: dict[str, Any] = {}
    if workers > 0:
        # A forked process has the manifest at once and without a copy. Elsewhere than on Linux forking breaks system libraries.
        context = "fork" if sys.platform == "linux" else "spawn"
        more = {"prefetch_factor": prefetch, "persistent_workers": True, "multiprocessing_context": context}
    return DataLoader(
        dataset,
        batch_sampler=batches,
        num_workers=workers,
        collate_fn=collate,
        pin_memory=pin,
        worker_init_fn=_start_worker,
        generator=torch.Generator(),
        **more,
    )
