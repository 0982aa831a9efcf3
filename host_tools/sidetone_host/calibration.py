"""The agent's calibration: the same options, bounds and units for every command that judges, and the file that enrolment writes.

    language = "zh"              # of the network that it was made with; a file without it fits calls in any
    baseline_dbfs = -24.3        # comfortable active speech level
    rate_scale = 1.08            # syllables said to counted
    [cutoffs]                    # natural-log units; labels that keep the network's own are not listed
    greeting = -0.35
"""

from __future__ import annotations

import argparse
import difflib
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sidetone.core.etiquette.labels import LABELS
from sidetone_host import folders
from sidetone_host.errors import CannotDo

if TYPE_CHECKING:
    from sidetone.core.etiquette.profile import Profile

BASELINE_DBFS_DEFAULT = -26.0  # the level telephony aligns to, as sidetone.app.BASELINE_DBFS_Q8
BASELINE_BOUNDS = (-60.0, 0.0)
SCALE_BOUNDS = (0.25, 4.0)
CUTOFF_BOUNDS = (-4.0, 0.0)
Cutoffs = list[tuple[str, int]]


def add_options(parser: argparse.ArgumentParser) -> None:
    """--baseline-dbfs (-60 to 0), --rate-scale (0.25 to 4) and --calibration FILE; anything else, nan too, is one line and exit code 2."""
    parser.add_argument("--baseline-dbfs", type=_bounded(*BASELINE_BOUNDS), metavar="N",
                        help="the agent's comfortable active speech level, -60 to 0 dBFS (default -26)")  # fmt: skip
    parser.add_argument("--rate-scale", type=_bounded(*SCALE_BOUNDS), metavar="X",
                        help="the agent's syllable scale from calibration, 0.25 to 4 (default 1.0)")  # fmt: skip
    parser.add_argument("--calibration", type=Path, metavar="FILE",
                        help="the agent's calibration as `sidetone phrases enrol` wrote it; the two options above go before it")  # fmt: skip


def of(args: argparse.Namespace, settings: Profile) -> tuple[int, int, Cutoffs]:
    """(baseline in dBFS Q8, rate scale in per mille, (label, cutoff in Q8) of each personal cutoff) for calls under this profile, as
    sidetone.app.Calibration takes them."""
    voice = known(args.calibration, args.baseline_dbfs, args.rate_scale, settings)
    return voice["baseline_q8"], voice["rate_scale_pm"], voice["cutoffs_q8"]


def known(path: Path | None, baseline_dbfs: float | None, rate_scale: float | None, settings: Profile | None) -> dict[str, Any]:
    """What `read` gives of that file, or the defaults; the two values go before the file's."""
    voice: dict[str, Any] = {"baseline_q8": round(BASELINE_DBFS_DEFAULT * 256), "rate_scale_pm": 1000, "cutoffs_q8": []}
    if path is not None:
        voice = read(path, settings)
    if baseline_dbfs is not None:
        voice["baseline_q8"] = round(baseline_dbfs * 256)
    if rate_scale is not None:
        voice["rate_scale_pm"] = round(rate_scale * 1000)
    return voice


def read(path: Path, settings: Profile | None) -> dict[str, Any]:
    """A calibration's file -> what config.json carries: baseline_q8, rate_scale_pm, cutoffs_q8. CannotDo, one line, where it is not one, or not one
    for calls under this profile (None: where that is not known, it is not asked)."""
    try:
        table = tomllib.loads(path.read_text("utf-8-sig"))
    except OSError as fault:
        raise CannotDo(f"cannot read the calibration {path}: {fault.strerror}") from fault
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
        raise CannotDo(f"the calibration {path} is not TOML: {fault}") from fault
    if not table:
        raise CannotDo(f"the calibration {path} says nothing; `sidetone phrases enrol` writes one")
    cutoffs = table.pop("cutoffs", {})
    unknown = [key for key in table if key not in ("language", "baseline_dbfs", "rate_scale", "note")]
    if unknown or not isinstance(cutoffs, dict):
        raise CannotDo(f"{path}: {unknown[0] if unknown else 'cutoffs'} is not known in a calibration")
    if settings is not None:
        _fits(path, table.get("language"), cutoffs, settings)
    baseline = _number(path, "baseline_dbfs", table.get("baseline_dbfs", BASELINE_DBFS_DEFAULT), BASELINE_BOUNDS)
    scale = _number(path, "rate_scale", table.get("rate_scale", 1.0), SCALE_BOUNDS)
    personal = [(label, round(_number(path, f"cutoffs.{label}", value, CUTOFF_BOUNDS) * 256)) for label, value in cutoffs.items()]
    return {"baseline_q8": round(baseline * 256), "rate_scale_pm": round(scale * 1000), "cutoffs_q8": personal}


def _fits(path: Path, language: str | None, cutoffs: dict[str, Any], settings: Profile) -> None:
    calls = settings.get("language")
    if language not in (None, calls):
        raise CannotDo(f"the calibration {path} was made for calls in `{language}`; these are in `{calls}`: enrol the agent in that language")
    labels = [row[0] for row in (*LABELS, *settings.get("phrases"))]
    for label in cutoffs:
        if label not in labels:
            near = difflib.get_close_matches(label, labels, 1, 0.6)
            raise CannotDo(f"{path}: cutoffs.{label}: the profile hears no such phrase{f'; did you mean {near[0]}?' if near else ''}")


def write(path: Path, language: str, baseline_q8: int, rate_scale_pm: int, cutoffs_q8: Cutoffs) -> None:
    """Write a calibration's file, whole or not at all."""
    lines = [
        "# One agent's calibration, made by `sidetone phrases enrol` with the network of that day: enrol again after a new one.",
        f'language = "{language}"',
        f"baseline_dbfs = {baseline_q8 / 256:.2f}",
        f"rate_scale = {rate_scale_pm / 1000:.3f}",
    ]
    if cutoffs_q8:
        lines += ["", "[cutoffs]", *[f"{label} = {cutoff / 256:.4f}" for label, cutoff in cutoffs_q8]]
    folders.replace(path, ("\n".join(lines) + "\n").encode())


def _number(path: Path, key: str, value: Any, bounds: tuple[float, float]) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not bounds[0] <= value <= bounds[1]:
        raise CannotDo(f"{path}: {key} must be {bounds[0]:g} to {bounds[1]:g}")
    return float(value)


def _bounded(low: float, high: float) -> Callable[[str], float]:
    def number(text: str) -> float:
        value = float(text)
        if not low <= value <= high:
            raise argparse.ArgumentTypeError(f"{text} is outside {low:g} to {high:g}")
        return value

    return number
