"""Networks that give each pixel a class: torchvision's, and those of Hugging Face."""

from typing import Any, cast

import torch
from torch import Tensor, nn
from torch.nn import functional
from torchvision.models import segmentation

from trainyard_torch.data.truth import RegionTruth, Truth, void
from trainyard_torch.directory.config import Config
from trainyard_torch.directory.failure import TrainerError
from trainyard_torch.models import huggingface
from trainyard_torch.models.network import InputFormat, Network
from trainyard_torch.models.weights import find_weights, load_weights, read_state

_mean = (0.485, 0.456, 0.406)
_deviation = (0.229, 0.224, 0.225)
_torchvision = (
    *("deeplabv3_resnet50", "deeplabv3_resnet101", "deeplabv3_mobilenet_v3_large"),
    *("fcn_resnet50", "fcn_resnet101", "lraspp_mobilenet_v3_large"),
)


class Segmenter(Network):
    """Cross-entropy over pixels; the classes of a pixel are the background and then the dataset's."""

    def __init__(self, net: nn.Module, input_format: InputFormat, heads: tuple[str, ...], class_weights: Tensor | None) -> None:
        super().__init__(net, input_format)
        self._heads = heads
        self.register_buffer("_class_weights", class_weights, persistent=False)

    def forward(self, images: Tensor, truths: list[Truth], others: list[Truth] | None, share: float) -> dict[str, Tensor]:
        scores = self._scores(images)
        loss = self._loss(scores, truths)
        if others is not None:
            loss = share * loss + (1 - share) * self._loss(scores, others)
        return {"loss": loss}

    def validate(self, images: Tensor, truths: list[Truth]) -> tuple[Tensor, tuple[Tensor, ...]]:
        scores = self._scores(images)
        return self._loss(scores, truths), (scores.argmax(dim=1),)

    def predict(self, images: Tensor) -> tuple[Tensor, ...]:
        return (self._scores(images).softmax(dim=1),)

    @property
    def outputs(self) -> tuple[str, ...]:
        return ("probabilities",)

    def head_names(self) -> tuple[str, ...]:
        return self._heads

    def _scores(self, images: Tensor) -> Tensor:
        """[n, 1 + classes, height, width] in the input's size."""
        result: Any = self.net(self.normalise(images))
        scores = cast("Tensor", result.get("out", getattr(result, "logits", None))).float()
        if scores.shape[-2:] == images.shape[-2:]:
            return scores
        size = (self.input_format.height, self.input_format.width)
        larger: Tensor = functional.interpolate(scores, size, mode="bilinear", align_corners=False)
        return larger

    def _loss(self, scores: Tensor, truths: list[Truth]) -> Tensor:
        maps = torch.stack([cast("RegionTruth", truth).map for truth in truths]).long()
        weights = cast("Tensor | None", self._class_weights)
        losses = functional.cross_entropy(scores, maps, weight=weights, ignore_index=void, reduction="none")
        counted = (maps != void).sum(dim=(1, 2)).clamp(min=1)
        return (losses.sum(dim=(1, 2)) / counted).mean()


def build_torchvision(config: Config, size: tuple[int, int], class_weights: Tensor | None) -> tuple[Network, list[str]]:
    """One of torchvision's networks, and lines for the log."""
    name = config.model.name
    if name not in _torchvision:
        raise TrainerError("bad_config", f'torchvision has no network for segmentation "{name}"', f"Use {', '.join(_torchvision)}.")
    weights = find_weights(config.model)
    net: nn.Module = getattr(segmentation, name)(
        weights=None, weights_backbone=None, num_classes=len(config.task.class_names) + 1, **_without_auxiliary(name)
    )
    lines = [] if weights is None else [load_weights(net, read_state(weights), weights)]
    return Segmenter(net, InputFormat(*size, _mean, _deviation), ("classifier",), class_weights), lines


def _without_auxiliary(name: str) -> dict[str, Any]:
    return {} if name.startswith("lraspp") else {"aux_loss": False}


def build_huggingface(config: Config, size: tuple[int, int], class_weights: Tensor | None) -> tuple[Network, list[str]]:
    """One of transformers' networks, and lines for the log."""
    from transformers import AutoModelForSemanticSegmentation

    labels = len(config.task.class_names) + 1
    net, lines = huggingface.build(config, size, AutoModelForSemanticSegmentation, labels)
    kind: str = net.config.model_type  # type: ignore[assignment, union-attr]
    heads = tuple(name for name, _ in net.named_children() if "head" in name or "neck" in name or "classifier" in name)
    return Segmenter(net, InputFormat(*size, *huggingface.normalisation(kind)), heads, class_weights), lines
