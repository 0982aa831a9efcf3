"""Front end and network of one channel, hop by hop: the twin of on_cpython/words.py. Nothing is allocated while it hears."""

from array import array

from sidetone.on_micropython.frontend import CHANNELS, HOP_SAMPLES
from sidetone.on_micropython.viper import mel


class Words:
    """`begin` takes a block; `hop` says for each of its hops, in order, whether it completes a network step; `answer` is that step's logits.

    ahead: of no use here, where nothing is gained by running steps in a row.
    """

    def __init__(self, front_end, network, stride_hops, ahead):
        self._front_end = front_end
        self._network = network
        self._stride_hops = stride_hops
        self._frame = array("H", bytes(2 * CHANNELS))
        self._step = bytearray(stride_hops * CHANNELS)
        self._rows = [memoryview(self._step)[first : first + CHANNELS] for first in range(0, len(self._step), CHANNELS)]
        self._filled = 0
        self._samples = None

    def begin(self, samples):
        self._samples = samples

    def hop(self, hop):
        if not self._front_end.hop(self._samples, hop * HOP_SAMPLES, self._frame):
            return False
        filled = self._filled
        mel.quantize_frame(self._frame, self._rows[filled], CHANNELS)
        filled += 1
        if filled < self._stride_hops:
            self._filled = filled
            return False
        self._filled = 0
        return True

    def answer(self, hop):
        """The logits of the step that this hop completed: one array, overwritten by the next step."""
        return self._network.step_bytes(self._step)

    def wake(self):
        """After a sleep the network knows nothing of what it missed."""
        self._network.reset()

    def reset(self):
        """Before another call."""
        self._front_end.reset()
        self._network.reset()
        self._filled = 0
