"""Images that a person should look at: the worst ones, and some as they came."""

from dataclasses import dataclass, field

from trainyard_torch.reports.numbers import Report
from trainyard_torch.training.ranks import Ranks

most_samples = 64
_most_worst = 32


@dataclass
class Gallery:
    """Each sample has a score, the lower the worse."""

    samples: list[tuple[float, str, Report]] = field(default_factory=list)
    _first: list[tuple[float, str, Report]] = field(default_factory=list)

    def add(self, score: float, path: str, sample: Report) -> None:
        if len(self._first) < most_samples:
            self._first.append((score, path, sample))
        self.samples.append((score, path, sample))
        if len(self.samples) > 4 * _most_worst:
            self.samples = self._worst()

    def merge(self, ranks: Ranks) -> None:
        self.samples = ranks.gather(self._worst())
        self._first = ranks.gather(self._first)

    def chosen(self) -> list[Report]:
        worst = self._worst()
        shown = {path for _, path, _ in worst}
        others = [one for one in self._first if one[1] not in shown]
        return [sample for _, _, sample in [*worst, *others][:most_samples]]

    def _worst(self) -> list[tuple[float, str, Report]]:
        return sorted(self.samples, key=lambda one: (one[0], one[1]))[:_most_worst]
