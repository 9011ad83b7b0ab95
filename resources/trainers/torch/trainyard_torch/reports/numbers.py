"""Numbers of reports: seven significant digits; a ratio of nothing is null."""

from collections.abc import Iterable

Report = dict[str, object]
#: Beyond so many classes, numbers of each stand in the artifacts only.
most_named_classes = 40


def short(value: float) -> float:
    return float(f"{value:.7g}")


def ratio(part: float, whole: float) -> float | None:
    return None if whole == 0 else short(part / whole)


def mean(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return ratio(sum(known), len(known))


def harmonic(a: float | None, b: float | None) -> float | None:
    if a is None or b is None:
        return None
    return 0.0 if a + b == 0 else short(2 * a * b / (a + b))


def head(kind: str, split: str, epoch: int, images: int) -> Report:
    """How every report begins."""
    return {"format": f"trainyard/{kind}", "version": 1, "split": split, "epoch": epoch, "images": images}


def without_nothing(metrics: dict[str, float | None]) -> dict[str, float]:
    return {name: value for name, value in metrics.items() if value is not None}
