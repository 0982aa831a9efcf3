"""The parts of MicroPython's esp32 that Sidetone uses: the chip's thermometer and its non-volatile storage (a JSON file of hex texts)."""

import binascii
import json

from fakeboard import settings


def mcu_temperature():
    return settings.get("temperature_c", 41)


class NVS:
    def __init__(self, namespace):
        self._namespace = namespace
        self._path = settings.get("nvs")
        try:
            with open(self._path) as file:
                self._all = json.load(file)
        except (OSError, TypeError):
            self._all = {}
        self._rows = self._all.setdefault(namespace, {})

    def _get(self, key):
        if key not in self._rows:
            raise OSError(-0x1102, "ESP_ERR_NVS_NOT_FOUND")
        return self._rows[key]

    def get_blob(self, key, buffer):
        data = binascii.unhexlify(self._get(key))
        if len(data) > len(buffer):
            raise OSError(-0x110C, "ESP_ERR_NVS_INVALID_LENGTH")
        buffer[: len(data)] = data
        return len(data)

    def set_blob(self, key, value):
        self._rows[key] = str(binascii.hexlify(value), "ascii")

    def get_i32(self, key):
        return int(self._get(key))

    def set_i32(self, key, value):
        self._rows[key] = value

    def erase_key(self, key):
        self._get(key)
        del self._rows[key]

    def commit(self):
        if self._path:
            with open(self._path, "w") as file:
                json.dump(self._all, file)
