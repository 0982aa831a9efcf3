"""One call as a picture: level and rate over time, phrases, findings and the four lamps (`sidetone replay --plot`)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sidetone.core.lamps.panel import LAMPS
from sidetone_host.errors import CannotDo

LAMP_COLOURS = {"off": "#e8e8e8", "green": "#3c9d5d", "amber": "#e0a020", "red": "#c8352b"}
LAMP_HATCHES = {"off": "", "green": "", "amber": "//", "red": "xx"}  # told apart without colour
Line = tuple[int, str, list[tuple[str, Any]]]


def check(path: Path) -> None:
    """CannotDo, one line, where no picture can be written at `path`: said before a whole call is played for it."""
    if path.is_dir():
        raise CannotDo(f"cannot write the plot {path}: it is a folder")
    if not path.parent.is_dir():
        raise CannotDo(f"cannot write the plot {path}: there is no folder {path.parent}")


def draw_call(lines: list[Line], path: Path, title: str) -> None:
    """Draw a replay's lines (with its `measure` lines: level_dbfs, rate_per_min) to a PNG. CannotDo when it cannot be written."""
    try:
        import matplotlib
    except ImportError:
        raise CannotDo("plots need the package matplotlib; install sidetone-headset[plot]") from None
    matplotlib.use("Agg")
    from matplotlib import pyplot

    end_s = max((t_ms for t_ms, _, _ in lines), default=0) / 1000
    figure, (level, rate, words, lamps) = pyplot.subplots(
        4, 1, sharex=True, figsize=(12, 8), height_ratios=[3, 3, 2, 2], constrained_layout=True
    )
    _curve(level, lines, "level_dbfs", "level\ndBFS")
    _curve(rate, lines, "rate_per_min", "rate\nsyllables/min")
    _marks(words, lines)
    _lamps(lamps, lines, end_s)
    lamps.set_xlim(0, max(end_s, 1))
    lamps.set_xlabel("seconds from the start of the call")
    figure.suptitle(title.encode(errors="backslashreplace").decode())  # a file name need not be UTF-8
    try:
        figure.savefig(path, dpi=110, format=path.suffix[1:] or "png")
    except (OSError, ValueError) as fault:
        raise CannotDo(f"cannot write the plot {path}: {getattr(fault, 'strerror', None) or fault}") from fault
    finally:
        pyplot.close(figure)


def _number(value: Any) -> float:
    return float("nan") if value is None else value.scaled / 10**value.places if hasattr(value, "scaled") else float(value)


def _curve(axes: Any, lines: list[Line], key: str, label: str) -> None:
    points = [(t_ms / 1000, _number(dict(rows)[key])) for t_ms, kind, rows in lines if kind == "measure"]
    axes.plot([t for t, _ in points], [value for _, value in points], color="#30506e", linewidth=1.2)
    axes.set_ylabel(label)
    axes.grid(alpha=0.3)


def _marks(axes: Any, lines: list[Line]) -> None:
    """Phrases on the lower rows by channel, findings on the upper: on and off joined by a bar."""
    open_findings: dict[str, float] = {}
    for t_ms, kind, rows in lines:
        at, values = t_ms / 1000, dict(rows)
        if kind == "phrase":
            row = 0 if values["channel"] == "agent" else 1
            axes.plot([at], [row], marker="|", color="#30506e")
            axes.annotate(values["label"], (at, row), rotation=35, fontsize=7)
        elif kind == "finding" and values["state"] == "on":
            open_findings[values["rule"]] = at
        elif kind == "finding":
            began = open_findings.pop(values["rule"], at)
            axes.plot([began, at], [2, 2], linewidth=4, solid_capstyle="butt", color="#c8352b", marker="|")
            axes.annotate(values["rule"], (began, 2.1), rotation=35, fontsize=7)
    axes.set_yticks([0, 1, 2], ["agent's phrases", "customer's phrases", "findings"])
    axes.set_ylim(-0.5, 3.2)


def _lamps(axes: Any, lines: list[Line], end_s: float) -> None:
    for row, lamp in enumerate(LAMPS):
        changes = [(t_ms / 1000, dict(rows)["colour"]) for t_ms, kind, rows in lines if kind == "lamp" and dict(rows)["lamp"] == lamp]
        changes = [(0.0, "off"), *changes]
        for (at, colour), (until, _) in zip(changes, [*changes[1:], (end_s, "off")], strict=True):
            axes.broken_barh(
                [(at, until - at)], (row - 0.35, 0.7), facecolors=LAMP_COLOURS[colour], hatch=LAMP_HATCHES[colour], edgecolor="white"
            )
    axes.set_yticks(range(len(LAMPS)), LAMPS)
