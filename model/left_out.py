"""What real speech buys: train without any, and with all speakers of the extra corpus but one, and try each on the one left out.

    python -m model.left_out --extra DIR --minutes 30 [--size small]     # for N speakers N + 1 trainings, one after the other; resumable

All trainings start from nothing with the same synthetic speech, seed and time. Prints, per speaker left out, the unit error without real speech
and with the other speakers', and the difference; and writes them to left_out.json in the work folder.
"""

import argparse
import hashlib
import json
import subprocess
import sys

import numpy as np
import torch

from model.corpus import features, tts
from model.network import FEATURE_SCALE, TOKENS, UNITS, Network, checkpoint
from model.train import edits, greedy

PAD = 4800


def train(args, speakers, who):
    """Train without the speaker `who` ('': without real speech) -> the run's name. Of each time and size one run."""
    name = f"left-out-{args.size}-{args.minutes:g}-{hashlib.sha256(who.encode()).hexdigest()[:8] if who else 'all'}"
    command = [sys.executable, "-m", "model.train", "--size", args.size, "--name", name, "--minutes", str(args.minutes)]
    if speakers:
        command += ["--extra", args.extra, "--extra-speakers", ",".join(speakers)]
    subprocess.run(command, check=True)
    return name


def unit_error(name, clips):
    """-> (edits, units) of a run's network on clips as they were recorded."""
    net = Network()
    net.load_state_dict(checkpoint(tts.work_dir() / "runs" / name / "last.pt")["net"])
    net.eval()
    wrong = total = 0
    rng = np.random.default_rng(1)
    with torch.no_grad():
        for clip in clips:
            x = np.pad(clip.audio, PAD) * 0.3 + rng.standard_normal(len(clip.audio) + 2 * PAD) * 1e-4
            frames = features.frontend(np.round(x * 32767).astype(np.int16))
            frames = frames[: len(frames) // 3 * 3].astype(np.float32) * FEATURE_SCALE
            said = greedy(net(torch.from_numpy(frames)[None])[0, :, :TOKENS].numpy())
            want = [t for t in clip.target if t < UNITS]
            wrong, total = wrong + edits(said[said < UNITS], want), total + len(want)
    return wrong, total


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--extra", required=True, help="a corpus of at least two speakers (corpus/extra.py)")
    parser.add_argument("--minutes", type=float, default=30, help="of each training")
    parser.add_argument("--size", default="small")
    args = parser.parse_args()
    clips = features.extra(args.extra)
    speakers = sorted({clip.speaker for clip in clips})
    if len(speakers) < 2:
        raise SystemExit(f"--extra {args.extra}: one speaker only; two are wanted, one to leave out")
    bare, out = train(args, [], ""), {}
    for who in speakers:
        name = train(args, [s for s in speakers if s != who], who)
        mine = [clip for clip in clips if clip.speaker == who][:200]
        without, total = unit_error(bare, mine)
        having, _ = unit_error(name, mine)
        out[who] = {"units": total, "without_real": without / total, "with_the_others": having / total}
        print(f"{who}: unit error {100 * without / total:.1f} % without real speech, {100 * having / total:.1f} % with the others' ({total} units)", flush=True)
    (tts.work_dir() / "left_out.json").write_text(json.dumps({"minutes": args.minutes, "size": args.size, "speakers": out}, indent=1) + "\n")


if __name__ == "__main__":
    main()
