"""Whole trainings of each family on small pictures."""

import importlib.util
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors import safe_open

from tests.shapes import class_names, make_run
from tests.trainer import Ended, train_well

has_ultralytics = importlib.util.find_spec("ultralytics") is not None
needs_ultralytics = pytest.mark.skipif(not has_ultralytics, reason="ultralytics is not installed")


def _json(directory: Path, name: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((directory / "artifacts" / name).read_text())
    return content


def _check_artifacts(directory: Path, ended: Ended) -> None:
    """Every event names a file that is there; classes have one order; ONNX answers as torch does."""
    kept = {event["kind"]: event for event in ended.of("checkpoint")}
    for event in [*ended.of("artifact"), *kept.values()]:
        assert (directory / event["path"]).exists(), event
    assert _json(directory, "model.json")["classes"] == list(class_names)
    with safe_open(directory / "artifacts/model.safetensors", "np") as file:
        assert json.loads(file.metadata()["trainyard"])["classes"] == list(class_names)
    card = (directory / "artifacts/model_card.md").read_text()
    assert [line for line in card.splitlines() if line.endswith(class_names)] == ["0. circle", "1. square", "2. triangle"]
    differences = _json(directory, "onnx_check.json")["differences"]
    assert {name.split(" ", 1)[1] for name in differences} == {"at batch 1", "at batch 3"}
    assert all(value < (0.5 if name.startswith("boxes") else 1e-3) for name, value in differences.items()), differences
    assert "differ" not in ended.log


def test_a_timm_classifier_learns(runs: Path) -> None:
    directory = make_run(
        runs,
        "classification",
        ("timm", "test_resnet"),
        images=60,
        size=32,
        dataset={"trainSplit": 0.6, "valSplit": 0.2, "testSplit": 0.2, "augmentation": {"randomFlip": True, "colorJitter": True}},
        training={"epochs": 8, "learningRate": 0.003, "scheduler": {"type": "cosine", "warmupEpochs": 1}, "ema": True},
    )
    ended = train_well(directory)
    metrics = ended.result["metrics"]
    assert metrics["val_accuracy"] >= 0.8
    assert metrics["test_accuracy"] >= 0.8
    _check_artifacts(directory, ended)
    matrix = np.array(_json(directory, "confusion_matrix.json")["matrix"])
    assert matrix.sum() == 12
    assert _json(directory, "per_class.json")["accuracy"] == pytest.approx(matrix.trace() / 12)
    assert all(curve["averagePrecision"] > 0.5 for curve in _json(directory, "pr_curves.json")["classes"])
    last = [event["values"] for event in ended.of("metric") if "val_loss" in event["values"]][-1]
    assert {"images_per_second", "data_wait_share", "peak_memory_gb", "val_f1/circle", "epoch_train_loss"} <= set(last)
    best = max(event["metrics"]["val_accuracy"] for event in ended.of("checkpoint") if event["kind"] == "last")
    assert metrics["val_accuracy"] == best


def test_a_hugging_face_classifier_is_trained(runs: Path) -> None:
    directory = make_run(runs, "classification", ("huggingface", "microsoft/resnet-18"), images=12, size=32)
    _check_artifacts(directory, train_well(directory))


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("torchvision", "fcos_resnet18_fpn"),
        ("torchvision", "retinanet_resnet18_fpn"),
        ("torchvision", "ssdlite320_mobilenet_v3_large"),
        pytest.param("ultralytics", "yolo11n", marks=needs_ultralytics),
    ],
)
def test_a_detector_is_trained(runs: Path, source: str, name: str) -> None:
    directory = make_run(runs, "detection", (source, name), images=8, size=64)
    ended = train_well(directory)
    _check_artifacts(directory, ended)
    assert {"val_loss", "val_map50", "val_map50_95"} <= set(ended.result["metrics"])
    report = _json(directory, "per_class.json")
    assert [row["name"] for row in report["classes"]] == list(class_names)
    assert np.array(_json(directory, "confusion_matrix.json")["matrix"]).shape == (4, 4)
    sample = _json(directory, "predictions.json")["samples"][0]
    assert all(one["box"][0] >= 0 and one["box"][0] + one["box"][2] <= 64.01 for one in sample["true"] + sample["predicted"])


