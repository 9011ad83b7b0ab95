"""`dataset.statistics`: sums over the pixels of a version's images; the engine derives the rest from them."""

import hashlib
import io
import json
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from PIL import Image, ImageFile

from trainyard_worker import objects

AT_ONCE = 8

# The engine refused larger ones when the dataset was imported.
Image.MAX_IMAGE_PIXELS = None
# It also refused pictures that are not whole: what is left is damage that a decoder can pass over.
ImageFile.LOAD_TRUNCATED_IMAGES = True


def compute(plan: dict, check: Callable[[], None]) -> dict:
    """What the engine takes for this kind of job. `check` raises where the work is in vain."""
    manifest = objects.read(plan["bucket"], plan["manifest"])
    if hashlib.sha256(manifest).hexdigest() != plan["manifestSha256"]:
        raise objects.DamagedError("the manifest is not what was written")
    lines = [json.loads(line) for line in manifest.decode().splitlines()]
    sums = np.zeros(3, dtype=np.uint64)
    squares = np.zeros(3, dtype=np.uint64)
    pixels = 0

    white = white_of(lines)

    def image(line: dict) -> np.ndarray:
        check()
        return rgb(objects.read(plan["bucket"], line["file"]), white if "maxValue" in line else None)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        for start in range(0, len(lines), AT_ONCE * 8):
            for values in pool.map(image, lines[start : start + AT_ONCE * 8]):
                sums += values.sum(axis=0, dtype=np.uint64)
                squares += np.square(values, dtype=np.uint64).sum(axis=0, dtype=np.uint64)
                pixels += len(values)
    sizes = Counter((line["width"], line["height"]) for line in lines)
    classes = Counter(line["class"] for line in lines)
    return {
        "pixels": pixels,
        "sums": [int(value) for value in sums],
        "squares": [int(value) for value in squares],
        "sizes": [{"width": width, "height": height, "images": count} for (width, height), count in sizes.items()],
        "classes": [{"name": name, "images": count} for name, count in classes.items()],
    }


def white_of(lines: list[dict]) -> int:
    """The value of white of 16-bit images: all ones of as many bits as their largest value needs, 8 at least."""
    largest = max((line.get("maxValue", 0) for line in lines), default=0)
    return 2 ** max(8, largest.bit_length()) - 1


def rgb(body: bytes, white: int | None) -> np.ndarray:
    """An image as rows of 8-bit red, green and blue; transparency is left out. `white` is None where it has 8 bits."""
    with Image.open(io.BytesIO(body)) as image:
        if image.mode.startswith("I"):
            # Pillow would cut 16 bits off at 255 instead of scaling them.
            grey = np.minimum(np.rint(np.asarray(image).astype(np.float64) * 255 / (white or 65535)), 255).astype(np.uint8)
            return np.repeat(grey.reshape(-1, 1), 3, axis=1)
        pixels = np.asarray(image.convert("RGB")).reshape(-1, 3)
        if white is None:
            return pixels
        # Pillow keeps the upper 8 of 16 bits of coloured images: the middle of what they stand for is the nearest guess.
        return np.minimum(np.rint((pixels.astype(np.float64) * 256 + 128) * 255 / white), 255).astype(np.uint8)
