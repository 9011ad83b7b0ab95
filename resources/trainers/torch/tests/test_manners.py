"""How the trainer begins, stops, goes on and fails."""

import json
import os
import signal
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from tests.shapes import make_run
from tests.trainer import finish, read_events, resume, start, stop_at, train, train_well, wait_for
from trainyard_torch.launcher import processes_wanted

_small = ("timm", "test_resnet")
_mixed: dict[str, Any] = {
    "dataset": {
        "augmentation": {"randomFlip": True, "randomRotation": 15, "colorJitter": True, "mixup": True, "cutmix": True},
    },
    "training": {
        **{"epochs": 3, "batchSize": 4, "accumulate": 2, "ema": True, "gradientClip": 1.0, "weightDecay": 0.01},
        "scheduler": {"type": "onecycle", "warmupEpochs": 1},
        "earlyStop": {"enabled": True, "patience": 3, "metric": "val_loss"},
    },
}
_models = {
    "classification": _small,
    "detection": ("torchvision", "ssdlite320_mobilenet_v3_large"),
    "segmentation": ("torchvision", "lraspp_mobilenet_v3_large"),
}


@pytest.mark.parametrize("task", list(_models))
def test_a_training_that_was_ended_three_times_has_the_curve_of_one_that_was_not(runs: Path, task: str) -> None:
    def make(name: str) -> Path:
        return make_run(runs / name, task, _models[task], images=16, size=32, **json.loads(json.dumps(_mixed)))

    whole = train_well(make("whole"))
    first = make("first")
    stopped = stop_at(first, 2)
    assert (stopped.code, stopped.result["status"]) == (0, "cancelled")
    assert "SIGTERM" in stopped.result["message"]
    second = make("second")
    config = json.loads((second / "config.json").read_text())
    last = stopped.of("checkpoint")[-1]
    config["resume"] = {"from": str(first / last["path"]), "epoch": last["epoch"], "step": last["step"]}
    (second / "config.json").write_text(json.dumps(config))
    killed = stop_at(second, 5, signal.SIGKILL)
    assert killed.of("result") == []
    third = make("third")
    ended = resume(third, second, killed)
    # The first step after the checkpoint comes once more, and is the same.
    for names in (("train_loss", "learning_rate"), ("val_loss",), ("epoch_train_loss",)):
        expected = whole.curve(*names)
        curve = {**stopped.curve(*names), **killed.curve(*names), **ended.curve(*names)}
        assert curve == expected, names
    assert ended.result["metrics"] == whole.result["metrics"]
    for name in ("model.safetensors", "per_class.json"):
        assert (third / "artifacts" / name).read_bytes() == (runs / "whole" / "artifacts" / name).read_bytes()


def test_four_processes_that_read_images_give_what_none_gives(runs: Path) -> None:
    def train_with(workers: int) -> Any:
        changes = {**json.loads(json.dumps(_mixed)), "resources": {"workers": workers}}
        return train_well(make_run(runs / str(workers), "classification", _small, images=16, size=32, **changes))

    none, four = train_with(0), train_with(4)
    assert none.curve("train_loss") == four.curve("train_loss")
    assert none.result["metrics"] == four.result["metrics"]


def test_two_processes_train_what_one_trains(runs: Path) -> None:
    # Without normalisation over batches, whose halves differ from the whole.
    def make(name: str) -> Path:
        training = {"epochs": 2, "batchSize": 6, "optimizer": "sgd", "learningRate": 0.05, "momentum": 0.5}
        return make_run(runs / name, "classification", ("timm", "test_vit"), images=20, size=32, training=training)

    one, two = train_well(make("one")), train_well(make("two"), TRAINYARD_PROCESSES="2")
    assert "in 2 processes" in two.log
    for names in (("train_loss",), ("val_loss",)):
        alone, together = one.curve(*names), two.curve(*names)
        assert alone.keys() == together.keys()
        for step, values in alone.items():
            assert together[step] == pytest.approx(values, rel=1e-4), step
    assert two.result["metrics"]["val_accuracy"] == one.result["metrics"]["val_accuracy"]


def test_two_processes_judge_a_detector_together(runs: Path) -> None:
    def make(name: str) -> Path:
        return make_run(runs / name, "detection", _models["detection"], images=10, size=32, training={"batchSize": 3})

    ended = train_well(make("two"), TRAINYARD_PROCESSES="2")
    report = json.loads((runs / "two/artifacts/per_class.json").read_text())
    assert report["images"] == len(json.loads((runs / "two/artifacts/predictions.json").read_text())["samples"]) == 3
    assert "val_map50" in ended.result["metrics"]


def test_several_processes_stop_together(runs: Path) -> None:
    directory = make_run(runs, "classification", _small, images=16, size=32, training={"epochs": 500})
    process = start(directory, TRAINYARD_PROCESSES="2")
    wait_for(directory, lambda event: event["type"] == "metric" and event["step"] >= 3, process)
    process.terminate()
    ended = finish(process, directory)
    assert (ended.code, ended.result["status"]) == (0, "cancelled")
    assert ended.of("checkpoint")[-1]["step"] >= 3


