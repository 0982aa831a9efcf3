"""Front end and network of one channel, block by block: the twin of on_micropython/words.py."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from sidetone.on_cpython.frontend import FrontEnd, quantize
from sidetone.on_cpython.inference import StreamingModel

HOP_SAMPLES = 160


class Words:
    """`begin` takes a block; `hop` says for each of its hops, in order, whether it completes a network step; `answer` is that step's logits.

    ahead: the network never sleeps, so a block's steps are run in a row: a quarter faster than between other work.
    """

    def __init__(self, front_end: FrontEnd, network: StreamingModel, stride_hops: int, ahead: bool) -> None:
        self._front_end = front_end
        self._network = network
        self._stride_hops = stride_hops
        self._ahead = ahead
        self._frames: list[npt.NDArray[np.int8]] = []  # of the step being filled
        self._steps: dict[int, Any] = {}  # hop that completes it -> frames, or the logits

    def begin(self, samples: npt.NDArray[np.int16]) -> None:
        frames = quantize(self._front_end.block(samples))
        hop = len(samples) // HOP_SAMPLES - len(frames)  # a call's first two hops complete no frame
        steps: dict[int, Any] = {}
        for frame in frames:
            self._frames.append(frame)
            if len(self._frames) == self._stride_hops:
                steps[hop] = self._network.step(self._frames) if self._ahead else self._frames
                self._frames = []
            hop += 1
        self._steps = steps

    def hop(self, hop: int) -> bool:
        return hop in self._steps

    def answer(self, hop: int) -> Sequence[int]:
        """The logits of the step that this hop completed."""
        step = self._steps[hop]
        return step if self._ahead else self._network.step(step)  # type: ignore[no-any-return]

    def wake(self) -> None:
        """After a sleep the network knows nothing of what it missed."""
        self._network.reset()

    def reset(self) -> None:
        """Before another call."""
        self._front_end.reset()
        self._network.reset()
        self._frames = []
        self._steps = {}
