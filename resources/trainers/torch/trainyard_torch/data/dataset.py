"""One image and its truth, changed by chance: by the seed, the epoch and the image's place, and by nothing else."""

from collections.abc import Callable
from dataclasses import dataclass

from torch import Tensor
from torch.utils.data import Dataset

from trainyard_torch.data.decoding import UnreadableImageError, decode
from trainyard_torch.data.geometry import Placement, jitter, place
from trainyard_torch.data.manifest import ImageEntry
from trainyard_torch.data.randomness import generator
from trainyard_torch.data.truth import Truth
from trainyard_torch.directory.config import Augmentation
from trainyard_torch.directory.failure import TrainerError

#: What an image shows, in the network's input.
ReadTruth = Callable[[ImageEntry, Placement], Truth]


@dataclass(frozen=True)
class Key:
    """Asks for an image: its place in the split, in an epoch. `counts` is false for one that only fills a process's part of a batch."""

    epoch: int
    index: int
    counts: bool = True


@dataclass(frozen=True)
class Sample:
    key: Key
    image: Tensor  # [3, height, width] bytes
    truth: Truth


@dataclass(frozen=True)
class Broken:
    """An image that can't be read."""

    key: Key
    why: str


class ImageDataset(Dataset["Sample | Broken"]):
    """The images of a split in the network's size."""

    def __init__(
        self,
        entries: list[ImageEntry],
        read_truth: ReadTruth,
        size: tuple[int, int],
        white: int,
        augmentation: Augmentation | None = None,
        seed: int = 0,
    ) -> None:
        self.entries = entries
        self._read_truth = read_truth
        self._size = size
        self.white = white
        self._augmentation = augmentation
        self._seed = seed

    def __len__(self) -> int:
        return len(self.entries)

    def __getitem__(self, key: Key) -> Sample | Broken:
        entry = self.entries[key.index]
        random = generator(self._seed, "augmentation", key.epoch, entry.path)
        placement = place((entry.height, entry.width), self._size, self._augmentation, random)
        try:
            image = placement.image(decode(entry, *self._size, self.white))
        except UnreadableImageError as error:
            return Broken(key, str(error))
        if self._augmentation is not None and self._augmentation.color_jitter:
            image = jitter(image, random)
        try:
            return Sample(key, image, self._read_truth(entry, placement))
        except TrainerError as error:
            return Broken(key, str(error))
