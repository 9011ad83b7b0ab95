"""What a network should find in an image, in pixels of the network's input."""

from dataclasses import dataclass
from typing import Self

import torch
from torch import Tensor

#: In a map of classes: a pixel that neither trains nor counts.
void = 255


@dataclass(frozen=True)
class ClassTruth:
    label: int

    def to(self, _device: torch.device) -> Self:
        return self


@dataclass(frozen=True)
class ObjectTruth:
    boxes: Tensor  # [k, 4] x1, y1, x2, y2
    labels: Tensor  # [k]
    crowd: Tensor  # [k] bool: many objects in one box; not trained on, and what is found in there counts neither way
    difficult: Tensor  # [k] bool: trained on, not counted
    masks: Tensor | None = None  # [k, height, width] uint8

    def __len__(self) -> int:
        return len(self.labels)

    def to(self, device: torch.device) -> "ObjectTruth":
        return ObjectTruth(
            self.boxes.to(device, non_blocking=True),
            self.labels.to(device, non_blocking=True),
            self.crowd.to(device, non_blocking=True),
            self.difficult.to(device, non_blocking=True),
            None if self.masks is None else self.masks.to(device, non_blocking=True),
        )

    def pick(self, chosen: Tensor) -> "ObjectTruth":
        """The objects of a mask or of indices."""
        masks = None if self.masks is None else self.masks[chosen]
        return ObjectTruth(self.boxes[chosen], self.labels[chosen], self.crowd[chosen], self.difficult[chosen], masks)

    def trained(self) -> "ObjectTruth":
        return self.pick(~self.crowd)


@dataclass(frozen=True)
class RegionTruth:
    map: Tensor  # [height, width] uint8: 0 background, 1 + class, 255 void

    def to(self, device: torch.device) -> "RegionTruth":
        return RegionTruth(self.map.to(device, non_blocking=True))


Truth = ClassTruth | ObjectTruth | RegionTruth


def join(first: ObjectTruth, second: ObjectTruth) -> ObjectTruth:
    """The objects of both."""
    masks = None if first.masks is None or second.masks is None else torch.cat([first.masks, second.masks])
    return ObjectTruth(
        torch.cat([first.boxes, second.boxes]),
        torch.cat([first.labels, second.labels]),
        torch.cat([first.crowd, second.crowd]),
        torch.cat([first.difficult, second.difficult]),
        masks,
    )
