"""Divides the images into those to train on, to validate and to test with, as the builtin trainer does."""

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from trainyard_torch.data.annotations import Annotation, parse_annotation
from trainyard_torch.data.manifest import AnnotationFile, ImageEntry, read_manifest
from trainyard_torch.data.randomness import Sfc32
from trainyard_torch.directory.config import Config
from trainyard_torch.directory.failure import TrainerError


@dataclass
class Splits:
    train: list[ImageEntry] = field(default_factory=list)
    val: list[ImageEntry] = field(default_factory=list)
    test: list[ImageEntry] = field(default_factory=list)

    def of(self, name: str) -> list[ImageEntry]:
        return {"train": self.train, "val": self.val, "test": self.test}[name]

    @property
    def all(self) -> list[ImageEntry]:
        return [*self.train, *self.val, *self.test]


@dataclass(frozen=True)
class Labels:
    """What an image shows, by its entry: its class, or what `annotations.jsonl` says."""

    classes: int
    file: AnnotationFile | None
    #: Of each line of the manifest, the classes of its objects; empty where each image has a class of its own.
    seen: list[frozenset[int]]
    #: How many objects of each class there are, and how many of all have a box, and a mask.
    objects: Counter[int]
    boxes: int
    masks: int

    def annotations(self, entry: ImageEntry) -> list[Annotation]:
        if self.file is None:
            return []
        place = f'The annotations of "{entry.path}"'
        return [parse_annotation(value, self.classes, place) for value in self.file.read(entry.line)]

    def classes_of(self, entry: ImageEntry) -> frozenset[int]:
        return self.seen[entry.line] if entry.label is None else frozenset({entry.label})


def read_labels(directory: Path, config: Config, images: int) -> Labels:
    """Reads every annotation once: what is wrong is found before the training starts."""
    classes = len(config.task.class_names)
    if config.dataset.annotations is None:
        return Labels(classes, None, [], Counter(), 0, 0)
    file = AnnotationFile(directory / config.dataset.annotations)
    if len(file) < images:
        raise TrainerError(
            "bad_data",
            f"{config.dataset.annotations} has {len(file)} lines for {images} images",
            "Write one line for each line of the manifest.",
        )
    objects: Counter[int] = Counter()
    seen: list[frozenset[int]] = []
    boxes = masks = 0
    for line, values in enumerate(file.all()):
        place = f"Line {line + 1} of {config.dataset.annotations}"
        found = [parse_annotation(value, classes, place) for value in values]
        labels = [one.label for one in found if one.label is not None]
        objects.update(labels)
        boxes += sum(one.label is not None and one.box is not None for one in found)
        masks += sum(one.label is not None and one.mask is not None for one in found)
        seen.append(frozenset(labels))
    return Labels(classes, file, seen, objects, boxes, masks)


def _held(count: int, part: float) -> int:
    """How many of a class's images are kept for validation or test: one of three or more images is always represented."""
    return 0 if part == 0 else max(1 if count >= 3 else 0, int(count * part + 0.5))


def _groups(entries: list[ImageEntry], labels: Labels) -> list[list[ImageEntry]]:
    """The images by class; those of labelled sets by the rarest of their classes, and at last those with none."""
    images: Counter[int] = Counter(label for entry in entries for label in labels.classes_of(entry))
    groups: list[list[ImageEntry]] = [[] for _ in range(labels.classes + 1)]
    for entry in entries:
        own = labels.classes_of(entry)
        groups[min(own, key=lambda label: (images[label], label)) if own else labels.classes].append(entry)
    return groups


def read_splits(directory: Path, config: Config) -> tuple[Splits, Labels]:
    """The images by split, and what they show.

    Lines that name a split keep it; the others are divided class by class, by the seed. Each class keeps at least one training image;
    where the three shares are less than 1 together, the rest is not used.

    Raises:
        TrainerError: the files are unreadable or wrong, or leave nothing to train on.

    """
    entries = read_manifest(directory, config)
    labels = read_labels(directory, config, len(entries))
    shares = config.dataset
    whole = shares.train_split + shares.val_split + shares.test_split > 1 - 1e-6
    splits = Splits()
    for entry in entries:
        if entry.split is not None:
            splits.of(entry.split).append(entry)
    for label, group in enumerate(_groups([entry for entry in entries if entry.split is None], labels)):
        shuffled = Sfc32(config.training.seed, "split", label).shuffled(group)
        count = len(group)
        val = min(_held(count, shares.val_split), max(0, count - 1))
        test = min(_held(count, shares.test_split), max(0, count - 1 - val))
        rest = count - val - test
        train = rest if whole else min(rest, max(1, int(count * shares.train_split + 0.5)))
        splits.val += shuffled[:val]
        splits.test += shuffled[val : val + test]
        splits.train += shuffled[val + test : val + test + train]
    if not splits.train:
        raise TrainerError("bad_data", "The dataset has no image to train on", "Import images, or give training a share of them.")
    return splits, labels


def data_warnings(splits: Splits, labels: Labels, class_names: tuple[str, ...]) -> list[str]:
    """What a person should know about the data before it is trained on."""
    counts: Counter[int] = Counter(label for entry in splits.train for label in labels.classes_of(entry))

    def named(wanted: int) -> str:
        names = [f'"{name}"' for label, name in enumerate(class_names) if counts[label] == wanted]
        return ", ".join(names[:20])

    warnings = []
    if named(0):
        warnings.append(f"No image to train on in {named(0)}: the model cannot learn these classes.")
    if named(1) and len(class_names) > 1:
        warnings.append(f"Only one image to train on in {named(1)}: add images of these classes.")
    most, least = max(counts.values(), default=0), min(counts.values(), default=0)
    if most >= 10 * max(least, 1):
        warnings.append(
            f"The classes are uneven: {most} training images in the largest, {least} in the smallest. "
            "Look at the results of each class, not only at the whole."
        )
    if len(class_names) == 1 and labels.file is None:
        warnings.append("There is only one class: every model is always right, and nothing can be learned.")
    if not splits.val:
        warnings.append("No image is kept for validation: the last epoch’s model is saved, and its quality is not known.")
    return warnings
