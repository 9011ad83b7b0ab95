"""The learning rate of each step: the same curves as the builtin trainer's."""

import math
from dataclasses import dataclass

from trainyard_torch.directory.config import Training

#: `plateau`: a third of the rate after this many epochs without a better loss.
_plateau_patience = 2
_plateau_factor = 1 / 3


@dataclass(frozen=True)
class Plateau:
    """What the schedule `plateau` remembers between epochs."""

    factor: float = 1.0
    best: float | None = None
    worse: int = 0

    def after_epoch(self, loss: float) -> "Plateau":
        """After an epoch whose loss (of validation, where there is any) was `loss`."""
        if self.best is None or loss < self.best:
            return Plateau(self.factor, loss, 0)
        if self.worse + 1 < _plateau_patience:
            return Plateau(self.factor, self.best, self.worse + 1)
        return Plateau(self.factor * _plateau_factor, self.best, 0)


def _half_cosine(start: float, end: float, share: float) -> float:
    return end + (start - end) * 0.5 * (1 + math.cos(math.pi * share))


def learning_rate_at(training: Training, step: int, steps_per_epoch: int, plateau: Plateau) -> float:
    """The learning rate of a step, counted from 0.

    After a linear warm-up over `warmupEpochs`: `none` stays, `linear` and `cosine` (Loshchilov, Hutter 2016) fall to 0 at the end, `step`
    falls to a tenth after each third of the epochs, `plateau` to a third after two epochs without a better loss. `onecycle` (Smith 2017)
    rises from a 25th over `warmupEpochs` (0: 30 % of the training), then falls to a 10,000th.
    """
    rate, scheduler = training.learning_rate, training.scheduler
    total = training.epochs * steps_per_epoch
    if scheduler.type == "onecycle":
        wanted = scheduler.warmup_epochs * steps_per_epoch if scheduler.warmup_epochs > 0 else 0.3 * total
        rising = min(total, max(1.0, wanted))
        if step < rising:
            return _half_cosine(rate / 25, rate, step / rising)
        return _half_cosine(rate, rate / 10_000, (step - rising) / max(1.0, total - rising))
    warmup = min(total, scheduler.warmup_epochs * steps_per_epoch)
    if step < warmup:
        return rate * (step + 1) / (warmup + 1)
    share = (step - warmup) / max(1.0, total - warmup)
    return {
        "none": rate,
        "linear": rate * (1 - share),
        "cosine": _half_cosine(rate, 0, share),
        "step": rate * 0.1 ** min(2, 3 * step // total),
        "plateau": rate * plateau.factor,
    }[scheduler.type]
