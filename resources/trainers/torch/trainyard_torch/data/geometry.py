"""Where an image's pixels come to lie in the network's input: stretched, perhaps flipped, perhaps turned."""

import math
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from trainyard_torch.data.truth import void
from trainyard_torch.directory.config import Augmentation

#: Of an object that the edge cuts, so much must be left to be one still.
_least_visible = 0.2


@dataclass(frozen=True)
class Placement:
    """From an upright image of `source` to an input of `size`, both (height, width) in pixels."""

    source: tuple[int, int]
    size: tuple[int, int]
    flipped: bool = False
    radians: float = 0.0

    def image(self, image: Tensor) -> Tensor:
        """A stretched image [3, height, width] of bytes; beyond the edge stands the nearest pixel."""
        placed = image.flip(-1) if self.flipped else image
        if self.radians == 0:
            return placed
        turned = functional.grid_sample(placed[None].float(), self._grid(), mode="bilinear", padding_mode="border", align_corners=False)
        return turned[0].round().clamp(0, 255).to(torch.uint8)

    def map(self, values: NDArray[np.uint8], outside: int = void) -> Tensor:
        """A map of the upright image as [height, width] of the input, each pixel one of the map's; `outside` beyond its edge."""
        height, width = self.size
        rows = (np.arange(height) + 0.5) * self.source[0] / height
        columns = (np.arange(width) + 0.5) * self.source[1] / width
        stretched = torch.from_numpy(values[rows.astype(int)[:, None], columns.astype(int)[None]].copy())
        placed = stretched.flip(-1) if self.flipped else stretched
        if self.radians == 0:
            return placed
        shifted = placed[None, None].float() - outside  # Beyond the edge `grid_sample` has zeros.
        turned = functional.grid_sample(shifted, self._grid(), mode="nearest", padding_mode="zeros", align_corners=False)
        return (turned[0, 0] + outside).round().to(torch.uint8)

    def points(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """Points [n, 2] (x, y) of the upright image in the input, also beyond its edge."""
        height, width = self.size
        placed: NDArray[np.float64] = points * np.array([width / self.source[1], height / self.source[0]])
        if self.flipped:
            placed = placed * np.array([-1.0, 1.0]) + np.array([width, 0.0])
        if self.radians == 0:
            return placed
        cosine, sine = math.cos(self.radians), math.sin(self.radians)
        centre = np.array([width / 2, height / 2])
        turned: NDArray[np.float64] = (placed - centre) @ np.array([[cosine, sine], [-sine, cosine]]) + centre
        return turned

    def box(self, points: NDArray[np.float64]) -> tuple[float, float, float, float] | None:
        """The box x1, y1, x2, y2 around points, cut at the edge; None where too little of it is left."""
        placed = self.points(points)
        (x1, y1), (x2, y2) = placed.min(axis=0), placed.max(axis=0)
        height, width = self.size
        left, top, right, bottom = max(x1, 0.0), max(y1, 0.0), min(x2, float(width)), min(y2, float(height))
        visible = (right - left) * (bottom - top) if right > left and bottom > top else 0.0
        if visible <= 0 or visible < _least_visible * (x2 - x1) * (y2 - y1):
            return None
        return float(left), float(top), float(right), float(bottom)

    def _grid(self) -> Tensor:
        height, width = self.size
        cosine, sine = math.cos(self.radians), math.sin(self.radians)
        back = torch.tensor([[[cosine, sine * height / width, 0.0], [-sine * width / height, cosine, 0.0]]])
        return functional.affine_grid(back, [1, 1, height, width], align_corners=False)


def place(source: tuple[int, int], size: tuple[int, int], augmentation: Augmentation | None, random: np.random.Generator) -> Placement:
    """Draws where an image comes to lie; without augmentation it is only stretched."""
    flip, turn = random.random(2)
    if augmentation is None:
        return Placement(source, size)
    degrees = (2 * turn - 1) * augmentation.random_rotation
    return Placement(source, size, augmentation.random_flip and flip < 0.5, math.radians(degrees))


def jitter(image: Tensor, random: np.random.Generator) -> Tensor:
    """Changes brightness, contrast and saturation of bytes [3, height, width], each by up to a fifth."""
    brightness, contrast, saturation = (float(value) for value in (random.random(3) - 0.5) * 0.4)
    values = image.float()
    grey = values.mean(dim=0, keepdim=True)
    coloured = grey + (values - grey) * (1 + saturation)
    middle = coloured.mean()
    changed = (coloured - middle) * (1 + contrast) + middle + 255 * brightness
    return changed.round().clamp(0, 255).to(torch.uint8)
