"""Each pixel of an image is of a class, or of the background."""

from collections.abc import Sequence
from functools import partial
from typing import cast

import numpy as np
import torch
from torch import Tensor

from trainyard_torch.data.dataset import ReadTruth
from trainyard_torch.data.geometry import Placement
from trainyard_torch.data.manifest import ImageEntry
from trainyard_torch.data.splits import Labels
from trainyard_torch.data.truth import ObjectTruth, RegionTruth, Truth, void
from trainyard_torch.directory.failure import TrainerError
from trainyard_torch.reports.gallery import Gallery
from trainyard_torch.reports.numbers import Report, head, mean, most_named_classes, ratio, without_nothing
from trainyard_torch.tasks.detection import DetectionJudge, encode, enlarge, read_objects
from trainyard_torch.training.ranks import Ranks

#: 255 stands for void, 0 for the background.
_most_classes = 254
_sure = 0.25


def read_region(labels: Labels, entry: ImageEntry, placement: Placement) -> RegionTruth:
    """The class of each pixel: smaller objects lie on larger ones, void areas on all; a box without a mask is void."""
    height, width = placement.source
    drawn = []
    for annotation in labels.annotations(entry):
        mask = annotation.draw(height, width)
        label = void if annotation.label is None or mask is None else annotation.label + 1
        if mask is None:
            if annotation.box is None:
                continue
            x, y, wide, high = annotation.box
            mask = np.zeros((height, width), np.uint8)
            mask[max(0, round(y)) : round(y + high), max(0, round(x)) : round(x + wide)] = 1
        drawn.append((label == void, -int(mask.sum()), label, mask))
    whole = np.zeros((height, width), np.uint8)
    for _, _, label, mask in sorted(drawn, key=lambda one: one[:2]):
        whole[mask.astype(bool)] = label
    return RegionTruth(placement.map(whole))


def check_masks(labels: Labels, classes: int) -> str | None:
    """A warning where objects have no masks.

    Raises:
        TrainerError: none has one, or there are more classes than a map of bytes can hold.

    """
    objects = sum(labels.objects.values())
    if classes > _most_classes:
        raise TrainerError("bad_config", f"{classes} classes are too many", f"Segmentation takes {_most_classes} at most.")
    if labels.masks == 0:
        raise TrainerError(
            "bad_data",
            f"None of the {objects} objects of the dataset has a mask",
            "Train a detector on it, or import it with polygons or masks.",
        )
    if labels.masks == objects:
        return None
    return f"{objects - labels.masks} of {objects} objects have no mask: the pixels of their boxes neither train nor count."


class SegmentationTask:
    """With `by_object` the network finds objects, whose masks together are the classes of the pixels."""

    def __init__(self, class_names: Sequence[str], labels: Labels, size: tuple[int, int], *, by_object: bool) -> None:
        self._names = class_names
        self._labels = labels
        self._size = size
        self._by_object = by_object

    @property
    def read_truth(self) -> ReadTruth:
        if self._by_object:
            return partial(read_objects, self._labels, with_masks=True)
        return partial(read_region, self._labels)

    def nothing(self) -> Truth:
        if not self._by_object:
            return RegionTruth(torch.full(self._size, void, dtype=torch.uint8))
        none = torch.zeros(0, dtype=torch.bool)
        masks = torch.zeros(0, *self._size, dtype=torch.uint8)
        return ObjectTruth(torch.zeros(0, 4), torch.zeros(0, dtype=torch.int64), none, none, masks)

    def judge(self, *, keep: bool) -> "RegionJudge | MaskJudge":
        kind = MaskJudge if self._by_object else RegionJudge
        return kind(self._names, self._size, keep=keep)


