from __future__ import annotations

import errno
import json
import multiprocessing
import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

import trainyard


def lines_of(directory: Path) -> list[dict[str, Any]]:
    files = sorted((directory / "logged").glob("*.jsonl"))
    return [json.loads(line) for file in files for line in file.read_text().splitlines()]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TRAINYARD_RUN_DIRECTORY", str(tmp_path))
    monkeypatch.setattr(trainyard, "_writer", None)
    return tmp_path


def test_metrics_are_lines_with_their_step_and_epoch(run: Path) -> None:
    trainyard.log({"loss": 0.5, "학습률": 1e-4, "bad": float("nan"), "worse": -float("inf")}, step=7, epoch=1.5)
    trainyard.log({"loss": 0.25})
    first, second = lines_of(run)
    assert first["values"] == {"loss": 0.5, "학습률": 1e-4, "bad": "NaN", "worse": "-Infinity"}
    assert (first["type"], first["step"], first["epoch"]) == ("metric", 7, 1.5)
    assert (second["step"], second["epoch"]) == (8, 1.5)


def test_what_has_one_element_is_a_number_and_a_text_is_none(run: Path) -> None:
    numpy = pytest.importorskip("numpy")
    trainyard.log({"loss": numpy.float32(0.5), "count": numpy.array([3])})
    assert lines_of(run)[0]["values"] == {"loss": 0.5, "count": 3}
    with pytest.raises(TypeError, match="'loss' is no number"):
        trainyard.log({"loss": "0.5"})


def test_nothing_is_written_outside_of_trainyard_and_by_other_ranks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("TRAINYARD_RUN_DIRECTORY", raising=False)
    trainyard.log({"loss": 1})
    trainyard.progress(1, 2)
    trainyard.log_image("nothing", "missing.png")
    trainyard.log_artifact("missing.pt")
    assert not trainyard.is_active()
    monkeypatch.setenv("TRAINYARD_RUN_DIRECTORY", str(tmp_path))
    monkeypatch.setenv("RANK", "1")
    trainyard.log({"loss": 1})
    assert list(tmp_path.iterdir()) == []


def test_threads_write_whole_lines_into_one_file(run: Path) -> None:
    def log_many() -> None:
        for _ in range(200):
            trainyard.log({"loss": 1.0})

    threads = [threading.Thread(target=log_many) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(line["step"] for line in lines_of(run)) == list(range(1, 1601))
    assert len(list((run / "logged").iterdir())) == 1


def _log_forked() -> None:
    trainyard.log({"forked": os.getpid()})


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_a_forked_process_has_a_file_of_its_own(run: Path) -> None:
    trainyard.log({"loss": 1})
    processes = [multiprocessing.get_context("fork").Process(target=_log_forked) for _ in range(3)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
        assert process.exitcode == 0
    assert len(list((run / "logged").iterdir())) == 4
    assert len(lines_of(run)) == 4


def test_images_are_kept_from_arrays_with_channels_first_or_last(run: Path) -> None:
    numpy = pytest.importorskip("numpy")
    pillow = pytest.importorskip("PIL.Image")
    pixels = numpy.random.default_rng(0).integers(0, 256, (5, 7, 3), dtype=numpy.uint8)
    trainyard.log_image("last", pixels, step=1)
    trainyard.log_image("first", pixels.transpose(2, 0, 1) / 255, step=1)
    trainyard.log_image("gray", pixels[:, :, 0], step=1)
    trainyard.log_image("pillow", pillow.fromarray(pixels), step=1)
    folder = run / "artifacts/images"
    for name in ("last", "first", "pillow"):
        assert (numpy.asarray(pillow.open(folder / f"{name}-1.png")) == pixels).all()
    assert (numpy.asarray(pillow.open(folder / "gray-1.png")) == pixels[:, :, 0]).all()
    with pytest.raises(ValueError, match=r"not \(5, 7, 2\)"):
        trainyard.log_image("two", pixels[:, :, :2])
    assert {line["kind"] for line in lines_of(run)} == {"image"}
    assert len(list(folder.iterdir())) == 4


def test_artifacts_are_whole_copies_of_files_and_folders(run: Path, tmp_path: Path) -> None:
    weights = tmp_path / "best.pt"
    weights.write_bytes(b"weights")
    folder = tmp_path / "model"
    (folder / "inner").mkdir(parents=True)
    (folder / "inner" / "a.txt").write_text("a")
    trainyard.log_artifact(weights)
    trainyard.log_artifact(folder)
    trainyard.log_artifact(folder)
    kinds = [(line["path"], line["kind"]) for line in lines_of(run)]
    assert kinds[:2] == [("artifacts/best.pt", "model"), ("artifacts/model", "other")]
    assert (run / "artifacts/best.pt").read_bytes() == b"weights"
    assert (run / "artifacts/model/inner/a.txt").read_text() == "a"
    with pytest.raises(FileNotFoundError):
        trainyard.log_artifact(tmp_path / "missing.pt")
    assert sorted(path.name for path in (run / "artifacts").iterdir()) == ["best.pt", "model"]


def test_a_full_disk_ends_no_training_and_leaves_whole_lines(run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write = os.write
    room = iter([10, 0, 0])

    def write_little(handle: int, data: bytes) -> int:
        length = next(room, None)
        if length == 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        return write(handle, data[:length])

    monkeypatch.setattr(os, "write", write_little)
    with pytest.warns(RuntimeWarning, match="No space left") as warned:
        for loss in range(3):
            trainyard.log({"loss": loss})
    assert len(warned) == 1
    assert [line["values"]["loss"] for line in lines_of(run)] == [0, 1, 2]


def test_a_killed_process_leaves_what_it_logged(run: Path) -> None:
    script = "import os, trainyard\nfor at in range(50): trainyard.log({'loss': at})\nos.kill(os.getpid(), 9)"
    subprocess.run([sys.executable, "-c", script], check=False, env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])})
    assert [line["values"]["loss"] for line in lines_of(run)] == list(range(50))
