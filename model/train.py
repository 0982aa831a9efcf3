"""Train the network; resumable and seeded. `make train` runs this.

    python -m model.train --size full --extra DIR [--minutes M]

Every round makes one augmented variant of the corpus that exists (more synthetic shards may appear while training
runs) and passes over it a few times with warping, tilt and gain in the feature domain. The next round's variant is made meanwhile by a
second process, with the weights of the round before.
"""

import argparse
import functools
import hashlib
import json
import time
from pathlib import Path

import numpy as np
import torch

from model import kernels, unfold, workers
from model.corpus import extra, features, labels, splice, synthesize, tts
from model.corpus.language import CODE
from model.network import FEATURE_SCALE, TOKENS, UNITS, Network, checkpoint, macs

ROUNDS = {"tiny": (1, 1), "small": (6, 8), "full": (31, 8)}  # and passes per round; tiny proves in minutes that every stage runs, and hears nothing
ADAM_PEAK, MUON_PEAK = 3e-3, 0.02  # learning rates
DECAY = 0.35  # the last part of training, over which they fall to nothing; before it a longer training may go on from here
# Of the peaks, where training goes on from weights that can hear: the rates fall from here all the way (docs/decisions/0206-model-training.md).
GO_ON = 0.01


def batches(items, rng, seconds=55):
    """Sort-of-equal lengths, shuffled: lists of items of about `seconds` of audio."""
    order = sorted(range(len(items)), key=lambda k: len(items[k][0]) + rng.uniform(0, 150))
    out, group, total = [], [], 0.0
    for k in order:
        group.append(items[k])
        total += len(items[k][0]) / 100
        if total >= seconds:
            out.append(group)
            group, total = [], 0.0
    if group:
        out.append(group)
    return [out[int(k)] for k in rng.permutation(len(out))]


def warp(frames, rng):
    """uint8 [T, 40] -> float32 [T', 40]: random channel warp, tilt and gain, in feature units.

    No masks in time or frequency: a network of this size fits what it hears too little, not too well (dev unit error .252 with them, .228
    without, after five minutes from nothing)."""
    x = frames.astype(np.float32)
    if rng.random() < 0.8:  # vocal tract length
        at = np.clip(np.arange(40) * np.exp(rng.normal(0, 0.085)) + rng.normal(0, 0.3), 0, 39)
        lo = np.minimum(at.astype(int), 38)
        w = (at - lo).astype(np.float32)
        x = x[:, lo] * (1 - w) + x[:, lo + 1] * w
    if rng.random() < 0.6:  # channel response that the gain control did not remove
        tilt = np.interp(np.arange(40), [0, 13, 26, 39], rng.normal(0, 6, 4)).astype(np.float32)
        x = np.where(x > 0, np.maximum(0, x + tilt + rng.normal(0, 5)), 0)
    if rng.random() < 0.5:
        x = x * rng.uniform(0.85, 1.12)
    return np.clip(x, 0, 255) * FEATURE_SCALE


