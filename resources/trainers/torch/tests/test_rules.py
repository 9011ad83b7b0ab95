"""The rules of training, each by itself."""

import errno
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from tests.test_config import _document, _with
from trainyard_torch.data.annotations import parse_annotation
from trainyard_torch.data.dataset import ImageDataset, Key
from trainyard_torch.data.geometry import Placement
from trainyard_torch.data.loading import Batch, choose_workers
from trainyard_torch.data.manifest import ImageEntry
from trainyard_torch.data.truth import ObjectTruth
from trainyard_torch.directory import durable, room
from trainyard_torch.directory.config import Config, parse_config
from trainyard_torch.faults import explain
from trainyard_torch.models.detection import select
from trainyard_torch.models.network import InputFormat, Network, set_training
from trainyard_torch.reports.coco import average_precision
from trainyard_torch.reports.curves import ScoreCounts
from trainyard_torch.tasks.classification import ClassificationJudge
from trainyard_torch.tasks.detection import match, read_objects
from trainyard_torch.tasks.segmentation import RegionJudge, read_region
from trainyard_torch.training.evaluation import Evaluator
from trainyard_torch.training.optimizer import Average, make_optimizer
from trainyard_torch.training.ranks import Ranks
from trainyard_torch.training.schedule import Plateau, learning_rate_at
from trainyard_torch.training.state import is_better

_alone = Ranks(0, 1, torch.device("cpu"))


def _config(path: str, value: object) -> Config:
    return parse_config(_with(path, value))[0]


@pytest.mark.parametrize(
    ("kind", "warmup", "expected"),
    [
        # What the builtin trainer's schedule gives for steps 0, 1, 5, 6, 11, 17 and 29 of six epochs of five.
        ("cosine", 0, [0.1, 0.0997260948, 0.0933012702, 0.0904508497, 0.0703368322, 0.0396044155, 0.000273905232]),
        ("cosine", 1.5, [0.0117647059, 0.0235294118, 0.0705882353, 0.0823529412, 0.0941473796, 0.0620960948, 0.000486596563]),
        ("step", 0, [0.1, 0.1, 0.1, 0.1, 0.01, 0.01, 0.001]),
        ("step", 1.5, [0.0117647059, 0.0235294118, 0.0705882353, 0.0823529412, 0.01, 0.01, 0.001]),
        ("plateau", 0, [0.0111111111, 0.0111111111, 0.0111111111, 0.0111111111, 0.0111111111, 0.0111111111, 0.0111111111]),
        ("plateau", 1.5, [0.0117647059, 0.0235294118, 0.0705882353, 0.0823529412, 0.0111111111, 0.0111111111, 0.0111111111]),
        ("onecycle", 0, [0.004, 0.0068947542, 0.0603351125, 0.076, 0.0977788624, 0.0682702245, 0.000568402843]),
        ("onecycle", 1.5, [0.004, 0.00814981803, 0.076, 0.0908328157, 0.0941479649, 0.0620998852, 0.000496547903]),
        ("linear", 0, [0.1, 0.0966666667, 0.0833333333, 0.08, 0.0633333333, 0.0433333333, 0.00333333333]),
        ("linear", 1.5, [0.0117647059, 0.0235294118, 0.0705882353, 0.0823529412, 0.0844444444, 0.0577777778, 0.00444444444]),
        ("none", 0, [0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1]),
        ("none", 1.5, [0.0117647059, 0.0235294118, 0.0705882353, 0.0823529412, 0.1, 0.1, 0.1]),
    ],
)
def test_learning_rates_are_those_of_the_builtin_trainer(kind: str, warmup: float, expected: list[float]) -> None:
    plateau = Plateau()
    for loss in (3, 2, 2.5, 2.6, 2.7, 2.8):
        plateau = plateau.after_epoch(loss)
    training = _config("training.scheduler", {"type": kind, "warmupEpochs": warmup}).training
    training = replace(training, learning_rate=0.1, epochs=6)
    assert [learning_rate_at(training, step, 5, plateau) for step in (0, 1, 5, 6, 11, 17, 29)] == pytest.approx(expected)


