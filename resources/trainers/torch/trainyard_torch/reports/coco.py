"""Average precision by COCO's own evaluator."""

import contextlib
import io
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval


class _Evaluation(COCOeval):  # type: ignore[misc]
    """As COCO's, but that difficult objects (Pascal VOC) count neither way, and are no crowds all the same."""

    def _prepare(self) -> None:
        super()._prepare()
        for objects in self._gts.values():
            for one in objects:
                one["ignore"] = one["ignore"] or one["difficult"]


class AveragePrecision:
    """What COCO's evaluation finds: precision [10 overlaps, 101 recalls, classes]; -1 where a class has no objects."""

    def __init__(self, precision: NDArray[np.float64] | None) -> None:
        self._precision = precision

    def at(self, overlap: float | None = None, label: int | None = None) -> float | None:
        """The mean over overlaps 0.5 to 0.95 (or at one of them) and classes (or of one); None where there are no objects."""
        if self._precision is None:
            return None
        values = self._precision if overlap is None else self._precision[round((overlap - 0.5) / 0.05)][None]
        values = values if label is None else values[..., label]
        known = values[values > -1]
        return float(known.mean()) if known.size else None

    def curve(self, label: int) -> tuple[list[float], list[float]]:
        """Recall and precision of a class at an overlap of 0.5."""
        if self._precision is None or (self._precision[0, :, label] < 0).any():
            return [], []
        recall, precision = np.linspace(0, 1, 101).round(2), self._precision[0, :, label].round(7)
        return [float(value) for value in recall], [float(value) for value in precision]


def average_precision(
    images: Sequence[int], truths: list[dict[str, Any]], found: list[dict[str, Any]], classes: int, kind: str = "bbox"
) -> AveragePrecision:
    """Evaluates detections.

    Args:
        images: ids of the images that were looked at
        truths: `image_id`, `category_id`, `bbox` [x, y, width, height], `iscrowd`, `difficult`, and for masks `segmentation` (run lengths)
        found: `image_id`, `category_id`, `bbox`, `score`, and for masks `segmentation`
        classes: how many there are; a `category_id` is one of them, from 0
        kind: `bbox` or `segm`

    """
    if not truths:
        return AveragePrecision(None)
    with contextlib.redirect_stdout(io.StringIO()):  # It reports on standard output.
        truth, results = COCO(), COCO()
        for one, annotations in ((truth, truths), (results, found)):
            one.dataset = {
                # The masks' size stands in each of them; it is asked for here, too, and not used.
                "images": [{"id": image, "height": 1, "width": 1} for image in images],
                "categories": [{"id": label} for label in range(classes)],
                "annotations": [
                    {"area": item["bbox"][2] * item["bbox"][3], "iscrowd": 0, "difficult": 0, **item, "id": number}
                    for number, item in enumerate(annotations, 1)
                ],
            }
            one.createIndex()
        evaluation = _Evaluation(truth, results, kind)
        evaluation.params.imgIds = sorted(images)
        evaluation.params.catIds = list(range(classes))
        evaluation.params.areaRng = evaluation.params.areaRng[:1]
        evaluation.params.areaRngLbl = ["all"]
        evaluation.evaluate()
        evaluation.accumulate()
    return AveragePrecision(evaluation.eval["precision"][:, :, :, 0, -1])
