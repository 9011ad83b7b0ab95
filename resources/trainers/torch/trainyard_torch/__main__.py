"""The torch trainer: python -m trainyard_torch [RUN_DIRECTORY]. It knows its run directory only (docs/run-directory.md).

Exit codes: 0 completed, or cancelled after a last checkpoint; 1 failed.
"""

import contextlib
import os
import sys
import traceback
from pathlib import Path

from trainyard_torch.directory.config import read_config
from trainyard_torch.directory.events import Events
from trainyard_torch.directory.failure import StoppedError
from trainyard_torch.directory.stop import Stop
from trainyard_torch.faults import explain
from trainyard_torch.launcher import LostProcessError, first_failure, launch, leave_failure, processes_wanted


def _train(directory: Path, events: Events, stop: Stop) -> int:
    """Returns the exit code."""
    config, unknown = read_config(directory)
    if processes_wanted(config) > 1:
        return launch(directory, processes_wanted(config), stop)
    for name in unknown:
        events.log("warning", f'config.json: "{name}" is not known to this trainer and has no effect.')
    # From here on hubs count as out of reach, and only now is what takes time to load.
    from trainyard_torch.models.weights import go_offline

    go_offline()
    from trainyard_torch.run import run_training
    from trainyard_torch.training.ranks import join_ranks, leave_ranks

    ranks = join_ranks(config.resources.gpu_count)
    try:
        events.result("completed", run_training(directory, config, events, stop, ranks))
    finally:
        leave_ranks()
    return 0


def run(directory: Path, stop: Stop) -> int:
    """Trains what a run directory asks for; returns the exit code."""
    is_first = os.environ.get("RANK", "0") == "0"
    events = Events(directory / "events.jsonl" if is_first else None)
    try:
        return _train(directory, events, stop)
    except StoppedError as stopped:
        events.log("info", f"Stopped: {stopped}.")
        events.result("cancelled", {}, str(stopped))
        return 0
    except BaseException as error:  # noqa: BLE001 - whatever it is, the result says so
        with contextlib.suppress(OSError):  # The file behind it may be on a full disk.
            traceback.print_exc()
        cause, message = first_failure() or explain(error)
        leave_failure(cause, message)
        if isinstance(error, LostProcessError):  # The first process has written events meanwhile.
            events = Events(directory / "events.jsonl")
        events.result("failed", {}, message, cause)
        return 1


def main() -> int:
    """Runs the trainer; returns its exit code."""
    stop = Stop()
    # Before everything that takes time to load: from here on SIGTERM is answered.
    stop.listen()
    return run(Path(sys.argv[1] if len(sys.argv) > 1 else ".").resolve(), stop)


if __name__ == "__main__":
    code = main()
    with contextlib.suppress(OSError):
        sys.stdout.flush()
        sys.stderr.flush()
    # Standard input is a pipe that stays open: nothing waits for its reader, nor for processes that read images.
    os._exit(code)
