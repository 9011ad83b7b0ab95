"""Runs the trainer as a process, as its supervisor does."""

import contextlib
import io
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from trainyard_torch.__main__ import run
from trainyard_torch.directory.stop import Stop

package = Path(__file__).resolve().parent.parent


@dataclass
class Ended:
    code: int
    stderr: str
    events: list[dict[str, Any]]

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [event for event in self.events if event["type"] == kind]

    @property
    def result(self) -> dict[str, Any]:
        return self.of("result")[-1]

    @property
    def log(self) -> str:
        return "\n".join(f"{event['level']}: {event['message']}" for event in self.of("log"))

    def curve(self, *names: str) -> dict[int, tuple[float, ...]]:
        """Values by step, of the steps that have all of them."""
        metrics = ((event["step"], event["values"]) for event in self.of("metric"))
        return {step: tuple(values[name] for name in names) for step, values in metrics if all(name in values for name in names)}


def read_events(directory: Path) -> list[dict[str, Any]]:
    """All events; their numbers have no gap."""
    lines = (directory / "events.jsonl").read_bytes().split(b"\n")
    assert lines[-1] == b""
    events = [json.loads(line) for line in lines[:-1]]
    assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
    return events


def start(directory: Path, **environment: str) -> "subprocess.Popen[str]":
    own = {**os.environ, "PYTHONPATH": str(package), "OMP_NUM_THREADS": "1", **environment}
    command = [sys.executable, "-m", "trainyard_torch", str(directory)]
    with (directory / "stderr.log").open("w") as errors:
        return subprocess.Popen(command, env=own, cwd=directory, stdin=subprocess.PIPE, stdout=errors, stderr=errors, text=True)


def finish(process: "subprocess.Popen[str]", directory: Path) -> Ended:
    try:
        code = process.wait(timeout=240)
    finally:
        process.kill()
        if process.stdin is not None:
            process.stdin.close()
    return Ended(code, (directory / "stderr.log").read_text(), read_events(directory))


def train(directory: Path, **environment: str) -> Ended:
    """Runs the trainer to its end: in this process, which has its libraries already, unless it needs an environment of its own."""
    if environment:
        return finish(start(directory, **environment), directory)
    errors = io.StringIO()
    with contextlib.redirect_stderr(errors):
        code = run(directory, Stop())
    return Ended(code, errors.getvalue(), read_events(directory))


def train_well(directory: Path, **environment: str) -> Ended:
    """Runs the trainer to its end, which is a good one."""
    ended = train(directory, **environment)
    assert ended.code == 0, ended.stderr[-3000:]
    assert ended.result["status"] == "completed"
    return ended


def wait_for(directory: Path, found: Callable[[dict[str, Any]], bool], process: "subprocess.Popen[str]") -> None:
    """Waits for an event of a trainer that runs."""
    file = directory / "events.jsonl"
    until = time.monotonic() + 120
    while time.monotonic() < until and process.poll() is None:
        lines = file.read_bytes().split(b"\n")[:-1] if file.exists() else []
        if any(found(json.loads(line)) for line in lines):
            return
        time.sleep(0.02)
    raise AssertionError(f"The event did not come: {(directory / 'stderr.log').read_text()[-2000:]}")


def stop_at(directory: Path, step: int, number: signal.Signals = signal.SIGTERM) -> Ended:
    """Starts the trainer and sends a signal once so many steps are reported."""
    process = start(directory)
    wait_for(directory, lambda event: event["type"] == "metric" and event["step"] >= step, process)
    process.send_signal(number)
    return finish(process, directory)


def resume(directory: Path, earlier: Path, ended: Ended) -> Ended:
    """Goes on in a fresh run directory, from the last checkpoint of an earlier attempt, to the end."""
    last = [event for event in ended.of("checkpoint") if event["kind"] == "last"][-1]
    config = json.loads((directory / "config.json").read_text())
    config["resume"] = {"from": str(earlier / last["path"]), "epoch": last["epoch"], "step": last["step"]}
    (directory / "config.json").write_text(json.dumps(config))
    return train_well(directory)
