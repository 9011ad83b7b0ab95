import json
from pathlib import Path
from typing import Any

from trainyard_torch.directory.events import Events


def _read(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text().splitlines()]


def test_numbers_go_on_after_a_torn_last_line(tmp_path: Path) -> None:
    file = tmp_path / "events.jsonl"
    Events(file).log("info", "one")
    with file.open("ab") as stream:
        stream.write(b'{"seq":2,"time":"20')
    Events(file).log("info", "two")
    events = _read(file)
    assert [event["seq"] for event in events] == [1, 2, 3]
    assert "torn" in events[1]["message"]
    assert events[2]["message"] == "two"


def test_what_is_not_finite_is_written_as_the_protocol_has_it(tmp_path: Path) -> None:
    file = tmp_path / "events.jsonl"
    Events(file).metric(1, 2, {"a": float("nan"), "b": float("-inf"), "c": 0.1 + 0.2})
    assert _read(file)[0]["values"] == {"a": "NaN", "b": "-Infinity", "c": 0.3}


def test_a_long_message_is_cut_below_a_line_of_the_protocol(tmp_path: Path) -> None:
    file = tmp_path / "events.jsonl"
    Events(file).log("error", "x" * 2_000_000)
    assert len(file.read_bytes()) < 2**20


def test_halves_of_surrogate_pairs_can_be_written(tmp_path: Path) -> None:
    file = tmp_path / "events.jsonl"
    Events(file).log("info", "a\ud800b")
    assert _read(file)[0]["message"] == "a\ud800b"


def test_the_other_processes_write_nothing(tmp_path: Path) -> None:
    Events(None).result("completed", {})
    assert list(tmp_path.iterdir()) == []
