"""The ingest and the store without the page, as a process: SIDETONE_MQTT, SIDETONE_DB; stops on SIGTERM."""

import os
import signal
import sys
import threading

from sidetone_host.dashboard.store import Store
from sidetone_host.ingest import Ingest

stop = threading.Event()
signal.signal(signal.SIGTERM, lambda number, frame: stop.set())
store = Store()
ingest = Ingest(os.environ["SIDETONE_MQTT"], store, notice=lambda line: print(line, flush=True))
ingest.start()
stop.wait()
ingest.stop()
store.close()
print(ingest.metrics(), flush=True)
sys.exit(0)
