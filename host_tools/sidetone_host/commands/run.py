"""`sidetone run`: the device itself on this computer: live sound or a played call, lamps, and the link to the broker."""

from __future__ import annotations

import argparse
import calendar
import functools
import random
import signal
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sidetone_host import calibration
from sidetone_host.errors import CannotDo
from sidetone_host.wording import HelpAsWritten, notice

if TYPE_CHECKING:
    from sidetone.app import Device

EXIT_DONE = 0


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser(
        "run",
        help="run the device on live sound or on a recorded call",
        description="Run the device on this computer: live sound (or a recording played as if it were live), lamps, and numbers over MQTT.",
        epilog="example:\n  sidetone run --board rpi-usb --mqtt mqtt://127.0.0.1:1883 --site hall1 --device seat07",
        formatter_class=HelpAsWritten,
    )
    parser.add_argument("--board", default="desktop", help="a board of boards/, or a .toml file (default desktop)")
    parser.add_argument("--source", default="live", metavar="live|FILE", help="live sound, or a recording that is played call after call")
    parser.add_argument(
        "--calls", type=int, default=0, metavar="N", help="with a FILE: end after N calls, counted in --data (default: go on)"
    )
    parser.add_argument("--fast", action="store_true", help="with a FILE: as fast as the processor can instead of in real time")
    parser.add_argument("--seconds", type=float, metavar="S", help="with a FILE: play only its first S seconds")
    parser.add_argument("--profile", type=Path, help="a profile's TOML file (default: your own site profile if you have one, else default-zh)")
    calibration.add_options(parser)
    parser.add_argument(
        "--mqtt", metavar="URL", help="the broker, mqtt:// or mqtts:// (default: SIDETONE_MQTT, else this machine's `sidetone broker`)"
    )
    parser.add_argument("--site", default="site", help="the site's name in the topics (default site)")
    parser.add_argument("--device", default="desk", help="this device's name in the topics (default desk)")
    parser.add_argument("--data", type=Path, metavar="DIR", help="where records wait for the store (default: the user's data folder)")
    parser.add_argument("--lamps", choices=("board", "terminal", "none"), default="board", help="which lamps (default: the board's)")
    parser.add_argument("--practice", action="store_true", help="lamps only: nothing of any call is published (the command `practice` ends it)")
    parser.add_argument("--learn", action="store_true", help="with a FILE: learn the agent's usual voice from it, as from live sound")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    from sidetone.core.telemetry.topics import TopicError
    from sidetone.on_cpython.audio import SoundUnavailable
    from sidetone.on_cpython.board import BoardError
    from sidetone.on_cpython.broker_address import BrokerAddressError
    from sidetone.on_cpython.inputs import InputsUnavailable
    from sidetone.on_cpython.lamps import LampsUnavailable
    from sidetone.on_cpython.storage import StorageError

    if args.seconds is not None and not 0.1 <= args.seconds <= 86400.0:
        raise CannotDo("--seconds must be 0.1 to 86400")
    # a supervisor or systemd stops the device with SIGTERM: it ends like Ctrl-C, the record saved and the lamps dark
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        return _run(args)
    except (SoundUnavailable, BoardError, InputsUnavailable, LampsUnavailable, BrokerAddressError, StorageError, TopicError) as fault:
        raise CannotDo(str(fault)) from None


_notice = functools.partial(notice, "sidetone run")


def _run(args: argparse.Namespace) -> int:
    from sidetone import app
    from sidetone.agent import Agent
    from sidetone.on_cpython import board as boards
    from sidetone.on_cpython import hearing
    from sidetone.on_cpython.clock import Clock
    from sidetone_host import profile, released

    board = boards.load(args.board)
    if board.runtime != "cpython":
        ours = [name for name in boards.names() if boards.load(name).runtime == "cpython"]
        raise CannotDo(f"the board {board.name} runs MicroPython, not this computer's Python; choose one of {', '.join(ours)}")
    settings = {"now": profile.load_or_own(args.profile)}
    network, note = released.for_calls(settings["now"].get("language"))
    if note:
        _notice(note)
    source, channels = _source(args, board)
    clock = Clock()
    voice = app.Calibration(*calibration.of(args, settings["now"]))
    link, outbox, storage = _link(args, board, clock, source, network.manifest)
    lamps = _lamps(args.lamps, board, settings["now"])
    inputs = _inputs(board, args.lamps)
    # a recording is nobody's shift: what it would teach must not become the measure of the next live call
    agent = Agent(voice, settings["now"], storage, clock.uptime_ms) if args.source == "live" or args.learn else None

    def hear(emit: Any) -> Any:
        call = app.CallSetup(channels > 1, "in", _wall_seconds(clock.epoch_s()), inputs.has_help)
        network, _ = released.for_calls(settings["now"].get("language"))  # a `profile` command may change it
        return app.build_listener(hearing, network, settings["now"], agent.voice() if agent else voice, call, emit)

    def new_profile(name: str, values: dict[str, Any]) -> None:
        made = profile.from_command(name, values)
        try:
            calibration.of(args, made)
        except CannotDo as fault:
            raise ValueError(str(fault)) from None
        settings["now"] = made

    device = app.Device(hear, lamps, link, clock.uptime_ms, new_profile, agent, inputs)
    device.practice = args.practice
    link.start()
    try:
        if args.source == "live":
            _live(device, source, app.Standby(hearing, voice, channels))
        else:
            _play(device, source, lambda played: 0 < args.calls <= (played if args.practice else outbox.calls_begun))
    finally:
        source.close()
        lamps.close()
        inputs.close()
        if not link.stop() and outbox.pending():
            _notice(f"{len(outbox.pending())} records wait in {storage.folder} until the store takes them at the next start")
        storage.close()
    return EXIT_DONE


