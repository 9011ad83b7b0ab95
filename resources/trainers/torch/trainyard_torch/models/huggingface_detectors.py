"""DETR and its descendants of Hugging Face: a fixed number of answers, without overlaps to remove."""

import re
from typing import Any

import torch
from torch import Tensor, nn
from torchvision.ops import box_convert

from trainyard_torch.data.truth import ObjectTruth
from trainyard_torch.directory.config import Config
from trainyard_torch.models import huggingface
from trainyard_torch.models.detection import Detector
from trainyard_torch.models.float32 import answer_in_float32, in_float32
from trainyard_torch.models.network import InputFormat

#: These have a class "nothing" behind the others; the later ones judge each class by itself.
_with_nothing = ("detr", "yolos", "table-transformer")
#: Parts from whose answers boxes, scores and (by the type of the maps) anchors are made.
_heads = re.compile(
    r"(^|\.)(bbox_predictor|bbox_embed\.\d+|enc_bbox_head|class_labels_classifier|class_embed\.\d+|enc_score_head|decoder_input_proj\.\d+)$"
)


class SetDetector(Detector):
    """`net` is one of transformers' `…ForObjectDetection`."""

    overlap = None

    def __init__(self, net: nn.Module, input_format: InputFormat, kind: str) -> None:
        super().__init__(net, input_format)
        self._has_nothing = kind in _with_nothing
        own: Any = net
        own.loss_function = in_float32(own.loss_function)
        answer_in_float32(*(part for name, part in net.named_modules() if _heads.search(name)))

    def head_names(self) -> tuple[str, ...]:
        # All but the backbone: queries, encoder and decoder are the head.
        own = {name.split("backbone")[0] for name, _ in self.net.named_parameters() if "backbone" in name}
        names = [name for name, _ in self.net.named_parameters() if "backbone" not in name]
        return tuple(names) if own else ("class_labels_classifier", "bbox_predictor")

    def loss(self, images: Tensor, truths: list[ObjectTruth]) -> Tensor:
        scale = images.new_tensor([images.shape[-1], images.shape[-2]] * 2)
        labels = [{"class_labels": truth.labels, "boxes": box_convert(truth.boxes / scale, "xyxy", "cxcywh")} for truth in truths]
        result: Any = self.net(pixel_values=images, labels=labels)
        loss: Tensor = result.loss
        return loss

    def candidates(self, images: Tensor) -> tuple[Tensor, Tensor, list[Tensor]]:
        result: Any = self.net(pixel_values=images)
        logits: Tensor = result.logits.float()
        scores = logits.softmax(dim=-1)[..., :-1] if self._has_nothing else logits.sigmoid()
        boxes: Tensor = result.pred_boxes.float()
        half = boxes[..., 2:] / 2
        scale = boxes.new_tensor([images.shape[-1], images.shape[-2]] * 2)
        return torch.cat([boxes[..., :2] - half, boxes[..., :2] + half], dim=-1) * scale, scores, []


def build(config: Config, size: tuple[int, int]) -> tuple[Detector, list[str]]:
    """The detector, and lines for the log."""
    from transformers import AutoModelForObjectDetection

    net, lines = huggingface.build(config, size, AutoModelForObjectDetection, len(config.task.class_names))
    kind: str = net.config.model_type  # type: ignore[assignment, union-attr]
    return SetDetector(net, InputFormat(*size, *huggingface.normalisation(kind)), kind), lines
