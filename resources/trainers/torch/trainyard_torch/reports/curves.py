"""Precision over recall of each class, from counts of scores: they need no memory for each image, and add up over processes."""

from collections.abc import Sequence

import torch
from torch import Tensor

from trainyard_torch.reports.numbers import Report, short
from trainyard_torch.training.ranks import Ranks

_bins = 1000
_most_points = 101


class ScoreCounts:
    """How many scores of each class fell into each thousandth of the range 0 to 1, of what is of the class and of what is not."""

    def __init__(self, classes: int) -> None:
        self._counts = torch.zeros(2, classes, _bins, dtype=torch.int64)

    def add(self, scores: Tensor, positive: Tensor) -> None:
        """Scores [n, classes] from 0 to 1, and whether each is of an image of the class [n, classes]."""
        bins = (scores.clamp(0, 1) * _bins).long().clamp(max=_bins - 1)
        classes = torch.arange(scores.shape[1]).expand_as(bins)
        self._counts.index_put_((positive.long(), classes, bins), torch.ones_like(bins), accumulate=True)

    def merge(self, ranks: Ranks) -> None:
        self._counts = ranks.sum_tensor(self._counts)

    def curves(self, names: Sequence[str]) -> list[Report]:
        """For each class its average precision, and points of the curve by falling thresholds."""
        # From the highest score down: what a threshold at the lower edge of each thousandth lets through.
        false, true = self._counts.flip(-1).cumsum(dim=-1).double()
        result: list[Report] = []
        for label, name in enumerate(names):
            total = true[label, -1]
            if total == 0:
                result.append({"name": name, "averagePrecision": None, "threshold": [], "precision": [], "recall": []})
                continue
            found = true[label] + false[label]
            precision = torch.where(found > 0, true[label] / found.clamp(min=1), 1.0)
            recall = true[label] / total
            steps = torch.diff(recall, prepend=torch.zeros(1, dtype=torch.float64))
            places = torch.linspace(0, _bins - 1, _most_points).round().long().tolist()
            result.append(
                {
                    "name": name,
                    "averagePrecision": short(float((steps * precision).sum())),
                    "threshold": [short(1 - (place + 1) / _bins) for place in places],
                    "precision": [short(float(precision[place])) for place in places],
                    "recall": [short(float(recall[place])) for place in places],
                }
            )
        return result
