"""Processes beside this one, for work that can be cut into pieces."""

import concurrent.futures
import multiprocessing
import os
import threading


def pool(count=None):
    """-> an executor of `count` new processes (None: one for each processor) that end with this one, even where it is killed."""
    return concurrent.futures.ProcessPoolExecutor(count or os.cpu_count(), multiprocessing.get_context("spawn"), _end_with_parent)


def _end_with_parent():
    def wait():
        multiprocessing.parent_process().join()
        os._exit(1)

    threading.Thread(target=wait, daemon=True).start()
