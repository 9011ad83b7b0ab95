"""What all detectors have in common: boxes with scores become a fixed number of answers for each image."""

from typing import cast

import torch
from torch import Tensor
from torchvision.ops import nms

from trainyard_torch.data.truth import ObjectTruth, Truth
from trainyard_torch.models.network import Network

#: Answers for an image, as COCO's evaluation counts them; the last ones have the score 0 where there are fewer.
most_answers = 100
_candidates = 300


class Detector(Network):
    """Answers `boxes` [n, k, 4] (x1, y1, x2, y2 in pixels of the input), `scores` [n, k] (falling) and `labels` [n, k]."""

    #: Boxes of a class that overlap more than this are one object; None where the network itself decides.
    overlap: float | None = 0.5

    @property
    def outputs(self) -> tuple[str, ...]:
        return ("boxes", "scores", "labels")

    def forward(self, images: Tensor, truths: list[Truth], others: list[Truth] | None, share: float) -> dict[str, Tensor]:
        del others, share  # Mixed pictures hold the objects of both.
        return {"loss": self.loss(self.normalise(images), [cast("ObjectTruth", truth).trained() for truth in truths])}

    def validate(self, images: Tensor, truths: list[Truth]) -> tuple[Tensor, tuple[Tensor, ...]]:
        objects = [cast("ObjectTruth", truth).trained() for truth in truths]
        return self.validation_loss(self.normalise(images), objects), self.predict(images)

    def predict(self, images: Tensor) -> tuple[Tensor, ...]:
        boxes, scores, more = self.candidates(self.normalise(images))
        # Before overlaps are looked for, as torchvision has it.
        boxes = torch.minimum(boxes.clamp(min=0), boxes.new_tensor([images.shape[-1], images.shape[-2]] * 2))
        if torch.onnx.is_in_onnx_export():
            return self.answers(images, boxes, scores, more)
        # One image after the other: their boxes are told apart by shifting them, which costs digits.
        parts = [
            self.answers(images[at : at + 1], boxes[at : at + 1], scores[at : at + 1], [one[at : at + 1] for one in more])
            for at in range(len(images))
        ]
        return tuple(torch.cat(part) for part in zip(*parts, strict=True))

    def answers(self, images: Tensor, boxes: Tensor, scores: Tensor, more: list[Tensor]) -> tuple[Tensor, ...]:
        """What is left of the candidates."""
        del images, more
        return select(boxes, scores, self.overlap)[:3]

    def loss(self, images: Tensor, truths: list[ObjectTruth]) -> Tensor:
        """The mean loss over normalised images."""
        raise NotImplementedError

    def validation_loss(self, images: Tensor, truths: list[ObjectTruth]) -> Tensor:
        """The same in evaluation mode."""
        return self.loss(images, truths)

    def candidates(self, images: Tensor) -> tuple[Tensor, Tensor, list[Tensor]]:
        """Boxes [n, a, 4], their scores by class [n, a, classes], and more that a kind of network needs."""
        raise NotImplementedError


def select(boxes: Tensor, scores: Tensor, overlap: float | None) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """The best boxes [n, k, 4] with scores [n, k], labels [n, k] and places [n, k] among the candidates.

    Nothing in here depends on the number of images, so that ONNX has it as well.

    Args:
        boxes: [n, a, 4]
        scores: [n, a, classes]
        overlap: of a class's boxes that overlap more (intersection over union) only the best is left; None: all are

    """
    classes = scores.shape[-1]
    available = scores.shape[1] * classes
    best, index = scores.flatten(1).topk(min(_candidates, available), dim=1)
    labels = index % classes
    places = torch.div(index, classes, rounding_mode="floor")
    chosen = _gather(boxes, places)
    if overlap is not None:
        # Boxes of other images and classes are moved to where they can't overlap.
        extent = chosen.max() - chosen.min() + 1
        groups = torch.arange(scores.shape[0], device=scores.device)[:, None] * classes + labels
        shifted = chosen + (groups * extent)[..., None]
        kept = nms(shifted.reshape(-1, 4), best.reshape(-1), overlap)
        alive = torch.zeros_like(best).reshape(-1).index_fill(0, kept, 1.0).reshape(best.shape)
        best = best * alive
    best, order = best.topk(min(most_answers, available), dim=1)
    return _gather(chosen, order), best, labels.gather(1, order), places.gather(1, order)


def _gather(values: Tensor, places: Tensor) -> Tensor:
    return values.gather(1, places[..., None].expand(-1, -1, values.shape[-1]))
