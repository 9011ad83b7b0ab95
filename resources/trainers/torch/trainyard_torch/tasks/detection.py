"""Each image shows objects in boxes."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, cast

import numpy as np
import torch
from numpy.typing import NDArray
from pycocotools import mask as coco_mask
from torch import Tensor
from torch.nn import functional
from torchvision.ops import box_iou

from trainyard_torch.data.annotations import Annotation
from trainyard_torch.data.dataset import ReadTruth
from trainyard_torch.data.geometry import Placement
from trainyard_torch.data.manifest import ImageEntry
from trainyard_torch.data.splits import Labels
from trainyard_torch.data.truth import ObjectTruth, Truth
from trainyard_torch.reports.classes import macro_of, rows_of
from trainyard_torch.reports.coco import AveragePrecision, average_precision
from trainyard_torch.reports.gallery import Gallery
from trainyard_torch.reports.numbers import Report, harmonic, head, most_named_classes, ratio, short, without_nothing
from trainyard_torch.training.ranks import Ranks

#: Answers with a lower score are no objects, in the confusion matrix and in samples.
_sure = 0.25
#: What is worth counting at all in average precision.
_least_score = 0.001


def _mask_of(annotation: Annotation, placement: Placement, box: tuple[float, float, float, float]) -> Tensor:
    """[height, width] of the input; the box where the object has no mask."""
    drawn = annotation.draw(*placement.source)
    if drawn is not None:
        return placement.map(drawn, outside=0)
    filled = torch.zeros(placement.size, dtype=torch.uint8)
    left, top, right, bottom = (round(side) for side in box)
    filled[top:bottom, left:right] = 1
    return filled


def _around(mask: NDArray[np.uint8] | None) -> NDArray[np.float64] | None:
    """Corners around a region [height, width] that has no box; None where it is empty."""
    if mask is None or not mask.any():
        return None
    rows, columns = np.nonzero(mask)
    left, top, right, bottom = columns.min(), rows.min(), columns.max() + 1, rows.max() + 1
    return np.array([[left, top], [right, top], [right, bottom], [left, bottom]], dtype=np.float64)


def read_objects(labels: Labels, entry: ImageEntry, placement: Placement, *, with_masks: bool = False) -> ObjectTruth:
    """The objects of an image that are at least a pixel wide and high in the input."""
    boxes, classes, crowd, difficult, masks = [], [], [], [], []
    for annotation in labels.annotations(entry):
        outline = annotation.outline()
        if outline is None and with_masks:
            outline = _around(annotation.draw(*placement.source))
        box = None if annotation.label is None or outline is None else placement.box(outline)
        if box is None or box[2] - box[0] < 1 or box[3] - box[1] < 1:
            continue
        boxes.append(box)
        classes.append(annotation.label)
        crowd.append(annotation.crowd)
        difficult.append(annotation.difficult)
        if with_masks:
            masks.append(_mask_of(annotation, placement, box))
    drawn = torch.stack(masks) if masks else torch.zeros(0, *placement.size, dtype=torch.uint8)
    return ObjectTruth(
        torch.tensor(boxes, dtype=torch.float32).reshape(-1, 4),
        torch.tensor(classes, dtype=torch.int64),
        torch.tensor(crowd, dtype=torch.bool),
        torch.tensor(difficult, dtype=torch.bool),
        drawn if with_masks else None,
    )


class DetectionTask:
    def __init__(self, class_names: Sequence[str], labels: Labels, size: tuple[int, int]) -> None:
        self._names = class_names
        self._labels = labels
        self._size = size

    @property
    def read_truth(self) -> ReadTruth:
        return partial(read_objects, self._labels)

    def nothing(self) -> Truth:
        none = torch.zeros(0, dtype=torch.bool)
        return ObjectTruth(torch.zeros(0, 4), torch.zeros(0, dtype=torch.int64), none, none)

    def judge(self, *, keep: bool) -> "DetectionJudge":
        return DetectionJudge(self._names, self._size, keep=keep)


@dataclass(frozen=True)
class _Matches:
    """What the sure answers of an image were: pairs of true and found class, `classes` for nothing."""

    pairs: list[tuple[int, int]]
    f1: float


def match(truth: ObjectTruth, boxes: Tensor, scores: Tensor, labels: Tensor, classes: int) -> _Matches:
    """Gives each answer, the surest first, the object that it overlaps most (half at least); each object is given once."""
    counted = truth.pick(~truth.crowd & ~truth.difficult)
    passed_over = truth.pick(truth.crowd | truth.difficult)
    sure = scores >= _sure
    boxes, labels = boxes[sure], labels[sure]
    overlaps = box_iou(boxes, counted.boxes)
    free = torch.ones(len(counted), dtype=torch.bool)
    pairs: list[tuple[int, int]] = []
    for answer in range(len(boxes)):
        own = torch.where(free, overlaps[answer], torch.zeros(()))
        if len(own) and float(own.max()) >= 0.5:
            best = int(own.argmax())
            free[best] = False
            pairs.append((int(counted.labels[best]), int(labels[answer])))
        elif not len(passed_over) or float(box_iou(boxes[answer : answer + 1], passed_over.boxes).max()) < 0.5:
            pairs.append((classes, int(labels[answer])))
    found = sum(true == label for true, label in pairs)
    pairs += [(int(label), classes) for label in counted.labels[free]]
    f1 = harmonic(ratio(found, len(boxes)), ratio(found, len(counted)))
    return _Matches(pairs, 1.0 if f1 is None and not pairs else f1 or 0.0)


class DetectionJudge:
    """Keeps boxes for COCO's evaluation, which looks at all of them together."""

    def __init__(self, class_names: Sequence[str], size: tuple[int, int], *, keep: bool) -> None:
        self._names = class_names
        self._size = size
        self._keep = keep
        self._loss_sum = 0.0
        self._images: list[int] = []
        self._truths: list[dict[str, Any]] = []
        self._found: list[dict[str, Any]] = []
        classes = len(class_names)
        self._matrix = torch.zeros(classes + 1, classes + 1, dtype=torch.int64)
        self._gallery = Gallery()
        self._precisions: dict[str, AveragePrecision] = {}

    def add(self, entries: Sequence[ImageEntry], truths: Sequence[Truth], loss: float, outputs: tuple[Tensor, ...]) -> None:
        self._loss_sum += loss * len(entries)
        for at, (entry, truth) in enumerate(zip(entries, truths, strict=True)):
            self._add_one(entry, cast("ObjectTruth", truth), [output[at] for output in outputs])

    def merge(self, ranks: Ranks) -> None:
        (self._loss_sum,) = ranks.sum(self._loss_sum)
        self._images = ranks.gather(self._images)
        self._truths = ranks.gather(self._truths)
        self._found = ranks.gather(self._found)
        self._matrix = ranks.sum_tensor(self._matrix)
        if self._keep:
            self._gallery.merge(ranks)

    def metrics(self, prefix: str) -> dict[str, float]:
        images = len(self._images)
        boxes = self._precision("bbox")
        macro = macro_of(rows_of(self._matrix, self._names))
        values: dict[str, float | None] = {
            f"{prefix}_loss": self._loss_sum / images if images else None,
            f"{prefix}_map50": boxes.at(0.5),
            f"{prefix}_map50_95": boxes.at(),
            **{f"{prefix}_{name}": value for name, value in macro.items()},
        }
        if self._has_masks:
            values[f"{prefix}_mask_map50"] = self._precision("segm").at(0.5)
            values[f"{prefix}_mask_map50_95"] = self._precision("segm").at()
        if len(self._names) <= most_named_classes:
            for label, name in enumerate(self._names):
                values[f"{prefix}_map50_95/{name}"] = boxes.at(label=label)
        return without_nothing(values)

    def reports(self, split: str, epoch: int) -> dict[str, tuple[str, Report]]:
        boxes = self._precision("bbox")

        def start(kind: str) -> Report:
            return head(kind, split, epoch, len(self._images))

        rows = rows_of(self._matrix, self._names)
        for label, row in enumerate(rows):
            row |= {"map50": boxes.at(0.5, label), "map50_95": boxes.at(label=label)}
        curves = []
        for label, name in enumerate(self._names):
            recall, precision = boxes.curve(label)
            curves.append({"name": name, "averagePrecision": boxes.at(0.5, label), "recall": recall, "precision": precision})
        means = {"map50": boxes.at(0.5), "map50_95": boxes.at()}
        matrix = {"classes": [*self._names, "background"], "background": True, "matrix": self._matrix.tolist()}
        return {
            "per_class.json": ("per_class", {**start("per-class"), **means, "macro": macro_of(rows), "classes": rows}),
            "confusion_matrix.json": ("confusion_matrix", {**start("confusion-matrix"), **matrix}),
            "pr_curves.json": ("other", {**start("pr-curves"), "overlap": 0.5, "classes": curves}),
            "predictions.json": ("predictions", {**start("predictions"), "samples": self._gallery.chosen()}),
        }

    @property
    def _has_masks(self) -> bool:
        return any("segmentation" in one for one in self._truths)

    def _precision(self, kind: str) -> AveragePrecision:
        if kind not in self._precisions:
            self._precisions[kind] = average_precision(self._images, self._truths, self._found, len(self._names), kind)
        return self._precisions[kind]

    def _add_one(self, entry: ImageEntry, truth: ObjectTruth, outputs: list[Tensor]) -> None:
        boxes, scores, labels = outputs[0], outputs[1], outputs[2].long()
        masks = outputs[3] if len(outputs) > 3 else None
        scale = boxes.new_tensor([entry.width / self._size[1], entry.height / self._size[0]] * 2)
        self._images.append(entry.line)
        for at in range(len(truth)):
            one = _item(entry.line, int(truth.labels[at]), truth.boxes[at] * scale)
            one |= {"iscrowd": int(truth.crowd[at]), "difficult": int(truth.difficult[at])}
            if truth.masks is not None:
                one["segmentation"] = encode(truth.masks[at])
            self._truths.append(one)
        for at in range(int((scores > _least_score).sum())):
            one = {**_item(entry.line, int(labels[at]), boxes[at] * scale), "score": float(scores[at])}
            if masks is not None:
                one["segmentation"] = encode(enlarge(masks[at], self._size) >= 0.5)
            self._found.append(one)
        matches = match(truth, boxes, scores, labels, len(self._names))
        for true, found in matches.pairs:
            self._matrix[true, found] += 1
        if self._keep:
            sample = self._describe(entry, self._truths[len(self._truths) - len(truth) :], self._found)
            self._gallery.add(matches.f1, entry.path, sample)

    def _describe(self, entry: ImageEntry, truths: list[dict[str, Any]], found: list[dict[str, Any]]) -> Report:
        own = [one for one in found[-100:] if one["image_id"] == entry.line and one["score"] >= _sure]
        return {
            "path": entry.path,
            "sha256": entry.sha256,
            "width": entry.width,
            "height": entry.height,
            "true": [{**self._object(one), "crowd": bool(one["iscrowd"])} for one in truths],
            "predicted": [{**self._object(one), "probability": short(one["score"])} for one in own],
        }

    def _object(self, one: dict[str, Any]) -> Report:
        mask = {"mask": _as_text(one["segmentation"])} if "segmentation" in one else {}
        return {"class": self._names[one["category_id"]], "box": [short(side) for side in one["bbox"]], **mask}


def _item(image: int, label: int, box: Tensor) -> dict[str, Any]:
    x1, y1, x2, y2 = box.tolist()
    return {"image_id": image, "category_id": label, "bbox": [x1, y1, x2 - x1, y2 - y1]}


def enlarge(mask: Tensor, size: tuple[int, int]) -> Tensor:
    """A mask [h, w] in the input's size [height, width]."""
    larger: Tensor = functional.interpolate(mask[None, None], size, mode="bilinear", align_corners=False)[0, 0]
    return larger


def encode(mask: Tensor) -> dict[str, Any]:
    """COCO's run lengths of a mask [height, width]."""
    return cast("dict[str, Any]", coco_mask.encode(np.asfortranarray(mask.numpy().astype(np.uint8))))


def _as_text(encoded: dict[str, Any]) -> Report:
    return {"size": list(encoded["size"]), "counts": encoded["counts"].decode()}
