"""What stands in the place of a part that cannot be had, so that the rest of the program need not ask for it."""


class NoStorage:
    """In place of a flash that cannot be used: records wait in memory."""

    def read(self, name):
        return None

    def parts(self, name):
        return ()

    def write(self, name, data):
        raise OSError(5)

    def replace(self, name, pieces):
        raise OSError(5)

    def append(self, name, data, durable):
        raise OSError(5)

    def remove(self, name):
        raise OSError(5)


class NoWifi:
    """In place of a Wi-Fi that is not set up: it is never there."""

    flaps = 0
    state = "off"

    def keep(self, now_ms):
        return False

    def in_call(self, in_call):
        pass

    def rssi(self):
        return None
