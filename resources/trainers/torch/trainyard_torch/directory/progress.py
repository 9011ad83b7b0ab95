"""Reports how far the training is, and how long it will still take."""

import math
import time
from collections import deque
from collections.abc import Callable

from trainyard_torch.directory.events import Events

_every_s = 0.3
#: The time of the last so many steps is what the next ones are expected to take.
_remembered = 64
#: Before this many steps nothing is known: the first ones are slower.
_first_steps = 8


class Progress:
    """Reports at most every 300 ms."""

    def __init__(self, events: Events, epochs: int, steps_per_epoch: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._events = events
        self._epochs = epochs
        self._steps_per_epoch = steps_per_epoch
        self._clock = clock
        self._epoch = 1
        self._step = 0
        self._step_times: deque[float] = deque(maxlen=_remembered)
        self._evaluation_s: float | None = None
        self._reported_at = -math.inf

    def start(self, epoch: int, step: int) -> None:
        self._epoch = min(epoch, self._epochs)
        self._step = step
        self.report()

    def stepped(self, epoch: int, step: int, seconds: float) -> None:
        self._epoch = epoch
        self._step = step
        self._step_times.append(seconds)
        self.tick()

    def evaluated(self, seconds: float) -> None:
        self._evaluation_s = seconds

    def tick(self) -> None:
        """Reports if the last time was long enough ago."""
        if self._clock() - self._reported_at >= _every_s:
            self.report()

    def report(self) -> None:
        self._reported_at = self._clock()
        steps = self._epochs * self._steps_per_epoch
        self._events.progress(
            epoch=self._epoch, epochs=self._epochs, step=self._step, steps=steps, eta_ms=self._time_left(steps - self._step)
        )

    def _time_left(self, steps_left: int) -> int | None:
        if len(self._step_times) < _first_steps:
            return None
        step_s = sum(self._step_times) / len(self._step_times)
        # Not measured yet: an evaluation has no way back, and the validation images are fewer.
        evaluation_s = 0.1 * step_s * self._steps_per_epoch if self._evaluation_s is None else self._evaluation_s
        # One more than epochs: the artifacts' evaluation at the end.
        evaluations = math.ceil(steps_left / self._steps_per_epoch) + 1
        return round(1000 * (steps_left * step_s + evaluations * evaluation_s))