@pytest.mark.parametrize(("name", "kind"), [("sgd", "SGD"), ("adam", "Adam"), ("adamw", "AdamW"), ("rmsprop", "RMSprop")])
def test_only_weights_of_more_than_one_dimension_decay(name: str, kind: str) -> None:
    training = replace(_config("training.optimizer", name).training, weight_decay=0.1, momentum=0.7)
    optimizer = make_optimizer(nn.Sequential(nn.Linear(2, 2), nn.BatchNorm1d(2)), training)
    assert type(optimizer).__name__ == kind
    assert [(len(group["params"]), group["weight_decay"]) for group in optimizer.param_groups] == [(1, 0.1), (3, 0)]
    group = optimizer.param_groups[0]
    assert group.get("momentum", group.get("betas", [None])[0]) == 0.7


class _Plain(Network):
    def __init__(self, most_images: int = 1000) -> None:
        super().__init__(
            nn.Sequential(nn.Flatten(), nn.Linear(12, 2), nn.BatchNorm1d(2)), InputFormat(2, 2, (0.0, 0.0, 0.0), (1.0, 1.0, 1.0))
        )
        self.most_images = most_images
        self.seen: list[int] = []

    def head_names(self) -> tuple[str, ...]:
        return ("1.",)

    def validate(self, images: Tensor, truths: list[Any]) -> tuple[Tensor, tuple[Tensor, ...]]:
        del truths
        if len(images) > self.most_images:
            raise torch.OutOfMemoryError("CUDA out of memory.")
        self.seen.append(len(images))
        return torch.tensor(1.0), (torch.zeros(len(images), 2),)


def test_the_moving_average_follows_faster_in_the_beginning() -> None:
    network = _Plain()
    average = Average(network)
    own: nn.Linear = average.network.net[1]  # type: ignore[index, assignment]
    before = own.weight.clone()
    linear: nn.Linear = network.net[1]  # type: ignore[index, assignment]
    with torch.no_grad():
        linear.weight += 1
    average.follow(network, 1)
    assert torch.allclose(own.weight - before, torch.full_like(before, 1 - 2 / 11))
    average.follow(network, 10**9)
    assert torch.allclose(own.weight - before, torch.full_like(before, 1 - 2 / 11 * 0.999), atol=1e-4)


def test_normalisation_learns_nothing_from_one_image_nor_in_a_frozen_backbone() -> None:
    network = _Plain()
    norm = network.net[2]  # type: ignore[index]
    modes = []
    for frozen, images in ((False, 2), (False, 1), (True, 2)):
        set_training(network, frozen=frozen, images=images)
        modes.append(norm.training)
    assert modes == [True, False, False]


def _entry(line: int, label: int | None = 0) -> ImageEntry:
    return ImageEntry(line, f"/{line}", f"{line}", label, None, None, 8, 8, 3, None, None)


def test_where_memory_is_too_small_to_judge_a_batch_halves_are_judged() -> None:
    from trainyard_torch.data.truth import ClassTruth

    entries = [_entry(line) for line in range(8)]
    dataset = ImageDataset(entries, lambda *_: ClassTruth(0), (2, 2), 255)
    batch = Batch([Key(0, at) for at in range(8)], torch.zeros(8, 3, 2, 2, dtype=torch.uint8), [ClassTruth(0)] * 8, [])
    warnings: list[str] = []
    network = _Plain(most_images=3)
    evaluator = Evaluator(_alone, 1, warnings.append)
    judge = evaluator.judge(network, dataset, [batch, batch], ClassificationJudge(("a", "b"), keep=False), lambda: None, lambda *_: None)
    assert network.seen == [2] * 8
    assert judge.metrics("val")["val_accuracy"] == 1
    assert len(warnings) == 2


