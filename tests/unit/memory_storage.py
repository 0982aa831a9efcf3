"""A storage in memory for the outbox's tests: it can be full, cut anywhere, and die in the middle of a write."""


class PowerCut(Exception):
    """The device died in this write."""


class MemoryStorage:
    """files: name -> bytes. room: how many bytes may still be appended or written before the disk is full (None: endless).

    die_after: number of writes (of any kind) that still happen whole; the next one happens to `torn` of its bytes, then PowerCut.
    """

    def __init__(self, files=()):
        self.files = dict(files)
        self.room = None
        self.die_after = None
        self.torn = 0
        self.writes = 0
        self.durable = []  # of each append: whether it was to be on the disk

    def read(self, name):
        return self.files.get(name)

    def parts(self, name):
        data = self.files.get(name, b"")
        for start in range(0, len(data), 100):
            yield data[start : start + 100]

    def write(self, name, data):
        self._spend(len(data))
        if self._dies():
            raise PowerCut  # a replaced file is the old one or the new one, never a torn one
        self.files[name] = bytes(data)

    def replace(self, name, pieces):
        self.write(name, b"".join(pieces))

    def append(self, name, data, durable):
        self.durable.append(durable)
        old = self.files.get(name, b"")
        if self.room is not None and len(data) > self.room:
            self.files[name] = old + bytes(data[: self.room])  # an adapter that could not take the half line back
            self.room = 0
            raise OSError(28)
        self._spend(len(data))
        if self._dies():
            self.files[name] = old + bytes(data[: self.torn])
            raise PowerCut
        self.files[name] = old + bytes(data)

    def remove(self, name):
        if self._dies():
            raise PowerCut
        if name in self.files:
            del self.files[name]

    def _spend(self, count):
        if self.room is not None:
            if count > self.room:
                raise OSError(28)
            self.room -= count

    def _dies(self):
        self.writes += 1
        if self.die_after is None:
            return False
        self.die_after -= 1
        return self.die_after < 0
