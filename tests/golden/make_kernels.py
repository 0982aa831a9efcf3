"""Golden vectors of the hop kernels: tests/golden/kernels.npz, int16 sound in, the measurements as int32 out.

    python tests/golden/make_kernels.py           # writes the file; a change of it is a change of the measured numbers

Every runtime's kernels (numpy here, viper on the device) must give these numbers bit for bit.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1] / "firmware"))

FIELDS = ("energy_q8", "band_q8", "vowel_q8", "peak", "clipped", "flat", "pitch_st_q8", "voicing_pm")
HOP = 160


def _triangle(periods_q16: np.ndarray) -> np.ndarray:
    """Phase in Q16 turns -> triangle wave, -16384..16384: integers only, so the input is the same everywhere."""
    phase = np.cumsum(periods_q16.astype(np.int64)) & 0xFFFF
    return np.abs(((phase + 0x4000) & 0xFFFF) - 0x8000) - 0x4000


def sounds() -> dict[str, np.ndarray]:
    """The inputs: what the kernels meet, ordinary and extreme, made of integers."""
    n = 60 * HOP
    at = np.arange(n, dtype=np.int64)
    rng = np.random.default_rng(56)
    noise = rng.integers(-3000, 3001, n)
    glide = _triangle(450 + at // 40)  # 110 -> 168 Hz
    voice = (glide * (1 + (at // 1600) % 3)) // 3
    out = {
        "silence": np.zeros(n, np.int64),
        "noise": noise,
        "faint": rng.integers(-1, 2, n),
        "voice": voice,
        "voice_in_noise_with_dc": voice // 4 + noise // 6 + 4000,
        "tone_450": _triangle(np.full(n, 1843)),
        "hum_50": _triangle(np.full(n, 205)) // 3,
        "square_full_scale": np.where((at // 18) % 2, 32767, -32768),
        "random_full_scale": rng.integers(-32768, 32768, n),
        "steps": np.where((at // 1000) % 2, 20000, -9000) + noise // 100,
    }
    return {name: sound.astype(np.int16) for name, sound in out.items()}


def measured(sound: np.ndarray, hops: int) -> np.ndarray:
    """int32 [fields, n hops] from the numpy kernels, fed `hops` hops at a time."""
    from sidetone.on_cpython.kernels import ChannelKernels

    kernels = ChannelKernels()
    blocks = [kernels.block(sound[at : at + hops * HOP]) for at in range(0, len(sound), hops * HOP)]
    return np.array([[value for block in blocks for value in getattr(block, field)] for field in FIELDS], np.int32)


def main() -> None:
    arrays = {}
    for name, sound in sounds().items():
        arrays[f"{name}.in"] = sound
        arrays[f"{name}.out"] = measured(sound, 10)
    np.savez_compressed(HERE / "kernels.npz", **arrays)


if __name__ == "__main__":
    main()
