"""Whether the trainer was told to stop."""

import os
import signal
import stat
import threading
from types import FrameType

from trainyard_torch.directory.failure import StoppedError


class Stop:
    """Told by SIGTERM (or Ctrl-C), or by the end of standard input, which the supervisor holds open as long as it lives."""

    def __init__(self) -> None:
        self.why: str | None = None

    def listen(self) -> None:
        """From here on SIGTERM no longer ends the process by itself."""
        signal.signal(signal.SIGTERM, self._signalled)
        signal.signal(signal.SIGINT, self._signalled)
        if _is_pipe(0):
            threading.Thread(target=self._wait_for_end, name="standard-input", daemon=True).start()

    def check(self) -> None:
        """Raises StoppedError once the trainer was told to stop."""
        if self.why is not None:
            raise StoppedError(self.why)

    def _signalled(self, number: int, _frame: FrameType | None) -> None:
        self.why = self.why or f"told to stop by {signal.Signals(number).name}"

    def _wait_for_end(self) -> None:
        try:
            while os.read(0, 65536):
                pass
        except OSError:
            pass
        self.why = self.why or "standard input was closed"


def _is_pipe(handle: int) -> bool:
    """A terminal or /dev/null says nothing of a supervisor (a container without `--interactive` has the latter)."""
    try:
        mode = os.fstat(handle).st_mode
    except OSError:
        return False
    return stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode)
