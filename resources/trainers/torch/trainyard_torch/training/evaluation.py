"""Judges a network on the images of a split."""

from collections.abc import Callable, Iterable

import torch

from trainyard_torch.data.dataset import ImageDataset
from trainyard_torch.data.loading import Batch
from trainyard_torch.data.manifest import ImageEntry
from trainyard_torch.data.randomness import seed_of
from trainyard_torch.models.network import Network
from trainyard_torch.tasks.task import Judge
from trainyard_torch.training.ranks import Ranks


class Evaluator:
    """Runs a network over batches, in 32 bits as the saved model will be run. Where memory is too small for a batch, it goes on with halves."""

    def __init__(self, ranks: Ranks, seed: int, warn: Callable[[str], None]) -> None:
        self._ranks = ranks
        self._seed = seed
        self._warn = warn
        self._most_images: int | None = None

    def judge(
        self,
        network: Network,
        dataset: ImageDataset,
        batches: Iterable[Batch],
        judge: Judge,
        tick: Callable[[], None],
        broken: Callable[[ImageEntry, str], None],
    ) -> Judge:
        """Shows every image to the network, and to the judge what came out.

        Args:
            tick: called after each batch; may raise to stop
            broken: called for each image that can't be read

        """
        network.eval()
        torch.manual_seed(seed_of(self._seed, "evaluation"))
        with torch.inference_mode():
            for batch in batches:
                for item in batch.broken:
                    broken(dataset.entries[item.key.index], item.why)
                if len(batch) > 0:
                    self._add(network, dataset, batch, judge)
                tick()
        judge.merge(self._ranks)
        return judge

    def _add(self, network: Network, dataset: ImageDataset, batch: Batch, judge: Judge) -> None:
        size = len(batch) if self._most_images is None else min(self._most_images, len(batch))
        start = 0
        while start < len(batch):
            part = batch.part(start, start + size)
            try:
                on_device = part.to(self._ranks.device)
                loss, outputs = network.validate(on_device.images.float() / 255, on_device.truths)
            except torch.OutOfMemoryError:
                if size == 1:
                    raise
                torch.cuda.empty_cache()
                size = self._most_images = size // 2
                self._warn(f"Memory is too small to judge {len(part)} images at once: going on with {size}.")
                continue
            entries = [dataset.entries[key.index] for key in part.keys]
            judge.add(entries, part.truths, loss.item(), tuple(output.float().cpu() for output in outputs))
            start += size
