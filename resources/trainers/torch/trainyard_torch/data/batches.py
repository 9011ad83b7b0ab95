"""Which images a step takes: the same ones, however often the training was interrupted and however many processes share it."""

import math
from collections.abc import Iterator
from typing import cast

from torch.utils.data import Sampler

from trainyard_torch.data.dataset import Key
from trainyard_torch.data.randomness import generator


def steps_per_epoch(images: int, batch_size: int) -> int:
    """A last batch of a single image joins the one before: normalisation over a batch can do nothing with one."""
    steps = -(-images // batch_size)
    return steps - 1 if images % batch_size == 1 and batch_size > 1 and steps > 1 else steps


class TrainingBatches(Sampler[list[Key]]):
    """The batches of one epoch, in an order of its own; set `epoch` and `first` before each iteration."""

    def __init__(self, images: int, batch_size: int, seed: int, rank: int = 0, ranks: int = 1) -> None:
        self.epoch = 1
        self.first = 0  # batches of the epoch that are done already
        self._images = images
        self._batch_size = batch_size
        self._seed = seed
        self._rank = rank
        self._ranks = ranks
        self._steps = steps_per_epoch(images, batch_size)

    def __len__(self) -> int:
        return max(0, self._steps - self.first)

    def __iter__(self) -> Iterator[list[Key]]:
        order = cast("list[int]", generator(self._seed, "order", self.epoch).permutation(self._images).tolist())
        for step in range(self.first, self._steps):
            end = None if step == self._steps - 1 else (step + 1) * self._batch_size
            batch = order[step * self._batch_size : end]
            own = [Key(self.epoch, index) for index in batch[self._rank :: self._ranks]]
            # A process without an image of its own goes along with one that doesn't count: all must take the step together.
            yield own or [Key(self.epoch, batch[0], counts=False)]


class EvaluationBatches(Sampler[list[Key]]):
    """All images of a split once, in their order; each process has every other one."""

    def __init__(self, images: int, batch_size: int, rank: int = 0, ranks: int = 1) -> None:
        self._indices = range(rank, images, ranks)
        self._batch_size = batch_size

    def __len__(self) -> int:
        return math.ceil(len(self._indices) / self._batch_size)

    def __iter__(self) -> Iterator[list[Key]]:
        for start in range(0, len(self._indices), self._batch_size):
            yield [Key(0, index) for index in self._indices[start : start + self._batch_size]]