def test_segformer_learns_to_tell_shapes_from_the_background(runs: Path) -> None:
    training = {"epochs": 4, "learningRate": 0.001, "batchSize": 4}
    directory = make_run(runs, "segmentation", ("huggingface", "nvidia/mit-b0"), images=24, size=64, training=training)
    ended = train_well(directory)
    assert ended.result["metrics"]["val_miou"] >= 0.5
    _check_artifacts(directory, ended)
    sample = _json(directory, "predictions.json")["samples"][0]
    assert sample["true"][0]["mask"]["size"] == [64, 64]


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("torchvision", "lraspp_mobilenet_v3_large"),
        pytest.param("ultralytics", "yolo11n-seg", marks=needs_ultralytics),
    ],
)
def test_a_segmenter_is_trained(runs: Path, source: str, name: str) -> None:
    directory = make_run(runs, "segmentation", (source, name), images=8, size=64)
    ended = train_well(directory)
    _check_artifacts(directory, ended)
    assert "val_miou" in ended.result["metrics"]
    assert ("val_mask_map50" in ended.result["metrics"]) == (source == "ultralytics")


def test_a_small_rt_detr_starts_from_weights_and_replaces_its_head(runs: Path) -> None:
    weights = runs.parent / "small-rt-detr"
    make_small_rt_detr(weights, classes=5)
    directory = make_run(
        runs,
        "detection",
        ("huggingface", "my/small-rt-detr"),
        images=8,
        size=64,
        model={"pretrained": True, "pretrainedWeights": str(weights)},
    )
    ended = train_well(directory)
    _check_artifacts(directory, ended)
    assert "made for other classes or sizes, starts anew" in ended.log


def make_small_rt_detr(folder: Path, classes: int) -> None:
    """Weights as somebody would have them: the folder that transformers writes."""
    from transformers import RTDetrConfig, RTDetrForObjectDetection

    backbone = {
        "model_type": "rt_detr_resnet",
        **{"embedding_size": 16, "depths": [1, 1, 1, 1], "hidden_sizes": [16, 16, 32, 32], "layer_type": "basic"},
        "out_features": ["stage2", "stage3", "stage4"],
    }
    config = RTDetrConfig(
        backbone_config=backbone,
        encoder_in_channels=[16, 32, 32],
        encoder_hidden_dim=32,
        encoder_ffn_dim=64,
        d_model=32,
        decoder_in_channels=[32, 32, 32],
        decoder_ffn_dim=64,
        decoder_layers=2,
        num_queries=20,
        encoder_attention_heads=2,
        decoder_attention_heads=2,
    )
    config.num_labels = classes
    RTDetrForObjectDetection(config).save_pretrained(folder)


@needs_ultralytics
def test_a_yolo_starts_from_the_file_that_ultralytics_writes(runs: Path) -> None:
    from ultralytics import YOLO

    weights = runs.parent / "own.pt"
    runs.parent.mkdir(parents=True, exist_ok=True)
    YOLO("yolo11n.yaml").save(weights)
    model = {"pretrained": True, "pretrainedWeights": str(weights)}
    directory = make_run(runs, "detection", ("ultralytics", "yolo11n"), images=8, size=64, model=model)
    ended = train_well(directory)
    assert f"Starting from the weights in {weights}" in ended.log


def test_a_vision_transformer_takes_over_weights_of_images_of_another_size(runs: Path) -> None:
    import timm
    from safetensors.torch import save_file

    weights = runs.parent / "vit.safetensors"
    runs.parent.mkdir(parents=True, exist_ok=True)
    save_file(timm.create_model("test_vit", num_classes=3).state_dict(), weights)
    model = {"pretrained": True, "pretrainedWeights": str(weights)}
    ended = train_well(make_run(runs, "classification", ("timm", "test_vit"), images=9, size=64, model=model))
    assert "all of them fit" in ended.log
