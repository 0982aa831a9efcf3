"""The microcontroller's log-mel front end (TensorFlow Lite Micro's, through `pymicro-features`), fed in whole hops.

30 ms windows every 10 ms, 40 channels 125-7500 Hz, noise reduction and gain control, uint16. The first frame comes
with the third hop (480 samples), so frames lag hops by two.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from pymicro_features import MicroFrontend

HOP_SAMPLES = 160
CHANNELS = 40
# The binding multiplies the uint16 outputs by 10/256 (the scale micro speech models train with); undone exactly here.
UNITS_PER_FEATURE = 25.6


class FrontEnd:
    """One channel's front end; its noise estimate and gain run through the whole call."""

    def __init__(self) -> None:
        self._frontend = MicroFrontend()

    def reset(self) -> None:
        """Forget everything heard: the next hop is the first of a new call."""
        self._frontend.reset()

    def block(self, samples: npt.NDArray[np.int16]) -> npt.NDArray[np.uint16]:
        """int16 [n*160] -> uint16 [frames, 40]; frames = n, or n-2 for the first block after a reset (never < 0).

        ValueError where the block is not whole hops: the binding would keep the rest and shift every later frame.
        """
        if samples.dtype != np.int16 or len(samples) % HOP_SAMPLES:
            raise ValueError("a block is int16 and whole hops of 160 samples")
        data = np.ascontiguousarray(samples).tobytes()
        frames = []
        for start in range(0, len(data), 2 * HOP_SAMPLES):
            features = self._frontend.process_samples(data[start : start + 2 * HOP_SAMPLES]).features
            if features:
                frames.append(features)
        scaled = np.array(frames, np.float64).reshape(-1, CHANNELS) * UNITS_PER_FEATURE
        return np.rint(scaled).astype(np.uint16)


def quantize(features: npt.NDArray[np.uint16]) -> npt.NDArray[np.int8]:
    """uint16 features -> the network's int8 input: 0..666 onto -128..127, clamped above (666 = 26.0 / (10/256))."""
    wide = (features.astype(np.int32) * np.int32(256) + np.int32(333)) // np.int32(666) - np.int32(128)
    return np.clip(wide, -128, 127).astype(np.int8)
