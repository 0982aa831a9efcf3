"""What hours of work will want, looked at before them: one line, and nothing made, where something is not as it has to be.

    python -m model.check [--size SIZE] [--name NAME] [--extra DIR] [--extra-speakers A,B] [--start FILE] [--out DIR] [--real DIR] [--model DIR]
"""

import argparse
from pathlib import Path

import numpy as np

from model import evaluate, release, train
from model.corpus import features, tts
from model.network import Network


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", choices=train.ROUNDS)
    for option in ("name", "extra", "extra-speakers", "start", "out", "real", "model"):
        parser.add_argument(f"--{option}")
    args = parser.parse_args()
    for folder, speakers in ((args.extra, args.extra_speakers), (args.real, None)):
        if folder:
            features.readable(folder, speakers)
    if args.start:
        train.begin(Network(), args.start, np.random.default_rng(1).integers(-3000, 3000, 16000).astype(np.int16))
    if args.name:
        train.resumed(tts.work_dir() / "runs" / args.name, train.asked(args.size, args.extra, args.extra_speakers, args.start))
    if args.model:
        evaluate.opened(Path(args.model))
    if args.out:
        release.writable(Path(args.out))


if __name__ == "__main__":
    main()
