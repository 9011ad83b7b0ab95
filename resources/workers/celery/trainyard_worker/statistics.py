"""`dataset.statistics`: sums over the pixels of a version's images; the engine derives the rest from them."""

import hashlib
import io
import json
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from PIL import Image

from trainyard_worker import objects

AT_ONCE = 8

# The engine refused larger ones when the dataset was imported.
Image.MAX_IMAGE_PIXELS = None


def compute(plan: dict, check: Callable[[], None]) -> dict:
    """What the engine takes for this kind of job. `check` raises where the work is in vain."""
    manifest = objects.read(plan["bucket"], plan["manifest"])
    if hashlib.sha256(manifest).hexdigest() != plan["manifestSha256"]:
        raise objects.DamagedError("the manifest is not what was written")
    lines = [json.loads(line) for line in manifest.decode().splitlines()]
    sums = np.zeros(3, dtype=np.uint64)
    squares = np.zeros(3, dtype=np.uint64)
    pixels = 0

    def image(line: dict) -> np.ndarray:
        check()
        return rgb(objects.read(plan["bucket"], line["file"]))

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


def rgb(body: bytes) -> np.ndarray:
    """An image as rows of 8-bit red, green and blue; transparency is left out."""
    with Image.open(io.BytesIO(body)) as image:
        if image.mode.startswith("I"):
            # Pillow would cut 16 bits off at 255 instead of scaling them.
            grey = (np.asarray(image).astype(np.uint32) >> 8).astype(np.uint8)
            return np.repeat(grey.reshape(-1, 1), 3, axis=1)
        return np.asarray(image.convert("RGB")).reshape(-1, 3)
