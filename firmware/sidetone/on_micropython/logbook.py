"""What went wrong, kept on the flash: a bounded file of lines that `sidetone monitor` reads and a restart does not lose.

Two files, the present and the one before: together at most 2 * FILE_BYTES. A flash that cannot be written is no reason to fail: the line
is on the serial port all the same.
"""

import _thread
import io
import os
import sys

FILE_BYTES = 8192
LINE_CHARACTERS = 400
FILE, BEFORE = "log", "log.old"


class Logbook:
    """folder: where the files are; uptime_ms(): for the lines' heads; say(line): the serial port. `lost`: lines that could not be kept."""

    def __init__(self, folder, uptime_ms, say=print):
        self.lost = 0
        self._folder = folder
        self._uptime_ms = uptime_ms
        self._say = say
        self._recent = ""
        self._lock = _thread.allocate_lock()  # the network's thread has something to say, too

    def note(self, text):
        """One line, on the serial port and in the file. The same line again at once is only said."""
        self._say("sidetone: " + text)
        if text == self._recent:
            return
        self._recent = text
        self._keep(text)

    def trace(self, what, fault):
        """A task failed: its traceback on the serial port, in one line in the file."""
        out = io.StringIO()
        sys.print_exception(fault, out)
        lines = out.getvalue().strip().split("\n")
        for line in lines:
            self._say(line)
        # the exception first, then where: what is cut off is the outermost frames
        text = what + ": " + lines[-1]
        for line in lines[-2:0:-1]:
            text += " | " + line.strip()
        self._keep(text)
        self._recent = ""

    def _keep(self, text):
        line = "%d %s\n" % (self._uptime_ms() // 1000, text.replace("\n", " ")[:LINE_CHARACTERS])
        path = self._folder + "/" + FILE
        with self._lock:
            try:
                if _size(path) + len(line) > FILE_BYTES:
                    os.rename(path, self._folder + "/" + BEFORE)
                with open(path, "a") as file:
                    file.write(line)
            except OSError:
                self.lost += 1


def _size(path):
    try:
        return os.stat(path)[6]
    except OSError:
        return 0
