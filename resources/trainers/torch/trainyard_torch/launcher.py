"""Starts one process for each GPU, as `torchrun` does, and ends them together.

They meet by a file of their own, so that no port can be taken, and two trainings on one machine never meet each other.
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from trainyard_torch.directory.config import Config
from trainyard_torch.directory.failure import Cause, TrainerError
from trainyard_torch.directory.stop import Stop

_look_every_s = 0.1
_meeting = "TRAINYARD_MEETING_FILE"
#: How long the first process waits for the reason of another one's end.
_reason_s = 3.0
#: How long the others get to end by themselves once one has failed.
_grace_s = 10.0


class LostProcessError(TrainerError):
    """One of several processes ended, and the first one could not say so."""


def processes_wanted(config: Config) -> int:
    """One for each GPU; 1 where there is a single one, or where this process is one of several already."""
    if "RANK" in os.environ:
        return 1
    wanted = os.environ.get("TRAINYARD_PROCESSES")  # Without GPUs, for tests.
    if wanted is not None:
        return int(wanted)
    if config.resources.gpu_count < 2:
        return 1
    import torch

    return min(config.resources.gpu_count, max(1, torch.cuda.device_count()))


def launch(directory: Path, count: int, stop: Stop) -> int:
    """Runs `count` processes to their end. The first of them writes the events, its result among them.

    Returns:
        the exit code

    Raises:
        LostProcessError: a process ended before the first one could write a result.

    """
    with tempfile.TemporaryDirectory(prefix="trainyard-") as folder:
        processes = [_start(directory, rank, count, Path(folder) / "meeting") for rank in range(count)]
        try:
            codes = _watch(processes, stop)
        finally:
            for process in processes:
                if process.poll() is None:
                    process.kill()
                process.wait()
    if codes[0] < 0:
        raise _lost(0, codes)
    return codes[0]


def _start(directory: Path, rank: int, count: int, meeting: Path) -> "subprocess.Popen[bytes]":
    environment = {
        **os.environ,
        "RANK": str(rank),
        "LOCAL_RANK": str(rank),
        "WORLD_SIZE": str(count),
        _meeting: str(meeting),
    }
    # Its standard input is held open by this process: when it closes, the process ends itself.
    command = [sys.executable, "-m", "trainyard_torch", str(directory)]
    return subprocess.Popen(command, env=environment, stdin=subprocess.PIPE)  # noqa: S603


def _watch(processes: "list[subprocess.Popen[bytes]]", stop: Stop) -> list[int]:
    passed_on = False
    failed_at: float | None = None
    while True:
        codes = [process.poll() for process in processes]
        if all(code is not None for code in codes):
            return [code for code in codes if code is not None]
        if stop.why is not None and not passed_on:
            passed_on = True
            for process in processes:
                process.send_signal(signal.SIGTERM)
        if failed_at is None and any(codes):
            failed_at = time.monotonic()
        if failed_at is not None and time.monotonic() - failed_at > _grace_s:
            if codes[0] is None:
                # The first one waits for the one that is lost, and can say nothing of it.
                lost = next(rank for rank, code in enumerate(codes) if code)
                processes[0].kill()
                processes[0].wait()
                raise _lost(lost, codes)
            for process in processes:
                process.kill()
        time.sleep(_look_every_s)


def _lost(rank: int, codes: Sequence[int | None]) -> LostProcessError:
    return LostProcessError(
        "lost_process",
        f"Process {rank} of {len(codes)} ended with {codes[rank]}",
        "What it wrote to standard error says why; mostly memory is full.",
    )


def leave_failure(cause: Cause, message: str) -> None:
    """Leaves the reason of this process's end for the first one, which writes the result."""
    meeting = os.environ.get(_meeting)
    if meeting is not None and os.environ["RANK"] != "0":
        aside = Path(f"{meeting}.failure.{os.environ['RANK']}")
        aside.write_text(json.dumps([cause, message]))
        aside.replace(f"{meeting}.failure")


def first_failure() -> tuple[Cause, str] | None:
    """In the first of several processes that end with an error: the reason of the one that ended before it, if it left one."""
    meeting = os.environ.get(_meeting)
    if meeting is None or os.environ["RANK"] != "0":
        return None
    file = Path(f"{meeting}.failure")
    until = time.monotonic() + _reason_s
    while time.monotonic() < until:
        if file.exists():
            cause, message = json.loads(file.read_text())
            return cause, message
        time.sleep(_look_every_s)
    return None
