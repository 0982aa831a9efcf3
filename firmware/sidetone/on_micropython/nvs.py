"""The secrets of this device: what `sidetone provision` wrote into the chip's own store (NVS), outside every file system and update."""

NAMESPACE = "sidetone"
BLOB_MAX = 4000  # bytes: the most that one entry of NVS holds
NOT_FOUND = -0x1102  # ESP_ERR_NVS_NOT_FOUND


class SecretError(Exception):
    """The store cannot be read; one line."""


class Secrets:
    """get(name) -> bytes; text(name) -> str; None where nothing was provisioned. nvs: esp32.NVS, an argument for the tests.

    Names: wifi_ssid, wifi_key, mqtt_user, mqtt_pass, client_key (DER), update_pub.
    """

    def __init__(self, nvs=None):
        if nvs is None:
            from esp32 import NVS as nvs
        try:
            self._store = nvs(NAMESPACE)
        except OSError as error:
            raise SecretError("the chip's store of secrets cannot be opened (" + str(error) + "): provision this device") from None

    def get(self, name):
        buffer = bytearray(BLOB_MAX)
        try:
            count = self._store.get_blob(name, buffer)
        except OSError as error:
            if error.args and error.args[0] == NOT_FOUND:
                return None
            raise SecretError("the secret " + name + " cannot be read (" + str(error) + "): provision this device") from None
        return bytes(memoryview(buffer)[:count])

    def text(self, name):
        value = self.get(name)
        try:
            return None if value is None else value.decode()
        except ValueError:  # UnicodeError is one
            raise SecretError("the secret " + name + " is no text: provision this device") from None
