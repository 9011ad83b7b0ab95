"""Blends images of a batch with one another (mixup), or pastes parts of them into one another (cutmix)."""

from dataclasses import dataclass

import torch
from torch import Tensor

from trainyard_torch.data.randomness import Name, generator
from trainyard_torch.data.truth import ClassTruth, ObjectTruth, RegionTruth, Truth, join
from trainyard_torch.directory.config import Augmentation

#: Of an object under a pasted rectangle, so much must be left to be one still.
_least_visible = 0.2


@dataclass(frozen=True)
class Mixed:
    """A batch after mixing. `share` of the loss is the truths', the rest that of `others`."""

    images: Tensor  # [n, 3, height, width]
    truths: list[Truth]
    others: list[Truth] | None = None
    share: float = 1.0


@dataclass(frozen=True)
class _Patch:
    top: int
    left: int
    bottom: int
    right: int

    def area(self) -> int:
        return (self.bottom - self.top) * (self.right - self.left)


def mix(images: Tensor, truths: list[Truth], augmentation: Augmentation, *name: Name) -> Mixed:
    """Mixes a batch of float images as the config asks. Where mixup and cutmix are both on, each batch gets one of them by chance."""
    if len(truths) < 2 or not (augmentation.mixup or augmentation.cutmix):
        return Mixed(images, truths)
    random = generator(*name)
    order = [int(index) for index in random.permutation(len(truths))]
    share, which, down, across = random.random(4)
    others = [truths[index] for index in order]
    if not augmentation.cutmix or (augmentation.mixup and which < 0.5):
        return _blend(images, images[order], truths, others, float(share))
    height, width = images.shape[-2:]
    side = (1 - share) ** 0.5
    tall, wide = round(height * side), round(width * side)
    top, left = int(down * (height - tall + 1)), int(across * (width - wide + 1))
    return _paste(images, images[order], truths, others, _Patch(top, left, top + tall, left + wide))


def _blend(images: Tensor, partners: Tensor, truths: list[Truth], others: list[Truth], share: float) -> Mixed:
    """Zhang et al. 2017. A picture of two scenes shows the objects of both; below a quarter nothing can be seen of one."""
    if isinstance(truths[0], ObjectTruth):
        share = 0.25 + share / 2
        both = [join(a, b) for a, b in zip(truths, others, strict=True) if isinstance(a, ObjectTruth) and isinstance(b, ObjectTruth)]
        return Mixed(images * share + partners * (1 - share), list(both))
    return Mixed(images * share + partners * (1 - share), truths, others, share)


def _paste(images: Tensor, partners: Tensor, truths: list[Truth], others: list[Truth], patch: _Patch) -> Mixed:
    """Yun et al. 2019."""
    rows, columns = slice(patch.top, patch.bottom), slice(patch.left, patch.right)
    mixed = images.clone()
    mixed[..., rows, columns] = partners[..., rows, columns]
    if isinstance(truths[0], ClassTruth):
        return Mixed(mixed, truths, others, 1 - patch.area() / (images.shape[-2] * images.shape[-1]))
    pasted: list[Truth] = []
    for own, other in zip(truths, others, strict=True):
        if isinstance(own, RegionTruth) and isinstance(other, RegionTruth):
            joined = own.map.clone()
            joined[rows, columns] = other.map[rows, columns]
            pasted.append(RegionTruth(joined))
        elif isinstance(own, ObjectTruth) and isinstance(other, ObjectTruth):
            pasted.append(join(_outside(own, patch), _inside(other, patch)))
    return Mixed(mixed, pasted)


def _overlap(boxes: Tensor, patch: _Patch) -> tuple[Tensor, Tensor]:
    """The parts [k, 4] of boxes within a patch, and their shares of the boxes' areas [k]."""
    low = boxes.new_tensor([patch.left, patch.top])
    high = boxes.new_tensor([patch.right, patch.bottom])
    parts = torch.cat([boxes[:, :2].clamp(low, high), boxes[:, 2:].clamp(low, high)], dim=1)
    areas = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
    return parts, (parts[:, 2] - parts[:, 0]) * (parts[:, 3] - parts[:, 1]) / areas.clamp(min=1e-6)


def _outside(truth: ObjectTruth, patch: _Patch) -> ObjectTruth:
    _, covered = _overlap(truth.boxes, patch)
    left = truth.pick(1 - covered >= _least_visible)
    if left.masks is None:
        return left
    masks = left.masks.clone()
    masks[:, patch.top : patch.bottom, patch.left : patch.right] = 0
    return ObjectTruth(left.boxes, left.labels, left.crowd, left.difficult, masks)


def _inside(truth: ObjectTruth, patch: _Patch) -> ObjectTruth:
    parts, visible = _overlap(truth.boxes, patch)
    cut = ObjectTruth(parts, truth.labels, truth.crowd, truth.difficult, truth.masks).pick(visible >= _least_visible)
    if cut.masks is None:
        return cut
    masks = torch.zeros_like(cut.masks)
    rows, columns = slice(patch.top, patch.bottom), slice(patch.left, patch.right)
    masks[:, rows, columns] = cut.masks[:, rows, columns]
    return ObjectTruth(cut.boxes, cut.labels, cut.crowd, cut.difficult, masks)
