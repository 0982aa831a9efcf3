"""`sidetone features`: a file's log-mel features as the network gets them."""

from __future__ import annotations

import argparse

from sidetone_host.errors import CannotDo
from sidetone_host.wording import HelpAsWritten, notice

EPILOG = """example:
  sidetone features call.wav features.npy
"""


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser(
        "features",
        help="write a file's 40 log-mel channels as uint16 [frames, 40]",
        description="Decode FILE, run the device's front end over the agent's channel and write uint16 [frames, 40].",
        epilog=EPILOG,
        formatter_class=HelpAsWritten,
    )
    parser.add_argument("file", metavar="FILE", help="WAV or FLAC, any common rate; of two channels the left is the agent")
    parser.add_argument("out", metavar="OUT.npy", help="where to write the array")
    parser.add_argument("--customer", choices=("left", "right", "none"), help="side of the customer in a stereo file (default right)")
    parser.add_argument("--runtime", choices=("cpython", "micropython"), default="cpython", help="which device runtime computes them")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    import numpy as np

    from sidetone_host.decode import HOP_SAMPLES, open_audio

    recording = open_audio(args.file, args.customer)
    if recording.warning:
        notice("sidetone features", recording.warning)
    agent = recording.channels[0][: recording.hops * HOP_SAMPLES]
    if args.runtime == "micropython":
        from sidetone_host import micropython

        features = micropython.features(agent)
    else:
        from sidetone.on_cpython.frontend import FrontEnd

        features = FrontEnd().block(agent)
    try:
        with open(args.out, "wb") as out:  # np.save would add .npy to a name without it
            np.save(out, features)
    except OSError as fault:
        raise CannotDo(f"{args.out}: {fault.strerror or fault}") from None
    return 0