class RegionJudge:
    """Counts pixels: which class they are of, and which one they were given."""

    def __init__(self, class_names: Sequence[str], size: tuple[int, int], *, keep: bool) -> None:
        self._names = ["background", *class_names]
        self._size = size
        self._keep = keep
        self._loss_sum = 0.0
        self._images = 0
        self._matrix = torch.zeros(len(self._names), len(self._names), dtype=torch.int64)
        self._gallery = Gallery()

    def add(self, entries: Sequence[ImageEntry], truths: Sequence[Truth], loss: float, outputs: tuple[Tensor, ...]) -> None:
        self._loss_sum += loss * len(entries)
        for at, (entry, truth) in enumerate(zip(entries, truths, strict=True)):
            self.add_map(entry, cast("RegionTruth", truth).map, outputs[0][at].long())

    def add_map(self, entry: ImageEntry, truth: Tensor, found: Tensor) -> None:
        """Maps [height, width] of an image: 0 the background, 1 + class, and in the truth 255 for void."""
        self._images += 1
        count = len(self._names)
        counted = truth != void
        pairs = truth[counted].long() * count + found[counted]
        matrix = torch.bincount(pairs, minlength=count * count).reshape(count, count)
        self._matrix += matrix
        if self._keep:
            present = [value for value in _overlaps(matrix) if value is not None]
            self._gallery.add(mean(present) or 0.0, entry.path, self._describe(entry, truth, found))

    def merge(self, ranks: Ranks) -> None:
        loss_sum, images = ranks.sum(self._loss_sum, self._images)
        self._loss_sum, self._images = loss_sum, int(images)
        self._matrix = ranks.sum_tensor(self._matrix)
        if self._keep:
            self._gallery.merge(ranks)

    def metrics(self, prefix: str) -> dict[str, float]:
        overlaps = _overlaps(self._matrix)
        values: dict[str, float | None] = {
            f"{prefix}_loss": self._loss_sum / self._images if self._images else None,
            f"{prefix}_miou": mean(overlaps),
            f"{prefix}_accuracy": ratio(int(self._matrix.trace()), int(self._matrix.sum())),
        }
        if len(self._names) <= most_named_classes:
            values |= {f"{prefix}_iou/{name}": value for name, value in zip(self._names, overlaps, strict=True)}
        return without_nothing(values)

    def reports(self, split: str, epoch: int) -> dict[str, tuple[str, Report]]:
        def start(kind: str) -> Report:
            return head(kind, split, epoch, self._images)

        rows: list[Report] = []
        for label, (name, overlap) in enumerate(zip(self._names, _overlaps(self._matrix), strict=True)):
            correct, support, found = (
                int(n) for n in (self._matrix[label, label], self._matrix[label].sum(), self._matrix[:, label].sum())
            )
            rows.append(
                {
                    **{"name": name, "support": support, "predicted": found, "correct": correct, "iou": overlap},
                    **{"precision": ratio(correct, found), "recall": ratio(correct, support)},
                }
            )
        means = {"unit": "pixels", "miou": mean(_overlaps(self._matrix))}
        matrix = {"unit": "pixels", "classes": list(self._names), "matrix": self._matrix.tolist()}
        return {
            "per_class.json": ("per_class", {**start("per-class"), **means, "classes": rows}),
            "confusion_matrix.json": ("confusion_matrix", {**start("confusion-matrix"), **matrix}),
            "predictions.json": ("predictions", {**start("predictions"), "samples": self._gallery.chosen()}),
        }

    def _describe(self, entry: ImageEntry, truth: Tensor, found: Tensor) -> Report:
        return {
            "path": entry.path,
            "sha256": entry.sha256,
            "width": entry.width,
            "height": entry.height,
            "true": self._masks(truth),
            "predicted": self._masks(found),
        }

    def _masks(self, regions: Tensor) -> list[Report]:
        """The classes of a map that are there, each with its mask in the input's size."""
        result: list[Report] = []
        for label in sorted(set(regions.flatten().tolist())):
            if 0 < label < len(self._names):
                runs = encode(regions == label)
                mask = {"size": list(runs["size"]), "counts": runs["counts"].decode()}
                result.append({"class": self._names[label], "mask": mask})
        return result


def _overlaps(matrix: Tensor) -> list[float | None]:
    """Intersection over union of each class; None where it is neither there nor found."""
    both = matrix.diagonal()
    either = matrix.sum(dim=0) + matrix.sum(dim=1) - both
    return [ratio(int(a), int(b)) for a, b in zip(both, either, strict=True)]


class MaskJudge:
    """Judges objects with masks, and the map that they make together."""

    def __init__(self, class_names: Sequence[str], size: tuple[int, int], *, keep: bool) -> None:
        self._objects = DetectionJudge(class_names, size, keep=keep)
        self._regions = RegionJudge(class_names, size, keep=False)
        self._size = size

    def add(self, entries: Sequence[ImageEntry], truths: Sequence[Truth], loss: float, outputs: tuple[Tensor, ...]) -> None:
        self._objects.add(entries, truths, loss, outputs)
        _, scores, labels, masks = outputs
        for at, (entry, truth) in enumerate(zip(entries, truths, strict=True)):
            found = torch.zeros(self._size, dtype=torch.int64)
            for answer in range(int((scores[at] >= _sure).sum()) - 1, -1, -1):  # the surest on top
                found[enlarge(masks[at, answer], self._size) >= 0.5] = int(labels[at, answer]) + 1
            self._regions.add_map(entry, map_of(cast("ObjectTruth", truth), self._size), found)

    def merge(self, ranks: Ranks) -> None:
        self._objects.merge(ranks)
        self._regions.merge(ranks)

    def metrics(self, prefix: str) -> dict[str, float]:
        # The loss is the objects': the regions were given none.
        return {**self._regions.metrics(prefix), **self._objects.metrics(prefix)}

    def reports(self, split: str, epoch: int) -> dict[str, tuple[str, Report]]:
        return self._objects.reports(split, epoch)


def map_of(truth: ObjectTruth, size: tuple[int, int]) -> Tensor:
    """The class of each pixel: smaller objects lie on larger ones."""
    regions = torch.zeros(size, dtype=torch.uint8)
    masks = cast("Tensor", truth.masks)
    for at in masks.flatten(1).sum(dim=1).argsort(descending=True).tolist():
        regions[masks[at] > 0] = int(truth.labels[at]) + 1
    return regions
