"""Arrays as PNG files, without an image library."""

from __future__ import annotations

import struct
import zlib
from typing import Any

_COLOUR_TYPES = {1: 0, 3: 2, 4: 6}


def png_of(array: Any) -> bytes:  # noqa: ANN401
    """Return the PNG of an array or tensor of height × width (× 1, 3 or 4), also with its channels first."""
    if hasattr(array, "detach"):
        array = array.detach().cpu().float().numpy() if array.is_floating_point() else array.detach().cpu().numpy()
    shape = tuple(getattr(array, "shape", ()))
    if len(shape) == 3 and shape[2] not in _COLOUR_TYPES and shape[0] in _COLOUR_TYPES:
        array = array.transpose(1, 2, 0)
        shape = tuple(array.shape)
    if len(shape) == 2:
        shape = (*shape, 1)
    if len(shape) != 3 or shape[2] not in _COLOUR_TYPES or 0 in shape:
        raise ValueError(f"An image is height × width (× 1, 3 or 4 channels), not {shape}")
    if array.dtype.kind == "f":
        array = (array * 255).round()
    elif array.dtype.kind == "b":
        array = array * 255
    rows = array.clip(0, 255).astype("uint8").tobytes()
    height, width, channels = shape
    stride = width * channels
    # Each row begins with its filter: none.
    raw = b"".join(b"\0" + rows[at * stride : (at + 1) * stride] for at in range(height))
    header = struct.pack(">IIBBBBB", width, height, 8, _COLOUR_TYPES[channels], 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", zlib.compress(raw)) + _chunk(b"IEND", b"")


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
