"""The agent's calibration on the command line: the same two options, bounds and units for every command that judges."""

from __future__ import annotations

import argparse
from collections.abc import Callable

BASELINE_DBFS_DEFAULT = -26.0  # the level telephony aligns to, as sidetone.app.BASELINE_DBFS_Q8


def add_options(parser: argparse.ArgumentParser) -> None:
    """--baseline-dbfs (-60 to 0) and --rate-scale (0.25 to 4); anything else, nan too, is one line and exit code 2."""
    parser.add_argument("--baseline-dbfs", type=_bounded(-60.0, 0.0), default=BASELINE_DBFS_DEFAULT, metavar="N",
                        help="the agent's comfortable active speech level, -60 to 0 dBFS (default -26)")  # fmt: skip
    parser.add_argument("--rate-scale", type=_bounded(0.25, 4.0), default=1.0, metavar="X",
                        help="the agent's syllable scale from calibration, 0.25 to 4 (default 1.0)")  # fmt: skip


def of(args: argparse.Namespace) -> tuple[int, int]:
    """(baseline in dBFS Q8, rate scale in per mille), as sidetone.app.Calibration takes them."""
    return round(args.baseline_dbfs * 256), round(args.rate_scale * 1000)


def _bounded(low: float, high: float) -> Callable[[str], float]:
    def number(text: str) -> float:
        value = float(text)
        if not low <= value <= high:
            raise argparse.ArgumentTypeError(f"{text} is outside {low:g} to {high:g}")
        return value

    return number
