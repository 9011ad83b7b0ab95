"""Reads an image as everything in Trainyard does (docs/run-directory.md, "How images are read")."""

import hashlib
import io
from collections.abc import Iterable
from pathlib import Path
from typing import cast

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image, ImageFile, ImageOps
from torchvision.io import ImageReadMode, decode_png

from trainyard_torch.data.manifest import ImageEntry

# What the import took, readers read: whether a part is missing was decided there, and the file's hash says that it is the same one.
Image.MAX_IMAGE_PIXELS = None

_png = b"\x89PNG\r\n\x1a\n"
_jpeg = b"\xff\xd8\xff"
_turns = {
    2: lambda image: image[:, ::-1],
    3: lambda image: image[::-1, ::-1],
    4: lambda image: image[::-1],
    5: lambda image: image.swapaxes(0, 1),
    6: lambda image: image[::-1].swapaxes(0, 1),
    7: lambda image: image[::-1, ::-1].swapaxes(0, 1),
    8: lambda image: image.swapaxes(0, 1)[::-1],
}


class UnreadableImageError(Exception):
    """Says why an image can't be read."""


def white_of(entries: Iterable[ImageEntry]) -> int:
    """The value of white of 16-bit images: as many ones as the largest of their values has bits, 8 at least."""
    largest = max((entry.max_value or 0 for entry in entries), default=0)
    return int(2 ** max(8, largest.bit_length()) - 1)


def decode(entry: ImageEntry, height: int, width: int, white: int) -> torch.Tensor:
    """The image's bytes, [3, height, width]: upright, transparent parts on white, stretched; 16 bits scaled so that `white` becomes 255.

    Raises:
        UnreadableImageError: the file is missing, another one than was imported, no image, or has pixels without a scale.

    """
    try:
        content = Path(entry.file).read_bytes()
    except OSError as error:
        raise UnreadableImageError(str(error)) from error
    if (entry.size is not None and len(content) != entry.size) or (
        entry.sha256 is not None and hashlib.sha256(content).hexdigest() != entry.sha256
    ):
        raise UnreadableImageError("the file has changed since it was imported")
    try:
        image = _read(content, entry, height, width, white)
        resized = image if image.size == (width, height) else image.resize((width, height), Image.Resampling.BILINEAR)
    except UnreadableImageError:
        raise
    except Exception as error:  # Decoders raise whatever they like on damaged files.
        raise UnreadableImageError(f"{type(error).__name__}: {error}") from error
    return torch.from_numpy(np.array(resized)).permute(2, 0, 1).contiguous()


def _read(content: bytes, entry: ImageEntry, height: int, width: int, white: int) -> Image.Image:
    # Without a hash or a size nothing says that the file is still whole: then damage is an error.
    ImageFile.LOAD_TRUNCATED_IMAGES = entry.sha256 is not None or entry.size is not None
    image = Image.open(io.BytesIO(content))
    if content.startswith(_jpeg):
        # A JPEG can be decoded at a half, a quarter or an eighth of its size, which is never below the wanted one.
        image.draft(None, (max(height, width), max(height, width)))
    if image.mode == "F" or (image.format == "TIFF" and image.mode == "I"):
        raise UnreadableImageError(f'its pixels are of the kind "{image.mode}", whose values have no scale: save it with 8 or 16 bits')
    if entry.max_value is not None:
        return _scaled(_read_deep(content, image), white)
    upright = cast("Image.Image", ImageOps.exif_transpose(image))
    if upright.has_transparency_data:
        coloured = upright.convert("RGBA")
        ground = Image.new("RGBA", coloured.size, (255, 255, 255, 255))
        return Image.alpha_composite(ground, coloured).convert("RGB")
    return upright.convert("RGB")


def _read_deep(content: bytes, image: Image.Image) -> NDArray[np.float32]:
    """A 16-bit image's values, [height, width, 3], upright and on white."""
    if content.startswith(_png):
        values = decode_png(torch.frombuffer(bytearray(content), dtype=torch.uint8), ImageReadMode.UNCHANGED)
        pixels = values.to(torch.int32).permute(1, 2, 0).numpy().astype(np.float32)
        if values.dtype == torch.uint8:
            pixels *= 257
    else:
        array = np.asarray(image)
        pixels = array.reshape(*array.shape[:2], -1).astype(np.float32)
        if array.dtype == np.uint8:  # Pillow keeps the upper eight bits of 16-bit colour in TIFF.
            pixels *= 257
    orientation = image.getexif().get(0x0112, 1)
    upright = _turns.get(orientation, lambda same: same)(pixels)
    if upright.shape[2] in (2, 4):
        alpha = upright[..., -1:] / 65535
        upright = upright[..., :-1] * alpha + 65535 * (1 - alpha)
    return np.broadcast_to(upright, (*upright.shape[:2], 3)) if upright.shape[2] == 1 else upright


def _scaled(pixels: NDArray[np.float32], white: int) -> Image.Image:
    return Image.fromarray(np.minimum(255, np.rint(pixels * (255 / white))).astype(np.uint8), "RGB")