def _wall_seconds(epoch_s: int | None) -> int | None:
    """The time on the agent's own wall clock, as seconds since 1970; None while it is unknown."""
    return None if epoch_s is None else calendar.timegm(time.localtime(epoch_s))


def _source(args: argparse.Namespace, board: Any) -> tuple[Any, int]:
    """What gives the blocks, and how many channels it has."""
    from sidetone.on_cpython.audio import HOP_SAMPLES, LiveSource, WavSource
    from sidetone_host import decode

    if args.source != "live":
        recording = decode.open_audio(Path(args.source))
        if recording.warning:
            _notice(recording.warning)
        if args.seconds:
            samples = int(args.seconds * 100) * HOP_SAMPLES
            recording.channels = [channel[:samples] for channel in recording.channels]
        # fast: blocks of a second, because what the device tells every 5 s of a call is told between blocks
        return WavSource(recording, realtime=not args.fast, hops=100 if args.fast else None), len(recording.channels)
    customer = "left" if board.customer_channel and board.customer_channel < board.agent_channel else "right"
    channels = 2 if board.customer_channel else 1
    return LiveSource(board.device or None, channels, customer, hops=board.block_ms // 10), channels


def _link(args: argparse.Namespace, board: Any, clock: Any, source: Any, manifest: dict[str, Any]) -> tuple[Any, Any, Any]:
    """The link, its outbox and the storage below; without a broker's address records wait in the outbox."""
    from importlib.metadata import version

    from sidetone.core.telemetry.outbox import Outbox
    from sidetone.on_cpython.link import Link
    from sidetone.on_cpython.storage import FileStorage
    from sidetone_host import addresses, folders

    storage = FileStorage(args.data or folders.data() / "device" / args.site / args.device)
    outbox = Outbox(storage, random.SystemRandom().randrange(1 << 20))
    if outbox.recovered is not None:
        _notice(f"call {outbox.recovered} was cut by the last stop and is reported as truncated")
    about = [("firmware", version("sidetone-headset")), ("board", board.name), ("model", f"{manifest['name']} {manifest['version']}")]
    url = addresses.broker_url(args.mqtt, args.device)
    link = Link(url, args.site, args.device, outbox, clock, about, lambda: [("overruns", source.overruns)], _notice)
    return link, outbox, storage


def _lamps(kind: str, board: Any, settings: Any) -> Any:
    from sidetone.on_cpython import lamps

    kind = board.lamp_kind if kind == "board" else kind
    if kind == "gpio":
        return lamps.GpioLamps(board.lamp_pins, board.brightness_pm * settings.get("lamps.brightness") // 1000)
    if kind == "terminal":
        return lamps.TerminalLamps(sys.stdout)
    return lamps.NoLamps()


def _inputs(board: Any, lamps: str) -> Any:
    """The board's buttons; a terminal's keys where the lamps are drawn in it."""
    from sidetone.on_cpython import inputs

    if board.input_pins and lamps == "board":
        return inputs.GpioInputs(board.input_pins)
    if sys.stdin.isatty() and (lamps == "terminal" or (lamps == "board" and board.lamp_kind == "terminal")):
        return inputs.KeyInputs()
    return inputs.NoInputs()


def _play(device: Device, source: Any, enough: Any) -> None:
    """The recording, call after call, until `enough(calls played)`. A started call is always finished."""
    played = 0
    while not enough(played):
        played += 1
        device.begin_call()
        for block in source:
            device.feed(block, source.overruns)
            if device.told_to_end:
                break
        device.end_call()


def _live(device: Device, source: Any, standby: Any) -> None:
    """Wait for a voice or for the telephone's word, hear the call, wait again."""
    from sidetone import app

    attendant = app.Attendant(device, standby, lambda: source.overruns)
    for block in source:
        attendant.hear(block)