def test_the_direction_belongs_to_the_metric() -> None:
    stop = {"enabled": True, "patience": 1}
    loss = _config("training.earlyStop", {**stop, "metric": "val_loss"})
    precision = _config("training.earlyStop", {**stop, "metric": "val_map50"})
    low, high = {"val_loss": 1.0, "val_map50": 0.1}, {"val_loss": 2.0, "val_map50": 0.2}
    assert (is_better(low, high, loss), is_better(high, low, loss)) == (True, False)
    assert (is_better(low, high, precision), is_better(high, low, precision)) == (False, True)
    assert is_better(high, None, loss)
    nothing_said = parse_config(_document)[0]
    assert is_better({"val_map50_95": 0.3, "val_loss": 9.0}, {"val_map50_95": 0.2, "val_loss": 1.0}, nothing_said)


def test_a_full_disk_is_waited_for_and_leaves_nothing_half_done(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "_first_pause_s", 0.001)
    tries = []
    real = durable._write_flushed

    def write(file: Path, content: bytes) -> None:
        tries.append(sorted(path.name for path in tmp_path.iterdir()))
        if len(tries) in (2, 3):
            file.write_bytes(content[:1])
            raise OSError(errno.ENOSPC, "No space left on device")
        real(file, content)

    monkeypatch.setattr(durable, "_write_flushed", write)
    durable.write_folder(tmp_path / "last-3", {"a": b"aaa", "b": b"bbb"})
    assert [path.name for path in tmp_path.iterdir()] == ["last-3"]
    assert (tmp_path / "last-3/b").read_bytes() == b"bbb"
    assert len(tries) == 5


@pytest.mark.parametrize(
    ("error", "cause"),
    [
        (RuntimeError("CUDA out of memory. Tried to allocate"), "out_of_memory"),
        (RuntimeError("DataLoader worker (pid 1) is killed by signal: Bus error. out of shared memory"), "shared_memory"),
        (RuntimeError("DataLoader worker (pid 7) is killed by signal: Killed."), "lost_process"),
        (OSError(errno.ENOSPC, "No space left on device"), "disk_full"),
        (MemoryError(), "out_of_memory"),
        (KeyError("x"), "error"),
    ],
)
def test_every_error_has_a_cause(error: BaseException, cause: str) -> None:
    assert explain(error)[0] == cause


def test_fewer_processes_read_images_where_shared_memory_is_small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("trainyard_torch.data.loading.free_shared_memory", lambda: 64 << 20)
    workers, warning = choose_workers(8, 16, 1, 64 * 3 * 224 * 224)
    assert workers == 1
    assert warning is not None
    assert "--shm-size" in warning
    assert choose_workers(8, 16, 1, 1000) == (8, None)
    assert choose_workers(None, 4, 1, 1000) == (3, None)


def test_boxes_of_other_images_and_classes_remove_none() -> None:
    boxes = torch.tensor([[[0.0, 0, 10, 10], [1, 0, 11, 10], [20, 20, 30, 30]]]).repeat(2, 1, 1)
    scores = torch.zeros(2, 3, 2)
    scores[0, :, 0] = torch.tensor([0.9, 0.8, 0.7])
    scores[1, :, 0] = torch.tensor([0.6, 0.0, 0.0])
    scores[1, :, 1] = torch.tensor([0.0, 0.5, 0.4])
    _, best, labels, _ = select(boxes, scores, 0.5)
    assert best[:, :3].flatten().tolist() == pytest.approx([0.9, 0.7, 0.0, 0.6, 0.5, 0.4])
    assert labels[1, :3].tolist() == [0, 1, 1]


def _object(image: int, box: list[float], **more: Any) -> dict[str, Any]:
    return {"image_id": image, "category_id": 0, "bbox": box, **more}


def test_what_is_found_in_crowds_and_what_is_difficult_counts_neither_way() -> None:
    truths = [_object(1, [0, 0, 10, 10]), _object(1, [20, 0, 40, 40], iscrowd=1), _object(2, [0, 0, 10, 10], difficult=1)]
    found = [_object(1, [0, 0, 10, 10], score=0.5)]
    strangers = [_object(1, [30, 10, 5, 5], score=0.9), _object(2, [0, 0, 10, 10], score=0.8)]
    assert average_precision([1, 2], truths, found + strangers, 1).at() == pytest.approx(1)
    wrong = [_object(1, [70, 70, 5, 5], score=0.9)]
    assert average_precision([1, 2], truths, found + wrong, 1).at() == pytest.approx(0.5)
    assert average_precision([1, 2], [], found, 1).at() is None