@pytest.mark.parametrize("lost", [0, 1])
def test_a_process_that_is_lost_is_the_cause(runs: Path, lost: int) -> None:
    directory = make_run(runs, "classification", _small, images=16, size=32, training={"epochs": 500})
    process = start(directory, TRAINYARD_PROCESSES="2")
    wait_for(directory, lambda event: event["type"] == "metric" and event["step"] >= 3, process)
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    os.kill(int(children[lost]), signal.SIGKILL)
    ended = finish(process, directory)
    assert (ended.code, ended.result["status"], ended.result["cause"]) == (1, "failed", "lost_process")


def test_one_process_is_enough_for_one_gpu_or_none() -> None:
    from tests.test_config import _document
    from trainyard_torch.directory.config import parse_config

    assert processes_wanted(parse_config(_document)[0]) == 1


def test_the_end_of_standard_input_stops_the_training(runs: Path) -> None:
    directory = make_run(runs, "classification", _small, images=12, size=32, training={"epochs": 500})
    process = start(directory)
    wait_for(directory, lambda event: event["type"] == "metric", process)
    assert process.stdin is not None
    process.stdin.close()
    ended = finish(process, directory)
    assert (ended.code, ended.result["status"]) == (0, "cancelled")
    assert "standard input was closed" in ended.result["message"]


def test_a_few_images_that_cannot_be_read_are_named_and_left_out(runs: Path) -> None:
    directory = make_run(runs, "classification", _small, images=16, size=32, training={"epochs": 2}, resources={"workers": 2})
    _truncate(directory, 1)
    ended = train_well(directory)
    assert ended.log.count("is left out") == 1
    assert "has changed since it was imported" in ended.log


def test_too_many_images_that_cannot_be_read_are_bad_data(runs: Path) -> None:
    directory = make_run(runs, "classification", _small, images=15, size=32)
    _truncate(directory, 4)
    ended = train(directory)
    assert (ended.code, ended.result["status"], ended.result["cause"]) == (1, "failed", "bad_data")
    assert "of 15 images can't be read" in ended.result["message"]


def _truncate(directory: Path, count: int) -> None:
    root = Path(json.loads((directory / "config.json").read_text())["dataset"]["root"])
    files = sorted(root.rglob("*.png"))[:count]
    aside = directory / "images"
    aside.mkdir()
    lines = [json.loads(line) for line in (directory / "dataset.jsonl").read_text().splitlines()]
    for line in lines:
        if root / line["file"] in files:
            file = aside / Path(line["file"]).name
            file.write_bytes((root / line["file"]).read_bytes()[:-50])
            line["file"] = str(file)
    (directory / "dataset.jsonl").write_text("".join(f"{json.dumps(line)}\n" for line in lines))


def test_a_training_that_diverges_names_its_last_good_checkpoint(runs: Path) -> None:
    training = {"epochs": 4, "optimizer": "sgd", "learningRate": 1e30, "scheduler": {"type": "none", "warmupEpochs": 0}}
    ended = train(make_run(runs, "classification", _small, images=12, size=32, training=training))
    assert (ended.code, ended.result["cause"]) == (1, "diverged")
    assert "There is no checkpoint yet" in ended.result["message"]


def test_a_last_batch_of_one_image_is_trained(runs: Path) -> None:
    training = {"batchSize": 4, "epochs": 1}
    dataset = {"trainSplit": 1, "valSplit": 0}
    ended = train_well(make_run(runs, "classification", _small, images=9, size=32, training=training, dataset=dataset))
    assert "No image is kept for validation" in ended.log
    assert not any(name.startswith("val_") for name in ended.result["metrics"])


def test_batches_of_one_image_are_trained(runs: Path) -> None:
    train_well(make_run(runs, "classification", _small, images=9, size=32, training={"batchSize": 1}))


def test_weights_that_are_missing_are_named(runs: Path) -> None:
    model = {"pretrained": True, "pretrainedWeights": "/nowhere/resnet.safetensors"}
    ended = train(make_run(runs, "classification", _small, images=9, size=32, model=model))
    assert (ended.code, ended.result["cause"]) == (1, "missing_weights")
    assert '"/nowhere/resnet.safetensors" does not exist' in ended.result["message"]


def test_weights_that_the_hub_would_have_are_not_fetched(runs: Path) -> None:
    ended = train(make_run(runs, "classification", ("timm", "resnet18"), images=9, size=32, model={"pretrained": True}))
    assert (ended.code, ended.result["cause"]) == (1, "missing_weights")
    assert "model.safetensors" in ended.result["message"]


