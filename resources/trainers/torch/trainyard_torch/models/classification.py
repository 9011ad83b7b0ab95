"""Classifiers of timm and Hugging Face."""

from pathlib import Path
from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional

from trainyard_torch.data.truth import ClassTruth, Truth
from trainyard_torch.models.network import InputFormat, Network


class Classifier(Network):
    """Cross-entropy over classes; `net` gives scores [n, classes]."""

    def __init__(self, net: nn.Module, input_format: InputFormat, heads: tuple[str, ...], class_weights: Tensor | None) -> None:
        super().__init__(net, input_format)
        self._heads = heads
        self.register_buffer("_class_weights", class_weights, persistent=False)

    def forward(self, images: Tensor, truths: list[Truth], others: list[Truth] | None, share: float) -> dict[str, Tensor]:
        scores = self._scores(images)
        labels = _labels(truths, scores.device)
        loss = self._loss(scores, labels)
        if others is not None:
            loss = share * loss + (1 - share) * self._loss(scores, _labels(others, scores.device))
            labels = labels if share >= 0.5 else _labels(others, scores.device)
        return {"loss": loss, "correct": (scores.argmax(dim=1) == labels).sum()}

    def validate(self, images: Tensor, truths: list[Truth]) -> tuple[Tensor, tuple[Tensor, ...]]:
        scores = self._scores(images)
        return self._loss(scores, _labels(truths, scores.device)), (scores.softmax(dim=1),)

    def predict(self, images: Tensor) -> tuple[Tensor, ...]:
        return (self._scores(images).softmax(dim=1),)

    @property
    def outputs(self) -> tuple[str, ...]:
        return ("probabilities",)

    def head_names(self) -> tuple[str, ...]:
        return self._heads

    def _scores(self, images: Tensor) -> Tensor:
        result = self.net(self.normalise(images))
        return cast("Tensor", getattr(result, "logits", result)).float()

    def _loss(self, scores: Tensor, labels: Tensor) -> Tensor:
        """The mean over the batch. Weighted images count by their class's weight, which is 1 on average over the training images."""
        losses = functional.cross_entropy(scores, labels, reduction="none")
        weights = cast("Tensor | None", self._class_weights)
        return losses.mean() if weights is None else (losses * weights[labels]).mean()


def _labels(truths: list[Truth], device: torch.device) -> Tensor:
    return torch.tensor([cast("ClassTruth", truth).label for truth in truths], device=device)


def head_prefixes(net: nn.Module, heads: object) -> tuple[str, ...]:
    """Names of the modules that decide between classes; where nothing says which, the last one that has weights."""
    named = [heads] if isinstance(heads, str) else list(cast("tuple[str, ...]", heads or ()))
    modules = dict(net.named_modules())
    found = tuple(name for name in named if name in modules)
    if found:
        return found
    return (next(reversed([name for name, module in modules.items() if list(module.parameters(recurse=False))])),)


def folder_of(path: Path) -> Path:
    """Where a model's own config lies beside its weights."""
    return path if path.is_dir() else path.parent
