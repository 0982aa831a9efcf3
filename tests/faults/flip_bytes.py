"""Damages a model in COUNT seeded ways and runs what the reader lets through; a crash of the C++ library ends this process.

python tests/faults/flip_bytes.py MODEL COUNT SEED     prints how many were refused and how many ran
"""

from __future__ import annotations

import random
import sys
from pathlib import Path

import numpy as np

from sidetone.on_cpython.inference import ModelError, StreamingModel

WORDS = (b"\x00\x00\x00\x00", b"\xff\xff\xff\xff", b"\x01\x00\x00\x00", b"\xff\xff\xff\x7f", b"\x00\x00\x00\x80")


def damaged(whole: bytes, chance: random.Random) -> bytes:
    """One to four bytes or words changed: a bit, a byte, or a word that may lead anywhere."""
    data = bytearray(whole)
    for _ in range(chance.choice((1, 1, 1, 2, 4))):
        place = chance.randrange(len(data))
        sort = chance.random()
        if sort < 0.5:
            data[place] ^= 1 << chance.randrange(8)
        elif sort < 0.75:
            data[place] = chance.choice((0, 1, 127, 128, 255, chance.randrange(256)))
        else:
            other = chance.randrange(len(data) - 4) & ~3
            data[place & ~3 : (place & ~3) + 4] = chance.choice((*WORDS, bytes(data[other : other + 4])))
    return bytes(data)


def main(path: Path, count: int, seed: int) -> None:
    whole = path.read_bytes()
    refused = ran = 0
    for number in range(seed, seed + count):
        print(number, flush=True)  # the last number printed names the case that crashed
        try:
            network = StreamingModel(damaged(whole, random.Random(number)))
            network.run(np.full((2, *network.input_shape), number % 256 - 128, np.int8))
            ran += 1
        except ModelError as fault:
            if "\n" in str(fault):
                raise ValueError(f"more than one line: {fault}") from fault
            refused += 1
    print(f"refused {refused} ran {ran}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
