"""Connects to a broker again and again, and says what is left of it: memory in use and open files, in the beginning and at the end.

    micropython tests/faults/reconnects_micropython.py SETTINGS.json TIMES

Prints "BYTES FILES BYTES FILES CONNECTED". SETTINGS as for desk_micropython.py.
"""

import gc
import json
import os
import sys
import time

import umqtt.simple as simple

from sidetone.on_micropython.broker_address import BrokerAddress, Sockets, Wire
from sidetone.on_micropython.conversation import Client

WARM_UP = 5  # what is made once is made by then


def main(settings, times):
    with open(settings["ca"], "rb") as file:
        address = BrokerAddress(settings["url"], ca=file.read())
    simple.socket = sockets = Sockets()
    said = []
    connected = 0
    for number in range(WARM_UP + times):
        wire = sockets.wire = Wire(address, time.ticks_ms, lambda: True)
        try:
            Client("again", "h", 1, settings["user"].encode(), settings["password"].encode(), 15).connect()
            connected += 1
        except (OSError, ValueError) as error:
            fault = error
        wire.drop()
        if number in (WARM_UP, WARM_UP + times - 1):
            gc.collect()
            said += [gc.mem_alloc(), len(os.listdir("/proc/self/fd"))]
    print(*said, connected)
    if not connected:
        print(fault)


with open(sys.argv[1]) as file:
    SETTINGS = json.load(file)
main(SETTINGS, int(sys.argv[2]))
