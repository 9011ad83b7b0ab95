"""What stands in an image, in pixels of the upright image."""

from dataclasses import dataclass
from typing import cast

import numpy as np
from numpy.typing import NDArray
from pycocotools import mask as coco_mask

from trainyard_torch.directory.failure import TrainerError

Polygons = list[list[float]]
#: A polygon of fewer than three corners has no inside.
_least_numbers = 6


@dataclass(frozen=True)
class Annotation:
    """One object, region or void area."""

    label: int | None  # None: an area that neither trains nor counts
    box: tuple[float, float, float, float] | None  # x, y, width, height; None for regions and void areas
    mask: "Polygons | dict[str, object] | None"  # polygons [[x1, y1, x2, y2, …], …] or COCO's run lengths
    crowd: bool
    difficult: bool

    def draw(self, height: int, width: int) -> NDArray[np.uint8] | None:
        """The mask, [height, width], 1 inside; None where there is none."""
        if self.mask is None:
            return None
        try:
            return _decode(self.mask, height, width)
        except (ValueError, TypeError, OverflowError) as error:
            raise TrainerError("bad_data", f"A mask's run lengths are damaged ({error})", "Write the annotations again.") from error

    def outline(self) -> NDArray[np.float64] | None:
        """Points [n, 2] around the object, for a box that follows a rotation: the polygons', else the box's corners."""
        if isinstance(self.mask, list) and self.mask:
            parts = [np.asarray(points[: len(points) // 2 * 2], dtype=np.float64).reshape(-1, 2) for points in self.mask]
            joined: NDArray[np.float64] = np.concatenate(parts)
            return joined
        if self.box is None:
            return None
        x, y, width, height = self.box
        return np.array([[x, y], [x + width, y], [x + width, y + height], [x, y + height]], dtype=np.float64)


def _decode(mask: "Polygons | dict[str, object]", height: int, width: int) -> NDArray[np.uint8]:
    if isinstance(mask, list):
        polygons = [points for points in mask if len(points) >= _least_numbers]
        if not polygons:
            return np.zeros((height, width), np.uint8)
        mask = coco_mask.merge(coco_mask.frPyObjects(polygons, height, width))
    elif isinstance(mask["counts"], list):
        mask = coco_mask.frPyObjects(mask, *cast("list[int]", mask["size"]))
    drawn: NDArray[np.uint8] = np.array(coco_mask.decode(mask))
    if drawn.shape != (height, width):
        raise ValueError(f"the mask is {drawn.shape[1]} × {drawn.shape[0]} pixels, the image {width} × {height}")
    return drawn


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and bool(np.isfinite(value))


def _check_box(value: object) -> tuple[float, float, float, float] | None:
    if isinstance(value, list) and len(value) == 4 and all(map(_is_number, value)):
        x, y, width, height = value
        return (float(x), float(y), float(width), float(height)) if width >= 0 and height >= 0 else None
    return None


def _is_mask(value: object) -> bool:
    if isinstance(value, list):
        return all(isinstance(part, list) and all(map(_is_number, part)) for part in value)
    if not isinstance(value, dict):
        return False
    size = value.get("size")
    sized = isinstance(size, list) and len(size) == 2 and all(isinstance(side, int) for side in size)
    return sized and isinstance(value.get("counts"), (list, str))


def parse_annotation(value: dict[str, object], classes: int, place: str) -> Annotation:
    """One object of a line of `annotations.jsonl`.

    Raises:
        TrainerError: names the place and what is wrong.

    """

    def wrong(what: str) -> TrainerError:
        return TrainerError("bad_data", f"{place}: {what}", "Write the annotations again.")

    mask = value.get("mask")
    if mask is not None and not _is_mask(mask):
        raise wrong('"mask" is neither polygons nor {"counts", "size"}')
    shape = cast("Polygons | dict[str, object] | None", mask)
    if value.get("ignored"):
        return Annotation(None, _check_box(value.get("box")), shape, crowd=False, difficult=False)
    label = value.get("class")
    if not isinstance(label, int) or isinstance(label, bool) or not 0 <= label < classes:
        raise wrong(f'"class" is {label!r}, not a whole number from 0 to {classes - 1}')
    region = bool(value.get("region"))
    box = None if region else _check_box(value.get("box"))
    if region and mask is None:
        raise wrong("a region has no mask")
    if box is None and not region:
        raise wrong(f'"box" is {value.get("box")!r}, not [x, y, width, height]')
    return Annotation(label, box, shape, crowd=bool(value.get("crowd")), difficult=bool(value.get("difficult")))
