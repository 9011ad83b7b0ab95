"""The network that a config asks for."""

from collections import Counter
from importlib import import_module

import torch
from torch import Tensor

from trainyard_torch.data.randomness import seed_of
from trainyard_torch.data.splits import Labels, Splits
from trainyard_torch.directory.config import Config
from trainyard_torch.models.network import Network

#: The longest side that images are shown with where nobody names a size.
_usual_sides = {"classification": 224, "detection": 640, "segmentation": 512}
_multiple = 32


def choose_size(config: Config, splits: Splits) -> tuple[tuple[int, int], str | None]:
    """Height and width of the input, and a line for the log where it is not what the config says.

    Without a size in the config: the one that pretrained weights were made for; else the training images' most frequent one, scaled down to
    the task's usual side, in multiples of 32 pixels, by which networks reduce an image.
    """
    wanted = config.dataset.image_size
    usual = _usual_sides[config.task.type]
    if wanted is not None:
        if config.task.type == "classification":
            return wanted, None
        size = _rounded_up(*wanted)
        if size == wanted:
            return wanted, None
        return size, (
            f"dataset.imageSize {wanted[0]} × {wanted[1]} is rounded up to {size[0]} × {size[1]}: networks halve images five times."
        )
    if config.task.type == "classification" and config.model.source == "timm":
        from trainyard_torch.models.timm_models import own_size

        usual = own_size(config.model.name)
    if config.model.pretrained or config.model.pretrained_weights is not None:
        return (usual, usual), None
    counts = Counter((entry.height, entry.width) for entry in splits.train)
    height, width = counts.most_common(1)[0][0]
    scale = min(1.0, usual / max(height, width))
    return _rounded_up(round(height * scale), round(width * scale)), None


def _rounded_up(height: int, width: int) -> tuple[int, int]:
    return -(-max(1, height) // _multiple) * _multiple, -(-max(1, width) // _multiple) * _multiple


def class_weights(config: Config, splits: Splits, labels: Labels) -> Tensor | None:
    """How much each class counts, 1 on average over what is trained on; for segmentation with the background, which counts 1, before them."""
    wanted = config.training.class_weights
    if wanted is None:
        return None
    counts: Counter[int] = Counter(label for entry in splits.train for label in labels.classes_of(entry))
    numbers = torch.tensor([counts[label] for label in range(labels.classes)], dtype=torch.float64)
    weights = torch.where(numbers > 0, 1 / numbers.clamp(min=1), 0.0) if wanted == "balanced" else torch.tensor(wanted).double()
    mean = (weights * numbers).sum() / numbers.sum().clamp(min=1)
    weights = weights / mean.clamp(min=1e-12)
    if config.task.type == "segmentation":
        weights = torch.cat([torch.ones(1, dtype=torch.float64), weights])
    return weights.float()


def build_network(config: Config, size: tuple[int, int], weights: Tensor | None) -> tuple[Network, list[str]]:
    """The network with its first weights, which follow from the seed, and lines for the log.

    Raises:
        TrainerError: there is no such model, or its pretrained weights are not on this machine.

    """
    torch.manual_seed(seed_of(config.training.seed, "weights"))
    task, source = config.task.type, config.model.source
    if task == "detection" or source == "ultralytics":
        names = {
            "torchvision": "torchvision_detectors",
            "huggingface": "huggingface_detectors",
            "ultralytics": "ultralytics_models",
        }
        detector: tuple[Network, list[str]] = import_module(f"trainyard_torch.models.{names[source]}").build(config, size)
        return detector
    if task == "segmentation":
        from trainyard_torch.models import segmentation

        build = segmentation.build_torchvision if source == "torchvision" else segmentation.build_huggingface
        return build(config, size, weights)
    return _build_classifier(config, size, weights)


def _build_classifier(config: Config, size: tuple[int, int], weights: Tensor | None) -> tuple[Network, list[str]]:
    from trainyard_torch.models.classification import Classifier, head_prefixes

    if config.model.source == "timm":
        from trainyard_torch.models import timm_models

        net, input_format, heads, lines = timm_models.build(config, size)
        return Classifier(net, input_format, heads, weights), lines
    from transformers import AutoModelForImageClassification

    from trainyard_torch.models import huggingface
    from trainyard_torch.models.network import InputFormat

    net, lines = huggingface.build(config, size, AutoModelForImageClassification, len(config.task.class_names))
    kind: str = net.config.model_type  # type: ignore[assignment, union-attr]
    heads = head_prefixes(net, ("classifier", "head"))
    return Classifier(net, InputFormat(*size, *huggingface.normalisation(kind)), heads, weights), lines
