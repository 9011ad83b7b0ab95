"""What a training is between two steps. Random numbers are not in it: they follow from the seed and the place."""

from dataclasses import asdict, dataclass, field
from typing import Any

from trainyard_torch.directory.config import Config, metric_directions
from trainyard_torch.training.schedule import Plateau

Metrics = dict[str, float]
#: By what the best epoch is known where early stopping names nothing.
_best_metrics = {"classification": "val_accuracy", "detection": "val_map50_95", "segmentation": "val_miou"}


@dataclass
class Best:
    """The best epoch so far: its weights are what is saved as the model."""

    epoch: int
    step: int
    metrics: Metrics


@dataclass
class State:
    #: The epoch under way, from 1; one more than there are once all are done.
    epoch: int = 1
    step_in_epoch: int = 0
    step: int = 0
    #: Sums over this epoch's images, for the epoch's means.
    loss_sum: float = 0.0
    correct_sum: float = 0.0
    image_count: float = 0.0
    #: The last step's metrics; an epoch's last ones are written together with the epoch's.
    step_metrics: Metrics = field(default_factory=dict)
    #: Updates of the weights, and batches whose gradients wait for the next one (`accumulate`).
    updates: int = 0
    accumulated: int = 0
    plateau: Plateau = field(default_factory=Plateau)
    best: Best | None = None
    #: Epochs since the best one.
    worse: int = 0
    stopped_early: bool = False
    #: Images that can't be read, and why.
    broken: dict[str, str] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @staticmethod
    def from_json(value: dict[str, Any]) -> "State":
        best = None if value["best"] is None else Best(**value["best"])
        return State(**{**value, "plateau": Plateau(**value["plateau"]), "best": best})

    def begin_epoch(self) -> None:
        self.epoch += 1
        self.step_in_epoch = 0
        self.loss_sum = self.correct_sum = self.image_count = 0.0


def deciding_metric(config: Config) -> str:
    """The metric by which epochs are compared."""
    stop = config.training.early_stop
    return stop.metric if stop.enabled else _best_metrics[config.task.type]


def is_better(metrics: Metrics, best: Metrics | None, config: Config) -> bool:
    """Whether an epoch is better than the best one. Without validation there is nothing to choose by: the last epoch counts."""
    name = deciding_metric(config)
    now, before = metrics.get(name), None if best is None else best.get(name)
    if best is None or now is None or before is None:
        return True
    if now != before:
        return now > before if metric_directions[config.task.type][name] else now < before
    # Whoever counts epochs without a better metric does not want another one to decide.
    return not config.training.early_stop.enabled and metrics.get("val_loss", 0.0) < best.get("val_loss", 0.0)
