import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from trainyard_torch.data.randomness import Sfc32
from trainyard_torch.data.splits import data_warnings, read_splits
from trainyard_torch.directory.config import parse_config
from trainyard_torch.directory.failure import TrainerError


def _make(folder: Path, lines: list[dict[str, Any]], annotations: list[Any] | None = None, **dataset: Any) -> Any:
    folder.mkdir(exist_ok=True)
    base = {"width": 8, "height": 8, "channels": 3, "split": None}
    (folder / "dataset.jsonl").write_text("".join(f"{json.dumps({**base, 'file': line['path'], **line})}\n" for line in lines))
    if annotations is not None:
        (folder / "annotations.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in annotations))
    config, _ = parse_config(
        {
            **{"protocol": 1, "runId": "r", "attempt": 1},
            "task": {"type": "classification" if annotations is None else "detection", "numClasses": 2, "classNames": ["a", "b"]},
            "model": {"name": "x", "source": "timm" if annotations is None else "torchvision"},
            "dataset": {"datasetId": "d", "version": 1, "root": "/data", "annotations": annotations and "annotations.jsonl", **dataset},
            "training": {"epochs": 1, "batchSize": 4, "learningRate": 1, "optimizer": "sgd", "seed": 7},
        }
    )
    return read_splits(folder, config)


def test_images_are_divided_as_the_builtin_trainer_divides_them() -> None:
    # What its generator gives for this name, as `new Random(7, 'split', 0).shuffled([0, …, 9])`.
    assert Sfc32(7, "split", 0).shuffled(list(range(10))) == [7, 8, 3, 1, 4, 6, 0, 5, 2, 9]


def test_each_class_is_in_every_split_that_has_a_share(tmp_path: Path) -> None:
    lines = [{"path": f"{name}/{at}", "class": name} for name in "ab" for at in range(10 if name == "a" else 3)]
    splits, _ = _make(tmp_path, lines, trainSplit=0.8, valSplit=0.1, testSplit=0.1)
    counts = {name: Counter(entry.label for entry in splits.of(name)) for name in ("train", "val", "test")}
    assert counts == {"train": {0: 8, 1: 1}, "val": {0: 1, 1: 1}, "test": {0: 1, 1: 1}}


def test_the_split_does_not_depend_on_the_order_of_the_manifest(tmp_path: Path) -> None:
    lines = [{"path": f"a/{at}", "class": "a"} for at in range(20)]
    first, _ = _make(tmp_path / "one", lines)
    second, _ = _make(tmp_path / "two", lines[::-1])
    assert [entry.path for entry in first.val] == [entry.path for entry in second.val]


def test_lines_that_name_a_split_keep_it(tmp_path: Path) -> None:
    lines = [{"path": f"a/{at}", "class": "a", "split": "test" if at < 3 else "train"} for at in range(9)]
    splits, _ = _make(tmp_path, lines)
    assert (len(splits.train), len(splits.val), len(splits.test)) == (6, 0, 3)


def test_images_of_labelled_sets_are_divided_by_their_rarest_class(tmp_path: Path) -> None:
    lines = [{"path": f"{at:02}", "class": None} for at in range(20)]
    box = [0, 0, 4, 4]
    objects = [[{"class": 0, "box": box}, *([{"class": 1, "box": box}] if at < 4 else [])] for at in range(20)]
    splits, labels = _make(tmp_path, lines, objects, trainSplit=0.75, valSplit=0.25)
    assert sum(1 in labels.classes_of(entry) for entry in splits.val) == 1
    assert sum(1 in labels.classes_of(entry) for entry in splits.train) == 3


@pytest.mark.parametrize(
    ("line", "annotation", "part"),
    [
        ({"path": "a", "class": "c"}, None, 'has the class "c"'),
        ({"path": "a", "class": "a", "width": 0}, None, "width"),
        ({"path": "a", "class": None}, [{"class": 2, "box": [0, 0, 1, 1]}], "from 0 to 1"),
        ({"path": "a", "class": None}, [{"class": 1, "box": [0, 0, -1, 1]}], '"box" is'),
        ({"path": "a", "class": None}, [{"class": 1, "region": True}], "a region has no mask"),
        ({"path": "a", "class": None}, [{"class": 1, "box": [0, 0, 1, 1], "mask": "x"}], '"mask" is neither'),
        ({"path": "a", "class": None}, {"class": 1}, "no array of objects"),
    ],
)
def test_a_wrong_line_is_named(tmp_path: Path, line: dict[str, Any], annotation: Any, part: str) -> None:
    with pytest.raises(TrainerError, match="Line 1 of ") as caught:
        _make(tmp_path, [line], None if annotation is None else [annotation])
    assert part in str(caught.value)
    assert caught.value.cause == "bad_data"


def test_what_trains_badly_is_said(tmp_path: Path) -> None:
    lines = [{"path": f"a/{at}", "class": "a"} for at in range(20)] + [{"path": "b/0", "class": "b"}]
    splits, labels = _make(tmp_path, lines, trainSplit=1, valSplit=0)
    warnings = "\n".join(data_warnings(splits, labels, ("a", "b")))
    assert 'Only one image to train on in "b"' in warnings
    assert "uneven: 20 training images in the largest, 1 in the smallest" in warnings
    assert "No image is kept for validation" in warnings