def collate(group, rng):
    """-> frames [B, T, 40], steps [B], targets, target lengths, speech [B, S], density [B, S], weight [B, S]."""
    longest = max(len(g[0]) for g in group)
    x = np.zeros((len(group), longest, 40), np.float32)
    speech = np.zeros((len(group), longest // 3), np.float32)
    density, weight = np.zeros_like(speech), np.zeros_like(speech)
    for k, (frames, _, s, d) in enumerate(group):
        x[k, : len(frames)] = warp(frames, rng) if rng is not None else frames.astype(np.float32) * FEATURE_SCALE
        speech[k, : len(s)], density[k, : len(s)], weight[k, : len(s)] = s, d, 1
    return (torch.from_numpy(x), torch.tensor([len(g[0]) // 3 for g in group]),
            torch.from_numpy(np.concatenate([g[1] for g in group]).astype(np.int64)),
            torch.tensor([len(g[1]) for g in group]), torch.from_numpy(speech), torch.from_numpy(density),
            torch.from_numpy(weight))  # fmt: skip


def losses(net, batch):
    x, steps, targets, lengths, speech, density, weight = batch
    with torch.autocast("cpu", torch.bfloat16):  # 1.4 times the speed where the processor has it
        out = net(x)
    out = out.float()
    ctc = kernels.ctc(out[..., :TOKENS], targets, steps, lengths)
    activity = torch.nn.functional.binary_cross_entropy_with_logits(out[..., TOKENS], speech, weight, reduction="sum")
    rate = (torch.nn.functional.smooth_l1_loss(out[..., TOKENS + 1], density, reduction="none") * weight).sum()
    # Logits near log-probabilities: the int8 output then spends its range on what matters.
    drift = ((out[..., :TOKENS].logsumexp(-1) ** 2) * weight).sum()
    return ctc / lengths.sum(), activity / weight.sum(), rate / weight.sum(), drift / weight.sum()


def greedy(logits):
    """[T, TOKENS] -> collapsed token ids."""
    best = logits.argmax(-1)
    keep = np.concatenate([[True], best[1:] != best[:-1]]) & (best != 0)
    return best[keep]


def edits(a, b):
    """Levenshtein distance of two id rows."""
    row = np.arange(len(b) + 1)
    for k, u in enumerate(a):
        new = np.minimum(row[1:] + 1, row[:-1] + (np.asarray(b) != u))
        row[0] += 1
        for j in range(len(b)):
            left = row[0] if j == 0 else row[j]
            row[j + 1] = min(new[j], left + 1)
        row[0] = k + 1
    return int(row[-1])


def cut_up(net, clips, rng):
    """Align every clip by the network as it is -> pieces to splice; badly aligned clips are left whole."""
    phrases = [labels.phrase_units(name) for name in labels.LABELS]
    out, poor = [], 0
    net.eval()
    with torch.no_grad():
        for clip in clips:
            lead = np.zeros(4800, np.float32)
            audio = np.concatenate([lead, clip.audio, lead]) * 0.3 + rng.standard_normal(len(clip.audio) + 9600) * 1e-4
            frames = features.frontend(np.round(audio * 32767).astype(np.int16))
            frames = frames[: len(frames) // 3 * 3].astype(np.float32) * FEATURE_SCALE
            logp = net(torch.from_numpy(frames)[None])[0, :, :TOKENS].log_softmax(-1).numpy()
            found = splice.align(logp, clip.target)
            if found is None or found[1] < -1.5:
                poor += 1
                continue
            out += splice.pieces(clip, found[0] - 10, phrases, rng)
    net.train()
    print(f"{len(out)} pieces; {poor} clips aligned too badly", flush=True)
    return out


class Optimizers:
    """Muon for the matrices (stem, 1x1 convolutions, head), AdamW for the rest; `step` after backward.

    In five minutes from nothing Muon brought the training loss to 1.36, AdamW alone to 1.44 (one core, the same batches).
    """

    def __init__(self, net):
        self._matrices = [p for p in net.parameters() if p.dim() == 3 and p.shape[1] > 1]
        # torch's Muon takes matrices only: these share the convolutions' memory.
        self._flat = [torch.nn.Parameter(p.data.view(len(p), -1)) for p in self._matrices]
        chosen = {id(p) for p in self._matrices}
        self._adam = torch.optim.AdamW([p for p in net.parameters() if id(p) not in chosen], lr=ADAM_PEAK, weight_decay=0.02)
        self._muon = torch.optim.Muon(self._flat, lr=MUON_PEAK, weight_decay=0.02)

    def rate(self, share):
        """Sets the learning rates to this share of their peaks."""
        self._adam.param_groups[0]["lr"] = share * ADAM_PEAK
        self._muon.param_groups[0]["lr"] = share * MUON_PEAK

    def step(self):
        for flat, p in zip(self._flat, self._matrices, strict=True):
            flat.grad = p.grad.view_as(flat)
        self._muon.step()
        self._adam.step()

    def state_dict(self):
        return {"muon": self._muon.state_dict(), "adam": self._adam.state_dict()}

    def load_state_dict(self, state):
        self._muon.load_state_dict(state["muon"])
        self._adam.load_state_dict(state["adam"])


@functools.cache
def extra_clips(folder, speakers):
    """The extra corpus but for what the cutoffs are chosen on; read once in a process."""
    read = features.extra(folder, speakers) if folder else []
    return [clip for clip in read if not clip.held_out]


def prepare(args, number, weights, path):
    """One round's variant, cut up and spliced by the network of `weights` (None: not spliced), unless a run that was stopped left it
    -> (clips, hours, seconds it took)."""
    began, pieces = time.monotonic(), []
    torch.set_num_threads(1)
    clips = [clip for name in ("train", "wide") for clip in features.synthetic(name, range(synthesize.SIZES[args.size][name]))]  # what exists of it
    clips += extra_clips(args.extra, args.extra_speakers)
    if not clips:
        raise SystemExit(f"{synthesize.folder()}: no speech to train on; python -m model.corpus.synthesize --size {args.size} speaks it")
    if not path.exists():
        if weights is not None:
            net = Network()
            net.load_state_dict(weights)
            pieces = cut_up(net, clips, np.random.default_rng([303, number]))
        features.variant(clips, [101, number], path, pieces=pieces)
    return len(clips), sum(len(c.audio) for c in clips) / 57.6e6, time.monotonic() - began


def begin(net, start, sound):
    """Take over another training's weights (its last.pt) or a released file's (.tflite, whose norms are then those of `sound`, int16 at 16 kHz); where
    they are of another language, all but the heads'. -> True if the heads came along. SystemExit, one line, for a file that is neither."""
    if start.endswith(".tflite"):
        frames = features.frontend(sound)
        try:
            have = unfold.unfolded(Path(start).read_bytes(), frames[: len(frames) // 3 * 3])
        except OSError as fault:
            raise SystemExit(f"{start}: {fault.strerror}") from fault
        except ValueError as fault:
            raise SystemExit(f"{start} cannot be gone on from: {fault}") from fault
    else:
        have = checkpoint(start)["net"]
    own = net.state_dict()
    fitting = {name: value for name, value in have.items() if name in own and value.shape == own[name].shape}
    left = own.keys() - fitting.keys()
    if not left <= {"head.weight", "head.bias"}:
        raise SystemExit(f"{start}: not a network of this project's shape")
    if not all(value.isfinite().all() for value in fitting.values()):
        raise SystemExit(f"{start} is torn: some of its weights are no numbers")
    net.load_state_dict(fitting, strict=False)
    return not left


def asked(size, folder, speakers, start):
    """What makes a training the one it is, by what is told where it is another. How long it goes on does not: a run may be taken up again."""
    try:
        begun = start and hashlib.sha256(Path(start).read_bytes()).hexdigest()
    except OSError as fault:
        raise SystemExit(f"{start}: {fault.strerror}") from fault
    return {"another SIDETONE_LANGUAGE": CODE, "another SIZE": size, "other contents of EXTRA": folder and extra.contents(folder),
            "other EXTRA_SPEAKERS": speakers, "another START": begun}  # fmt: skip


def resumed(run, wanted):
    """-> the state in which the training in the folder `run` was stopped, or None. SystemExit, one line, where it was another than `asked` wants."""
    last = run / "last.pt"
    if not last.exists():
        return None
    state = checkpoint(last)
    have = state.get("asked", {})
    if have.keys() != wanted.keys():
        raise SystemExit(f"{run.name} was trained by another version of this program; give NAME=... to this training, or remove {run}")
    other = [what for what in wanted if have[what] != wanted[what]]
    if other:
        raise SystemExit(f"{run.name} was trained with {' and '.join(other)}; give NAME=... to this training, or remove {run}")
    return state


def goes_on(number, rounds, spent_s, budget_s):
    """Whether there is a round of that number: as many as were asked for, or all for which there is time."""
    return spent_s < budget_s if budget_s else number < rounds


def unit_errors(net, items):
    """-> unit error rate of greedy decoding over items (labels dropped)."""
    wrong = total = 0
    net.eval()
    with torch.no_grad():
        for frames, target, _, _ in items:
            out = net(torch.from_numpy(frames.astype(np.float32) * FEATURE_SCALE)[None])[0, :, :TOKENS].numpy()
            said = greedy(out)
            want = target[target < UNITS]
            wrong += edits(said[said < UNITS], want)
            total += len(want)
    net.train()
    return wrong / max(1, total)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", choices=ROUNDS, default="full")
    parser.add_argument("--extra", help="a folder of real speech with its texts")
    parser.add_argument("--extra-speakers", help="comma-separated: use only these speakers of the extra corpus")
    parser.add_argument("--name", default=CODE, help="name of the run in the work folder")
    parser.add_argument("--rounds", type=int, help="instead of the size's")
    parser.add_argument("--minutes", type=float, help="anneal to the end within this time instead of the rounds")
    parser.add_argument("--start", help="begin from the weights of a checkpoint or a released .tflite; of another language's, all but the heads'")
    args = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(7)
    rounds, passes = ROUNDS[args.size]
    rounds = args.rounds or rounds
    run, wanted = tts.work_dir() / "runs" / args.name, asked(args.size, args.extra, args.extra_speakers, args.start)
    state = resumed(run, wanted)
    run.mkdir(parents=True, exist_ok=True)
    net = Network()
    print(f"{sum(p.numel() for p in net.parameters())} parameters, {macs()} MAC per step")
    done, log, hears = 0, [], False
    last, temporary = run / "last.pt", run / "last.tmp"
    optimizers = Optimizers(net)
    if state:
        net.load_state_dict(state["net"])
        optimizers.load_state_dict(state["optimizers"])
        done, log, hears = state["round"], state["log"], state["hears"]
    else:
        for made in run.glob("next-*.npz"):  # before its first round is over, nothing says which training they were made for
            made.unlink()
        if args.start:
            sound = [clip.audio for clip in features.synthetic("train", range(1))] or [np.zeros(16000, np.float32)]
            hears = begin(net, args.start, np.round(np.concatenate(sound) * 32767).astype(np.int16))
            if not hears:
                print(f"{args.start}: of another language; what it says of sounds (the head) is left behind, what it hears is taken over")
    dev_path = run / "dev.npz"
    budget, started = args.minutes and args.minutes * 60, time.monotonic() - sum(r["spent_s"] for r in log)
    with workers.pool(1) as maker:

        def order(number):
            if not goes_on(number, rounds, time.monotonic() - started, budget):
                return None
            trained = number > 1 or hears  # what round 0 learns comes too late for round 1
            weights = {k: v.clone() for k, v in net.state_dict().items()} if trained else None
            return maker.submit(prepare, args, number, weights, run / f"next-{number}.npz")

        number, coming = done, order(done)
        while coming and goes_on(number, rounds, time.monotonic() - started, budget):
            began = time.monotonic()
            clips, hours, made = coming.result()
            items = features.load_variant((run / f"next-{number}.npz").replace(run / "variant.npz"))
            coming = order(number + 1)
            waited = time.monotonic() - began
            rng = np.random.default_rng([202, number])
            sums, count = np.zeros(3), 0
            for p in range(passes):
                if budget and time.monotonic() - started > budget:
                    break
                todo = batches(items, rng)
                for k, group in enumerate(todo):
                    at = (number + (p + k / len(todo)) / passes) / rounds
                    if budget:
                        at = min(1.0, (time.monotonic() - started) / budget)
                    rise = min(1.0, (number + p / passes + 0.02) / 0.6)
                    fall = GO_ON * max(0.03, 1 - at) if hears else max(0.01, (1 - at) / DECAY)
                    optimizers.rate(min(rise, fall))
                    ctc, activity, rate, drift = losses(net, collate(group, rng))
                    net.zero_grad()
                    (ctc + 0.15 * activity + 0.02 * rate + 2e-3 * drift).backward()
                    torch.nn.utils.clip_grad_norm_(net.parameters(), 2.0)
                    optimizers.step()
                    sums += [float(v.detach()) for v in (ctc, activity, rate)]
                    count += 1
                    if not np.isfinite(sums).all():
                        raise SystemExit(f"{args.name}: the loss of round {number}, step {count}, is no number; begin from another START, or look at EXTRA's sounds")
            if not dev_path.exists():
                dev = features.synthetic("dev", range(2))
                if dev:
                    features.variant(dev, 5, dev_path, strength=0.6)
            error = unit_errors(net, features.load_variant(dev_path)[:30]) if dev_path.exists() else None
            row = {"round": number, "clips": clips, "hours": round(hours, 2), "steps": count, "losses": [round(v / max(1, count), 4) for v in sums],
                   "dev_unit_error": error, "made_s": round(made), "waited_s": round(waited), "spent_s": round(time.monotonic() - began)}  # fmt: skip
            log.append(row)
            print(json.dumps(row), flush=True)
            torch.save({"net": net.state_dict(), "optimizers": optimizers.state_dict(), "round": number + 1, "log": log, "hears": hears, "asked": wanted}, temporary)
            temporary.replace(last)
            number += 1


if __name__ == "__main__":
    main()
