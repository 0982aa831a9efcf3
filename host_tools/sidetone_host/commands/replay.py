"""`sidetone replay`: recorded calls through the device's own code, and what it heard, judged and would have lit."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sidetone_host import calibration
from sidetone_host.errors import CannotDo
from sidetone_host.wording import HelpAsWritten, notice

if TYPE_CHECKING:
    from sidetone_host.call_state import CallState
    from sidetone_host.decode import Recording
    from sidetone_host.released import Released

MEASURE = "measure"  # kind of the lines that only a plot is made of
Line = tuple[int, str, list[tuple[str, Any]]]


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser(
        "replay",
        help="play recordings through the device's code",
        description="Play recordings through the device's own code and print what it heard and judged, one call a file.",
        epilog="example:\n  sidetone replay call.wav --json --start 2026-11-21T09:30:00 | jq 'select(.kind==\"finding\")'",
        formatter_class=HelpAsWritten,
    )
    parser.add_argument("files", metavar="FILE", nargs="+", type=Path, help="WAV or FLAC, any common rate; mono: agent, stereo: agent left")
    parser.add_argument("--customer", choices=("left", "right", "none"), help="the customer's side of a stereo file (default right)")
    parser.add_argument("--profile", type=Path, help="a profile's TOML file (default: your own site profile if you have one, else default-zh)")
    parser.add_argument("--runtime", choices=("cpython", "micropython"), default="cpython", help="which runtime plays it (default cpython)")
    calibration.add_options(parser)
    parser.add_argument(
        "--start", type=_local_time, metavar="ISO8601", help="the clock at the start; without it clock rules are not judged"
    )
    parser.add_argument("--direction", choices=("in", "out"), default="in", help="inbound or outbound call (default in)")
    parser.add_argument("--events", type=Path, metavar="FILE", help='call states, JSON Lines such as {"t_ms":0,"phase":"ringing"}')
    parser.add_argument("--realtime", action="store_true", help="play at the speed of sound, not of the processor")
    parser.add_argument("--json", action="store_true", help="JSON Lines only on standard output")
    parser.add_argument("--plot", type=Path, metavar="PNG", help="draw level, rate, phrases, findings and lamps over time (one FILE)")
    parser.set_defaults(run=run)


def _local_time(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a time such as 2026-11-21T09:30:00") from None


def run(args: argparse.Namespace) -> int:
    from sidetone_host import call_state, decode, plot, profile, released

    if args.plot:
        if len(args.files) != 1:
            raise CannotDo("--plot draws one call: give one FILE")
        plot.check(args.plot)
    settings = profile.load_or_own(args.profile)
    network, note = released.for_calls(settings.get("language"))
    if note:
        notice("sidetone replay", note)
    states = call_state.read(args.events) if args.events else []
    play = _player(args.runtime)
    for path in args.files:
        recording = decode.open_audio(path, customer=args.customer)
        if recording.warning:
            notice("sidetone replay", recording.warning)
        lines: list[Line] = []
        for line in play(recording, settings, network, states, args):
            if line[1] != MEASURE:
                _print(line, as_json=args.json)
            if args.plot:
                lines.append(line)
        if args.plot:
            plot.draw_call(lines, args.plot, title=path.name)
    return 0


def _player(runtime: str) -> Callable[..., Iterator[Line]]:
    if runtime == "micropython":
        return play_on_micropython
    return play_on_cpython


def play_on_cpython(
    recording: Recording, settings: Any, network: Released, states: list[CallState], args: argparse.Namespace
) -> Iterator[Line]:
    """Yield (t_ms, kind, rows) of one recording, played through the device's listener on this Python."""
    from sidetone import app
    from sidetone.on_cpython import audio, hearing

    heard: list[Line] = []
    listener = app.build_listener(
        hearing,
        network,
        settings,
        app.Calibration(*calibration.of(args, settings)),
        app.CallSetup(len(recording.channels) > 1, args.direction, _wall_seconds(args.start)),
        lambda t_ms, kind, rows: heard.append((t_ms, kind, rows)),
    )
    for state in states:
        listener.call_state(*state)
    for block in audio.WavSource(recording, realtime=args.realtime):
        listener.feed(block)
        if args.plot:
            heard.append((listener.t_ms, MEASURE, listener.conduct.measures(listener.t_ms)))
        yield from heard
        heard.clear()
    listener.finish()
    yield from heard


def play_on_micropython(
    recording: Recording, settings: Any, network: Released, states: list[CallState], args: argparse.Namespace
) -> Iterator[Line]:
    """The same, played by the device's code on a MicroPython of this machine."""
    from sidetone.on_cpython import audio
    from sidetone_host import micropython

    baseline_q8, rate_scale_pm, cutoffs_q8 = calibration.of(args, settings)
    request = {
        "profile": settings.differences(),
        "baseline_q8": baseline_q8,
        "rate_scale_pm": rate_scale_pm,
        "cutoffs_q8": cutoffs_q8,
        "has_customer": len(recording.channels) > 1,
        "direction": args.direction,
        "start_s": _wall_seconds(args.start),
        "states": [list(state) for state in states],
        "manifest": network.manifest,
        "measures": bool(args.plot),
    }
    return micropython.replay(request, network.model, audio.WavSource(recording, realtime=args.realtime))


def _wall_seconds(start: datetime | None) -> int | None:
    """Seconds of the wall clock since 1970 as the agent's clock shows them (a time zone in the text is dropped: rules ask the local hour)."""
    return None if start is None else int(start.replace(tzinfo=UTC).timestamp())


def _print(line: Line, as_json: bool) -> None:
    from sidetone.core.telemetry import messages

    t_ms, kind, rows = line
    if as_json:
        print(messages.encode([("kind", kind), ("t_ms", t_ms), *rows]))
    elif kind == "summary":
        print(f"{t_ms / 1000:8.2f} s  summary")
        for key, value in rows:
            print(f"            {key:24} {messages.text(value)}")
    else:
        print(f"{t_ms / 1000:8.2f} s  {kind:8} " + "  ".join(f"{key}={messages.text(value)}" for key, value in rows))