def test_each_object_is_found_once() -> None:
    none = torch.zeros(2, dtype=torch.bool)
    truth = ObjectTruth(torch.tensor([[0.0, 0, 10, 10], [20, 20, 30, 30]]), torch.tensor([0, 1]), none, none)
    boxes = torch.tensor([[0.0, 0, 10, 10], [0, 0, 9, 10], [50, 50, 60, 60]])
    matches = match(truth, boxes, torch.tensor([0.9, 0.8, 0.1]), torch.tensor([1, 0, 0]), 2)
    assert matches.pairs == [(0, 1), (2, 0), (1, 2)]


class _Labels:
    def __init__(self, *values: dict[str, object]) -> None:
        self.values = values

    def annotations(self, _entry: ImageEntry) -> list[Any]:
        return [parse_annotation(value, 2, "here") for value in self.values]


def test_smaller_objects_lie_on_larger_ones_and_void_on_all() -> None:
    def square(x: int, side: int) -> list[list[int]]:
        return [[x, 0, x + side, 0, x + side, side, x, side]]

    labels: Any = _Labels(
        {"class": 1, "box": [0, 0, 2, 2], "mask": square(0, 2)},
        {"class": 0, "region": True, "mask": square(0, 6)},
        {"ignored": True, "mask": square(5, 1)},
        {"class": 1, "box": [6, 6, 2, 2]},
    )
    regions = read_region(labels, _entry(0), Placement((8, 8), (8, 8))).map
    assert [int(regions[at]) for at in ((0, 0), (3, 3), (0, 5), (7, 7), (7, 0))] == [2, 1, 255, 255, 0]


def test_void_pixels_do_not_count() -> None:
    judge = RegionJudge(("a",), (2, 2), keep=True)
    truth = torch.tensor([[0, 1], [1, 255]], dtype=torch.uint8)
    judge.add_map(_entry(0), truth, torch.tensor([[0, 1], [0, 1]]))
    metrics = judge.metrics("val")
    assert metrics["val_accuracy"] == pytest.approx(2 / 3)
    assert metrics["val_miou"] == pytest.approx((1 / 2 + 1 / 2) / 2)


def test_curves_begin_at_the_highest_threshold() -> None:
    counts = ScoreCounts(1)
    counts.add(torch.tensor([[0.9], [0.8], [0.3], [0.1]]), torch.tensor([[True], [False], [True], [False]]))
    (curve,) = counts.curves(["a"])
    assert curve["averagePrecision"] == pytest.approx(0.5 * 1 + 0.5 * 2 / 3)
    recall: Any = curve["recall"]
    assert list(np.diff(recall) >= 0) == [True] * 100


def test_class_weights_follow_the_number_of_images() -> None:
    from collections import Counter

    from trainyard_torch.data.splits import Labels, Splits
    from trainyard_torch.models.build import class_weights

    splits = Splits(train=[_entry(at, 0 if at < 6 else 1) for at in range(8)])
    labels = Labels(2, None, [], Counter(), 0, 0)
    weights = class_weights(_config("training.classWeights", "balanced"), splits, labels)
    assert weights is not None
    assert weights.tolist() == pytest.approx([8 / 12, 2])


def test_a_region_without_a_box_is_an_object_where_masks_are_wanted() -> None:
    labels: Any = _Labels({"class": 1, "region": True, "mask": [[2, 1, 6, 1, 6, 4, 2, 4]]})
    placement = Placement((8, 8), (8, 8))
    truth = read_objects(labels, _entry(0), placement, with_masks=True)
    assert truth.boxes.tolist() == [[2, 1, 6, 4]]
    assert truth.masks is not None
    assert int(truth.masks.sum()) == 12
    labels.values = ({"class": 1, "region": True, "mask": {"size": [8, 8], "counts": [17, 3, 5, 3, 36]}},)
    assert read_objects(labels, _entry(0), placement, with_masks=True).boxes.tolist() == [[2, 1, 4, 4]]
    assert len(read_objects(labels, _entry(0), placement)) == 0