def test_fine_tuning_starts_from_the_model_of_another_run(runs: Path) -> None:
    train_well(make_run(runs / "first", "classification", _small, images=12, size=32))
    weights = runs / "first/artifacts/model.safetensors"
    model = {"pretrained": True, "pretrainedWeights": str(weights)}
    same = train_well(make_run(runs / "same", "classification", _small, images=12, size=32, model=model))
    assert "all of them fit" in same.log
    two = {"numClasses": 4, "classNames": ["circle", "square", "triangle", "star"]}
    training = {"freezeBackbone": True}
    other = make_run(runs / "other", "classification", _small, images=12, size=32, model=model, task=two, training=training)
    ended = train_well(other)
    assert "starts anew: fc" in ended.log
    assert "The backbone is frozen" in ended.log
    from safetensors.torch import load_file

    before, after = load_file(weights), load_file(other / "artifacts/model.safetensors")
    changed = {name for name in before if before[name].shape != after[name].shape or not before[name].equal(after[name])}
    assert changed == {"fc.weight", "fc.bias"}


def test_a_package_that_is_missing_is_named_with_what_to_install(runs: Path) -> None:
    directory = make_run(runs, "detection", ("ultralytics", "yolo11n"), images=9, size=32)
    (directory / "missing").mkdir()
    (directory / "missing/ultralytics.py").write_text("raise ImportError('no such package')\n")
    path = f"{directory / 'missing'}{os.pathsep}{Path(__file__).parent.parent}"
    ended = train(directory, PYTHONPATH=path)
    assert (ended.code, ended.result["cause"]) == (1, "missing_package")
    assert "pip install ultralytics" in ended.result["message"]
    assert "AGPL-3.0" in ended.result["message"]


def test_a_checkpoint_of_another_config_is_refused(runs: Path) -> None:
    ended = train_well(make_run(runs / "first", "classification", _small, images=12, size=32))
    last = next(event for event in ended.of("checkpoint") if event["kind"] == "last")
    resumed = {"from": str(runs / "first" / last["path"]), "epoch": 1, "step": 2}
    other = train(make_run(runs / "other", "classification", _small, images=12, size=32, training={"seed": 8}, resume=resumed))
    assert other.result["cause"] == "bad_checkpoint"
    assert "dataset (its images and their split) is another" in other.result["message"]


def test_a_run_directory_without_a_config_fails_with_a_result(tmp_path: Path) -> None:
    ended = train(tmp_path)
    assert (ended.code, ended.result["cause"]) == (1, "bad_config")
    assert read_events(tmp_path)[-1]["type"] == "result"


def test_images_of_any_size_and_kind_train_together(runs: Path) -> None:
    directory = make_run(runs, "classification", _small, images=12, size=32)
    aside = directory / "images"
    aside.mkdir()
    lines = [json.loads(line) for line in (directory / "dataset.jsonl").read_text().splitlines()]
    for at, (line, mode) in enumerate(zip(lines, ("L", "RGBA", "P", "1", "CMYK"), strict=False)):
        file = aside / f"{at}.{'tif' if mode == 'CMYK' else 'png'}"
        Image.new(mode, (20 + at, 50)).save(file)
        line |= {"file": str(file), "sha256": None, "size": None, "width": 20 + at, "height": 50}
    (directory / "dataset.jsonl").write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    assert "left out" not in train_well(directory).log


def test_a_training_that_gets_no_better_stops_early(runs: Path) -> None:
    stop = {"enabled": True, "patience": 2, "metric": "val_f1"}
    training = {"epochs": 9, "learningRate": 1e-12, "optimizer": "sgd", "earlyStop": stop}
    ended = train_well(make_run(runs, "classification", ("timm", "test_vit"), images=12, size=32, training=training))
    assert "Stopped early: val_f1 has not improved since epoch 1 (patience: 2)" in ended.log
    assert ended.of("progress")[-1]["epoch"] == 3


def test_16_bit_arithmetic_and_class_weights_train(runs: Path) -> None:
    training = {"amp": True, "classWeights": "balanced", "optimizer": "rmsprop", "scheduler": {"type": "plateau"}}
    train_well(make_run(runs, "classification", _small, images=12, size=32, training=training))


def test_early_stopping_on_a_validation_that_has_no_images_is_refused(runs: Path) -> None:
    training = {"earlyStop": {"enabled": True, "metric": "val_loss"}}
    ended = train(make_run(runs, "classification", _small, images=9, size=32, training=training, dataset={"valSplit": 0}))
    assert ended.result["cause"] == "bad_config"
    assert "no image is kept for validation" in ended.result["message"]


def test_a_detector_needs_annotations(runs: Path) -> None:
    changes = {"task": {"type": "detection"}, "model": {"source": "torchvision"}}
    directory = make_run(runs, "classification", _small, images=9, size=32, **changes)
    assert train(directory).result["cause"] == "bad_data"


def test_a_detector_needs_boxes(runs: Path) -> None:
    directory = make_run(runs, "detection", _models["detection"], images=9, size=32)
    rows = [json.loads(line) for line in (directory / "annotations.jsonl").read_text().splitlines()]
    regions = [[{"class": one["class"], "region": True, "mask": one["mask"]} for one in row] for row in rows]
    (directory / "annotations.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in regions))
    ended = train(directory)
    assert ended.result["cause"] == "bad_data"
    assert "has a box" in ended.result["message"]
