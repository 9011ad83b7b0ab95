"""Each image shows one class."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import cast

import torch
from torch import Tensor

from trainyard_torch.data.dataset import ReadTruth
from trainyard_torch.data.geometry import Placement
from trainyard_torch.data.manifest import ImageEntry
from trainyard_torch.data.truth import ClassTruth, Truth
from trainyard_torch.reports.classes import macro_of, rows_of
from trainyard_torch.reports.curves import ScoreCounts
from trainyard_torch.reports.numbers import Report, head, most_named_classes, ratio, short, without_nothing
from trainyard_torch.training.ranks import Ranks

_most_samples = 64
_most_wrong = 32
_most_named = 3


def _read(entry: ImageEntry, _placement: Placement) -> Truth:
    return ClassTruth(cast("int", entry.label))


class ClassificationTask:
    def __init__(self, class_names: Sequence[str]) -> None:
        self._names = class_names

    @property
    def read_truth(self) -> ReadTruth:
        return partial(_read)

    def nothing(self) -> Truth:
        return ClassTruth(0)

    def judge(self, *, keep: bool) -> "ClassificationJudge":
        return ClassificationJudge(self._names, keep=keep)


@dataclass(frozen=True)
class _Sample:
    entry: ImageEntry
    predicted: int
    probabilities: tuple[tuple[int, float], ...]  # the best classes
    true_probability: float

    @property
    def probability(self) -> float:
        return self.probabilities[0][1]


class ClassificationJudge:
    """Counts who was taken for whom; keeps the surest wrong answers, and some right ones of each class."""

    def __init__(self, class_names: Sequence[str], *, keep: bool) -> None:
        self._names = class_names
        self._keep = keep
        self._matrix = torch.zeros(len(class_names), len(class_names), dtype=torch.int64)
        self._loss_sum = 0.0
        self._scores = ScoreCounts(len(class_names))
        self._wrong: list[_Sample] = []
        self._right: list[_Sample] = []
        self._right_counts = [0] * len(class_names)

    def add(self, entries: Sequence[ImageEntry], truths: Sequence[Truth], loss: float, outputs: tuple[Tensor, ...]) -> None:
        probabilities = outputs[0]
        labels = torch.tensor([cast("ClassTruth", truth).label for truth in truths])
        predicted = probabilities.argmax(dim=1)
        self._matrix.index_put_((labels, predicted), torch.ones_like(labels), accumulate=True)
        self._loss_sum += loss * len(entries)
        if not self._keep:
            return
        self._scores.add(probabilities, torch.nn.functional.one_hot(labels, len(self._names)).bool())
        best = probabilities.topk(min(_most_named, len(self._names)), dim=1)
        for at, entry in enumerate(entries):
            top = tuple(zip(best.indices[at].tolist(), best.values[at].tolist(), strict=True))
            self._keep_sample(_Sample(entry, int(predicted[at]), top, float(probabilities[at, labels[at]])))

    def merge(self, ranks: Ranks) -> None:
        self._matrix = ranks.sum_tensor(self._matrix)
        (self._loss_sum,) = ranks.sum(self._loss_sum)
        if self._keep:
            self._scores.merge(ranks)
            self._wrong = ranks.gather(self._wrong)
            self._right = ranks.gather(self._right)

    def metrics(self, prefix: str) -> dict[str, float]:
        images = int(self._matrix.sum())
        rows = rows_of(self._matrix, self._names)
        values: dict[str, float | None] = {
            f"{prefix}_loss": self._loss_sum / images if images else None,
            f"{prefix}_accuracy": ratio(int(self._matrix.trace()), images),
            **{f"{prefix}_{name}": value for name, value in macro_of(rows).items()},
        }
        if len(self._names) <= most_named_classes:
            for row in rows:
                for name in ("precision", "recall", "f1"):
                    values[f"{prefix}_{name}/{row['name']}"] = cast("float | None", row[name])
        return without_nothing(values)

    def reports(self, split: str, epoch: int) -> dict[str, tuple[str, Report]]:
        images, correct = int(self._matrix.sum()), int(self._matrix.trace())
        rows = rows_of(self._matrix, self._names)

        def start(kind: str) -> Report:
            return head(kind, split, epoch, images)

        per_class = {**start("per-class"), "accuracy": ratio(correct, images), "macro": macro_of(rows), "classes": rows}
        matrix = {**start("confusion-matrix"), "classes": list(self._names), "matrix": self._matrix.tolist()}
        curves = {**start("pr-curves"), "classes": self._scores.curves(self._names)}
        samples = [self._describe(one) for one in self._chosen()]
        predictions = {**start("predictions"), "wrong": images - correct, "samples": samples}
        return {
            "per_class.json": ("per_class", per_class),
            "confusion_matrix.json": ("confusion_matrix", matrix),
            "pr_curves.json": ("other", curves),
            "predictions.json": ("predictions", predictions),
        }

    def _keep_sample(self, sample: _Sample) -> None:
        label = cast("int", sample.entry.label)
        if sample.predicted != label:
            self._wrong.append(sample)
            if len(self._wrong) > 4 * _most_wrong:
                self._wrong = self._surest_wrong()
        elif self._right_counts[label] < _most_samples:
            self._right_counts[label] += 1
            self._right.append(sample)

    def _surest_wrong(self) -> list[_Sample]:
        return sorted(self._wrong, key=lambda sample: -sample.probability)[:_most_wrong]

    def _chosen(self) -> list[_Sample]:
        """Wrong answers, the surest first; then right ones, taken from the classes in turn."""
        wrong = self._surest_wrong()
        by_class: list[list[_Sample]] = [[] for _ in self._names]
        for sample in self._right:
            by_class[sample.predicted].append(sample)
        rounds = max((len(samples) for samples in by_class), default=0)
        right = [samples[turn] for turn in range(rounds) for samples in by_class if turn < len(samples)]
        return [*wrong, *right[: _most_samples - len(wrong)]]

    def _describe(self, sample: _Sample) -> Report:
        return {
            "path": sample.entry.path,
            "sha256": sample.entry.sha256,
            "true": self._names[cast("int", sample.entry.label)],
            "predicted": self._names[sample.predicted],
            "correct": sample.predicted == sample.entry.label,
            "probability": short(sample.probability),
            "trueProbability": short(sample.true_probability),
            "top": [{"class": self._names[label], "probability": short(value)} for label, value in sample.probabilities],
        }
