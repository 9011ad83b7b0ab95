"""What the training loop asks of a task; each task has a module of its own."""

from collections.abc import Sequence
from typing import Protocol

from torch import Tensor

from trainyard_torch.data.dataset import ReadTruth
from trainyard_torch.data.manifest import ImageEntry
from trainyard_torch.data.truth import Truth
from trainyard_torch.training.ranks import Ranks


class Judge(Protocol):
    """Compares a network's answers on a split with the truth."""

    def add(self, entries: Sequence[ImageEntry], truths: Sequence[Truth], loss: float, outputs: tuple[Tensor, ...]) -> None:
        """Counts images in; `loss` is their mean, `outputs` what `Network.validate` answers."""

    def merge(self, ranks: Ranks) -> None:
        """Takes in what the judges of the other processes saw."""

    def metrics(self, prefix: str) -> dict[str, float]:
        """What came out, by name: `val_loss` for the prefix `val`."""

    def reports(self, split: str, epoch: int) -> dict[str, tuple[str, dict[str, object]]]:
        """Contents of artifacts by their file's name, each with its kind."""


class Task(Protocol):
    """Classification, detection or segmentation."""

    @property
    def read_truth(self) -> ReadTruth:
        """What an image shows."""

    def nothing(self) -> Truth:
        """The truth of an image that shows nothing."""

    def judge(self, *, keep: bool) -> Judge:
        """A new judge; `keep` asks it to remember what reports need beyond numbers."""
