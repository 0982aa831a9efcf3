"""Processes beside this one, for work that can be cut into pieces."""

import concurrent.futures
import contextlib
import multiprocessing
import os
import signal
import threading


@contextlib.contextmanager
def pool(count=None):
    """An executor of `count` new processes (None: one for each processor) that end with this one, even where it is killed, and at once where the
    block is left, whatever they are at."""
    executor = concurrent.futures.ProcessPoolExecutor(count or os.cpu_count(), multiprocessing.get_context("spawn"), _end_with_parent)
    try:
        yield executor
    finally:
        executor.shutdown(wait=False, cancel_futures=True)
        for process in multiprocessing.active_children():
            process.terminate()
        executor.shutdown()


def _end_with_parent():
    def wait():
        multiprocessing.parent_process().join()
        os._exit(1)

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent to tell of
    threading.Thread(target=wait, daemon=True).start()
