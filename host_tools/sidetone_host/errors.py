"""The two ways a command of ours ends badly on the world's account (a bug is a traceback and neither of these)."""


class CannotDo(Exception):
    """The command could not do its work (exit code 2): one plain line that says what is wrong and what to do."""


class JudgedBad(Exception):
    """A check found the input bad (exit code 1): every fault at once, a line each."""
