import copy
from typing import Any

import pytest

from trainyard_torch.directory.config import parse_config
from trainyard_torch.directory.failure import TrainerError

_document: dict[str, Any] = {
    "protocol": 1,
    "runId": "r",
    "attempt": 1,
    "task": {"type": "detection", "numClasses": 2, "classNames": ["a", "b"]},
    "model": {"name": "fcos_resnet18_fpn", "source": "torchvision"},
    "dataset": {"datasetId": "d", "version": 1, "root": "/data", "annotations": "annotations.jsonl", "imageSize": [64, 96]},
    "training": {"epochs": 2, "batchSize": 4, "learningRate": 1e-3, "optimizer": "sgd"},
    "resume": {"from": "/c", "epoch": 1, "step": 3},
}


def _with(path: str, value: object) -> dict[str, Any]:
    document = copy.deepcopy(_document)
    *parents, name = path.split(".")
    inner: Any = document
    for parent in parents:
        inner = inner.setdefault(parent, {})
    inner[name] = value
    return document


def test_a_config_is_read_with_its_defaults() -> None:
    config, unknown = parse_config(_document)
    assert config.dataset.image_size == (64, 96)
    assert config.dataset.manifest == "dataset.jsonl"
    assert (config.training.momentum, config.training.accumulate, config.training.scheduler.type) == (0.9, 1, "none")
    assert config.resume is not None
    assert config.resume.path == "/c"
    assert unknown == []


@pytest.mark.parametrize(
    ("path", "value", "part"),
    [
        ("protocol", 2, "protocol: is 2"),
        ("training.epochs", 0, "training.epochs: expected a whole number"),
        ("training.epochs", True, "training.epochs"),
        ("training.batchSize", "8", "training.batchSize"),
        ("training.learningRate", 0, "training.learningRate"),
        ("training.optimizer", "lion", "expected one of sgd, adam, adamw, rmsprop"),
        ("training.earlyStop.metric", "val_accuracy", "expected one of val_loss, train_loss, val_map50"),
        ("training.classWeights", [1, 2, 3], "training.classWeights"),
        ("training.gradientClip", -1, "training.gradientClip"),
        ("model.source", "timm", "expected one of torchvision, huggingface, ultralytics"),
        ("task.numClasses", 3, "task.numClasses: is 3, but classNames has 2"),
        ("dataset.imageSize", [64], "dataset.imageSize"),
        ("dataset.imageSize", 5000, "dataset.imageSize"),
        ("dataset.trainSplit", 0, "dataset.trainSplit: must be above 0"),
        ("dataset.augmentation.randomRotation", 181, "dataset.augmentation.randomRotation"),
        ("resume.step", None, "resume.step"),
    ],
)
def test_a_wrong_field_is_named(path: str, value: object, part: str) -> None:
    with pytest.raises(TrainerError) as caught:
        parse_config(_with(path, value))
    assert part in str(caught.value)
    assert caught.value.cause == "bad_config"


def test_all_wrong_fields_are_named_at_once() -> None:
    document = _with("training.epochs", -1)
    document["model"]["name"] = ""
    with pytest.raises(TrainerError, match=r"model\.name.*training\.epochs"):
        parse_config(document)


def test_fields_that_nobody_knows_are_listed() -> None:
    assert parse_config(_with("training.magic", 1))[1] == ["training.magic"]
