"""A disk without room is waited for, as docs/run-directory.md has it."""

import errno
import os
import time
from collections.abc import Callable

_no_room = frozenset({errno.ENOSPC, errno.EDQUOT})
_first_pause_s = 0.05
_longest_pause_s = 2.0


def when_room[Result](write: Callable[[], Result]) -> Result:
    """Writes, and as long as the disk has no room waits and writes again: nothing announces that there is some.

    A trainer whose supervisor is gone waits no longer, and fails.

    Args:
        write: may be repeated after it failed

    """
    supervisor = os.getppid()
    pause_s = _first_pause_s
    while True:
        try:
            return write()
        except OSError as error:
            if error.errno not in _no_room or os.getppid() != supervisor:
                raise
        time.sleep(pause_s)
        pause_s = min(_longest_pause_s, pause_s * 2)
