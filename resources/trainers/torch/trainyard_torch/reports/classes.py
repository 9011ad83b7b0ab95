"""Precision, recall and F1 of each class, from a confusion matrix."""

from collections.abc import Sequence

from torch import Tensor

from trainyard_torch.reports.numbers import Report, harmonic, mean, ratio


def rows_of(matrix: Tensor, names: Sequence[str]) -> list[Report]:
    """One row for each class; `matrix` is [true, predicted] and may have a row and a column more for the background."""
    rows: list[Report] = []
    for label, name in enumerate(names):
        support, predicted = int(matrix[label].sum()), int(matrix[:, label].sum())
        correct = int(matrix[label, label])
        precision, recall = ratio(correct, predicted), ratio(correct, support)
        rows.append(
            {
                **{"name": name, "support": support, "predicted": predicted, "correct": correct},
                **{"accuracy": recall, "precision": precision, "recall": recall, "f1": harmonic(precision, recall)},
            }
        )
    return rows


def macro_of(rows: list[Report]) -> dict[str, float | None]:
    """The means over the classes of which there is something."""
    return {name: mean(row[name] for row in rows) for name in ("precision", "recall", "f1")}  # type: ignore[misc]
