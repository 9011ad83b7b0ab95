"""Small real data: pictures of a few shapes on noise, as a run directory names them."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageDraw

class_names = ("circle", "square", "triangle")
_colours = ((220, 40, 40), (40, 200, 60), (50, 80, 230))


@dataclass
class Shape:
    label: int
    box: tuple[int, int, int, int]  # x, y, width, height

    def polygon(self) -> list[float]:
        x, y, wide, high = self.box
        if self.label == 1:
            return [x, y, x + wide, y, x + wide, y + high, x, y + high]
        if self.label == 2:
            return [x + wide / 2, y, x + wide, y + high, x, y + high]
        angles = np.linspace(0, 2 * np.pi, 24, endpoint=False)
        points = np.stack([x + wide / 2 * (1 + np.cos(angles)), y + high / 2 * (1 + np.sin(angles))], axis=1)
        return [float(value) for value in points.reshape(-1)]


def draw(shapes: list[Shape], size: int, random: np.random.Generator) -> Image.Image:
    image = Image.fromarray(random.integers(90, 140, (size, size, 3), dtype=np.uint8))
    pen = ImageDraw.Draw(image)
    for shape in shapes:
        points = shape.polygon()
        pen.polygon(list(zip(points[::2], points[1::2], strict=True)), fill=_colours[shape.label])
    return image


def scatter(size: int, random: np.random.Generator, most: int) -> list[Shape]:
    """Shapes that do not touch each other."""
    shapes: list[Shape] = []
    for _ in range(int(random.integers(1, most + 1))):
        side = int(random.integers(size // 5, size // 2))
        x, y = (int(value) for value in random.integers(0, size - side, 2))
        if all(abs(x - s.box[0]) > max(side, s.box[2]) or abs(y - s.box[1]) > max(side, s.box[3]) for s in shapes):
            shapes.append(Shape(int(random.integers(3)), (x, y, side, side)))
    return shapes


def _merge(base: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    for name, value in changes.items():
        if isinstance(value, dict) and isinstance(base.get(name), dict):
            _merge(base[name], value)
        else:
            base[name] = value
    return base


def make_run(folder: Path, task: str, model: tuple[str, str], /, images: int = 24, size: int = 64, **changes: Any) -> Path:
    """A run directory with images of its own; `changes` go into its config. Images that are there already are used again."""
    root = folder.parent / f"images-{task}-{images}-{size}"
    folder.mkdir(parents=True)
    if not root.exists():
        write_images(root, task, images, size)
    for name in ("dataset.jsonl", "annotations.jsonl"):
        (folder / name).write_bytes((root / name).read_bytes())
    config = {
        "protocol": 1,
        "runId": "00000000-0000-4000-8000-000000000001",
        "attempt": 1,
        "task": {"type": task, "numClasses": 3, "classNames": list(class_names)},
        "model": {"source": model[0], "name": model[1], "pretrained": False, "pretrainedWeights": None},
        "dataset": {
            "datasetId": "00000000-0000-4000-8000-000000000002",
            "version": 1,
            "root": str(root),
            "manifest": "dataset.jsonl",
            "annotations": None if task == "classification" else "annotations.jsonl",
            "trainSplit": 0.75,
            "valSplit": 0.25,
            "testSplit": 0,
            "imageSize": size,
        },
        "training": {"epochs": 1, "batchSize": 6, "learningRate": 0.001, "optimizer": "adamw", "seed": 7},
        "resources": {"gpuCount": 0, "workers": 0},
        "resume": None,
    }
    (folder / "config.json").write_text(json.dumps(_merge(config, changes)))
    return folder


def write_images(root: Path, task: str, images: int, size: int) -> None:
    root.mkdir(parents=True)
    lines, annotations = [], []
    for number in range(images):
        random = np.random.default_rng([11, number])
        shapes = [Shape(number % 3, (size // 6, size // 6, size // 2, size // 2))] if task == "classification" else scatter(size, random, 3)
        name = f"{class_names[shapes[0].label]}/{number:04}.png"
        (root / name).parent.mkdir(exist_ok=True)
        draw(shapes, size, random).save(root / name)
        content = (root / name).read_bytes()
        lines.append(
            {
                **{"file": name, "path": name, "class": class_names[shapes[0].label] if task == "classification" else None},
                **{"sha256": hashlib.sha256(content).hexdigest(), "size": len(content)},
                **{"width": size, "height": size, "channels": 3, "split": None},
            }
        )
        annotations.append([{"class": one.label, "box": list(one.box), "mask": [one.polygon()]} for one in shapes])
    for file, rows in (("dataset.jsonl", lines), ("annotations.jsonl", annotations)):
        (root / file).write_text("".join(f"{json.dumps(row)}\n" for row in rows))
