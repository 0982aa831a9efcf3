"""Where each tensor of a model lies: constants, resource variables, and one arena whose bytes are used again and again.

Tensors that only rename bytes (RESHAPE, a contiguous slice, what a CONCATENATION joins, a variable that is read before it is written)
share them.
"""

from sidetone.core.network.graph import INT8
from sidetone.on_micropython.tflite import kernels

FOREVER = 1 << 20
_ALIGN = 4


class Root:
    """Bytes that one or more tensors lie in. size: bytes; first, last: the operators that write and last read them."""

    def __init__(self, size, first):
        self.size = size
        self.first = first
        self.last = first
        self.buffer = None  # given for constants and variables, else set by `settle`
        self.at = 0
        self.whole = True  # may become a part of another root; a variable's value may not


class Memory:
    def __init__(self, tensors):
        self.tensors = tensors
        self.places = {}  # tensor -> (root, byte offset)
        self.roots = []
        self.arena_bytes = 0
        self._views = {}

    def new(self, tensor, when):
        """Bytes of its own for a tensor written by operator `when`."""
        root = Root(self.tensors[tensor].bytes, when)
        self.roots.append(root)
        self.places[tensor] = (root, 0)
        return root

    def share(self, tensor, other, offset):
        """The tensor is the bytes of another one from `offset` on."""
        root, at = self.places[other]
        self.places[tensor] = (root, at + offset)

    def become_part(self, tensor, other, offset):
        """Put the whole of a tensor's bytes into another's, from `offset` on, if nothing speaks against it: then they are written there."""
        if tensor not in self.places:
            return
        root, at = self.places[tensor]
        into, start = self.places[other]
        if at or root is into or root.buffer is not None or not root.whole or root.size != self.tensors[tensor].bytes:
            return
        self.roots.remove(root)
        for name in self.places:
            place = self.places[name]
            if place[0] is root:
                self.places[name] = (into, start + offset + place[1])
        into.first = min(into.first, root.first)
        into.last = max(into.last, root.last)

    def read(self, tensor, when):
        """Operator `when` reads the tensor: constants are taken in here, others live at least until then."""
        if tensor not in self.places:
            root = Root(self.tensors[tensor].bytes, when)
            root.buffer = stored(self.tensors[tensor])
            self.places[tensor] = (root, 0)
        root = self.places[tensor][0]
        if root.last < when:
            root.last = when

    def settle(self):
        """Give every root its bytes: the largest first, each at the lowest place that is free while it lives."""
        settled = []
        for root in sorted([root for root in self.roots if root.buffer is None], key=lambda root: -root.size):
            at = 0
            for other in sorted(settled, key=lambda other: other.at):
                if other.last < root.first or root.last < other.first:
                    continue
                if at + root.size <= other.at:
                    break
                at = max(at, (other.at + other.size + _ALIGN - 1) & -_ALIGN)
            root.at = at
            settled.append(root)
            self.arena_bytes = max(self.arena_bytes, at + root.size)
        arena = memoryview(bytearray(self.arena_bytes))
        for root in settled:
            root.buffer = arena[root.at : root.at + root.size]

    def view(self, tensor):
        """The bytes of a tensor, after `settle`."""
        if tensor not in self._views:
            root, at = self.places[tensor]
            self._views[tensor] = memoryview(root.buffer)[at : at + self.tensors[tensor].bytes]
        return self._views[tensor]


def stored(tensor):
    """A constant's bytes as they are kept: int8 as q + 128, everything else as it is."""
    data = bytearray(tensor.data)
    if tensor.type == INT8:
        kernels.flip(data, data, 0, len(data))
    return data
