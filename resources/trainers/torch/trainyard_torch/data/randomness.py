"""Reproducible random numbers: each use has a stream of its own, named by the seed, its purpose and its place.

A resumed run needs no saved state so, and how many processes read images makes no difference.
"""

import hashlib

import numpy as np

Name = str | int
_mask = 0xFFFFFFFF


def _digest(name: tuple[Name, ...]) -> bytes:
    return hashlib.sha256("\0".join(str(part) for part in name).encode()).digest()


def generator(*name: Name) -> np.random.Generator:
    """A stream of random numbers: `generator(seed, "augmentation", epoch, index)`."""
    return np.random.Generator(np.random.Philox(key=int.from_bytes(_digest(name)[:16], "big")))


def seed_of(*name: Name) -> int:
    """A number for generators that take one (63 bits)."""
    return int.from_bytes(_digest(name)[:8], "big") >> 1


class Sfc32:
    """The generator with which the builtin trainer divides images, so that one seed gives one split in both.

    sfc32 (Chris Doty-Humphrey, PractRand), started by FNV-1a over the name's UTF-16 units.
    """

    def __init__(self, *name: Name) -> None:
        units = "\0".join(str(part) for part in name).encode("utf-16-le", "surrogatepass")
        text = [units[at] | units[at + 1] << 8 for at in range(0, len(units), 2)]
        self._a, self._b, self._c = (_hash(text, start) for start in (1, 2, 3))
        self._counter = 1
        for _ in range(12):
            self.next()

    def next(self) -> int:
        """A whole number from 0 to 2³² − 1."""
        total = (self._a + self._b + self._counter) & _mask
        self._counter = (self._counter + 1) & _mask
        self._a = self._b ^ (self._b >> 9)
        self._b = (self._c + (self._c << 3)) & _mask
        self._c = (((self._c << 21) | (self._c >> 11)) + total) & _mask
        return total

    def shuffled[Item](self, items: list[Item]) -> list[Item]:
        """The same items in random order (Fisher and Yates)."""
        result = list(items)
        for last in range(len(result) - 1, 0, -1):
            other = int(self.next() / 2**32 * (last + 1))
            result[last], result[other] = result[other], result[last]
        return result


def _hash(text: list[int], start: int) -> int:
    value = start ^ 0x811C9DC5
    for unit in text:
        value = ((value ^ unit) * 0x01000193) & _mask
    value = ((value ^ (value >> 16)) * 0x7FEB352D) & _mask
    value = ((value ^ (value >> 15)) * 0x846CA68B) & _mask
    return value ^ (value >> 16)
