"""The model card: what somebody must know who uses the model, and its machine-readable twin."""

from importlib.metadata import PackageNotFoundError, version

from trainyard_torch.directory.config import Config
from trainyard_torch.models.network import Network
from trainyard_torch.reports.numbers import short

_outputs = {
    "probabilities": {
        "classification": "[n, classes]: the probability of each class",
        "segmentation": "[n, 1 + classes, height, width]: the probability of the background, and then of each class, of each pixel",
    },
    "boxes": "[n, k, 4]: x1, y1, x2, y2 in pixels of the input",
    "scores": "[n, k]: from 0 to 1, falling; 0 where there are fewer objects",
    "labels": "[n, k]: places in the list of classes",
    "masks": "[n, k, height / 4, width / 4]: of each object, 1 inside and 0 outside; half and more is inside",
}
_packages = ("torch", "torchvision", "timm", "transformers", "ultralytics")


def describe_model(config: Config, network: Network, epoch: int, metrics: dict[str, float], white: int | None) -> dict[str, object]:
    """What a program needs beside the weights to use the model.

    Args:
        white: the value of white of 16-bit images; None where the dataset has none

    """
    size = network.input_format
    task = config.task.type
    outputs = {name: _outputs[name] for name in network.outputs}
    return {
        **{"format": "trainyard/torch-model", "version": 1, "task": task},
        "model": {"source": config.model.source, "name": config.model.name},
        "classes": list(config.task.class_names),
        "input": {
            **{"name": "images", "height": size.height, "width": size.width, "channels": "RGB", "range": [0, 1], "resize": "stretch"},
            **{"interpolation": "bilinear, antialiased", "white": white, "normalised": "inside the ONNX model"},
        },
        "normalisation": {"mean": list(size.mean), "deviation": list(size.deviation)},
        "outputs": {name: value[task] if isinstance(value, dict) else value for name, value in outputs.items()},
        "parameters": sum(weight.numel() for weight in network.parameters()),
        "dataset": {"id": config.dataset.id, "version": config.dataset.version},
        **{"runId": config.run_id, "epoch": epoch},
        "metrics": {name: short(value) for name, value in metrics.items()},
        "packages": {name: found for name in _packages if (found := _version(name)) is not None},
    }


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def write_card(config: Config, about: dict[str, object], onnx: dict[str, float] | str, images: dict[str, int]) -> str:
    """The card as Markdown."""
    training = config.training
    size = about["input"]
    assert isinstance(size, dict)
    metrics = about["metrics"]
    assert isinstance(metrics, dict)
    lines = [
        f"# {config.model.source}/{config.model.name}: {config.task.type}",
        "",
        f"Run {config.run_id}, epoch {about['epoch']}; dataset {config.dataset.id}, version {config.dataset.version}; "
        f"{about['parameters']:,} weights.",
        "",
        "## Classes, in the model's order",
        "",
        *[f"{place}. {name}" for place, name in enumerate(config.task.class_names)],
        "",
        "## Use",
        "",
        f"Turn the image upright, put transparent parts on white, stretch it to {size['width']} × {size['height']} pixels (RGB) and divide by "
        "255. The model normalises by itself.",
        "",
        *[f"- `{name}` {what}" for name, what in dict(about["outputs"]).items()],  # type: ignore[call-overload]
        "",
        "## Quality",
        "",
        "| metric | value |",
        "| --- | --- |",
        *[f"| {name} | {value} |" for name, value in metrics.items()],
        "",
        f"Images: {', '.join(f'{count} {split}' for split, count in images.items())}.",
        "",
        "## Training",
        "",
        f"{training.epochs} epochs at most, batches of {training.batch_size}, {training.optimizer} at {training.learning_rate}, "
        f"schedule {training.scheduler.type}, seed {training.seed}.",
        *_origin(config),
        "",
        "## ONNX",
        "",
        *_onnx_lines(onnx),
        "",
    ]
    if config.model.source == "ultralytics":
        lines += ["## Licence", "", "The architecture is Ultralytics', under AGPL-3.0 or their enterprise licence.", ""]
    return "\n".join(lines)


def _origin(config: Config) -> list[str]:
    if config.model.pretrained_weights is not None:
        return [f"Started from {config.model.pretrained_weights}."]
    return ["Started from the model's published weights."] if config.model.pretrained else ["Started from nothing."]


def _onnx_lines(onnx: dict[str, float] | str) -> list[str]:
    if isinstance(onnx, str):
        return [onnx]
    return ["Largest difference from torch:", "", *[f"- {name}: {value:.2g}" for name, value in onnx.items()]]
