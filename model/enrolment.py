"""What enrolment gains on voices that nobody trained or tuned on: the passage read by each of the ten test voices, tried on their other sentences.

    python -m model.enrolment [--model model/released/zh]      # writes enrolment.json beside the network

Per voice: `sidetone phrases enrol` on its passage (sentence by sentence with pauses, 20 dB noise), then core recall on the voice's clips of the
test set and false alarms on an hour spliced from all test voices, with the network's cutoffs and with the voice's own.
"""

import argparse
import json
import tempfile
from pathlib import Path

import numpy as np

from model import score, sets, tune
from model.corpus import tts
from model.corpus.language import CODE
from model.quantize import Streaming
from sidetone_host.errors import JudgedBad
from sidetone_host.phrases import enrol, hear, passage

HERE = Path(__file__).parent
HOURS = 1.0
SEED = 31


def read_passage(voice, folder, rng):
    """Synthesize the passage -> path of a WAV at about -26 dBFS with 20 dB noise; kept in the work folder, synthesis is slow."""
    import soundfile

    kept = tts.work_dir() / "passages" / f"{abs(hash_of(voice))}.wav"
    if not kept.exists():
        kept.parent.mkdir(parents=True, exist_ok=True)
        parts = [np.zeros(12000, np.float32)]
        for line in passage.PASSAGES[CODE].text.splitlines():
            parts += [tts.synth(line, voice, 1.0), np.zeros(12000, np.float32)]
        x = np.concatenate(parts)
        soundfile.write(kept, x / np.abs(x).max() * 0.7, 16000)
    x, _ = soundfile.read(kept, dtype="float32")
    path = folder / "passage.wav"
    soundfile.write(path, score.condition(x, "noise20", rng), 16000)
    return path


def hash_of(text):
    import zlib

    return zlib.crc32(text.encode())


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default=str(HERE / "released" / CODE))
    args = parser.parse_args()
    folder = Path(args.model)
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    model = (folder / manifest["file"]).read_bytes()
    network, clips = Streaming(model), sets.synthetic()[0]
    core = [(k, row) for k, row in enumerate(manifest["labels"]) if row["tier"] == "core"]
    heard = []
    for name in ("noise20", "noise10"):
        rows = score.logits(network, score.streams(clips, name))
        for (trace, _), (_, spans) in zip(score.listen(manifest, rows), rows, strict=True):
            heard += list(zip([s[0] for s in spans], score.peaks(trace, spans), strict=True))
    made, _ = sets.spliced(network, manifest, clips, HOURS)
    rows, ordinary = score.logits(network, made), []
    for (trace, _), (_, spans) in zip(score.listen(manifest, rows), rows, strict=True):
        ordinary += list(zip([s[0] for s in spans], score.peaks(trace, spans), strict=True))
    total, rng = {"said": 0, "before": 0, "after": 0, "false_before": 0, "false_after": 0, "hours": 0.0}, np.random.default_rng(SEED)
    voices = {}
    with tempfile.TemporaryDirectory() as scratch:
        for voice in tts.test_voices(8, seed=2):
            try:
                result = enrol.enrol(hear.agent(read_passage(voice, Path(scratch), rng), manifest, model), manifest)
            except JudgedBad as fault:
                voices[voice] = {"refused": str(fault)}
                print(f"{voice}: {fault}", flush=True)
                continue
            own = {row.label: row.own_q8 for row in result.labels}
            row_of_voice = {"changed": len(result.changed), "rate_scale_pm": result.rate_scale_pm, "said": 0, "before": 0, "after": 0}
            for clip, values in heard:
                if clip.speaker == voice:
                    for k, row in core:
                        if tune.said(clip, row["label"]):
                            row_of_voice["said"] += 1
                            row_of_voice["before"] += int(values[k] >= row["cutoff_q8"])
                            row_of_voice["after"] += int(values[k] >= own[row["label"]])
            for clip, values in ordinary:
                if clip.speaker == voice:
                    total["hours"] += len(clip.audio) / 57.6e6
                    for k, row in core:
                        if not tune.said(clip, row["label"]) and not tune.sounds_like(clip, row["phrases"]):
                            total["false_before"] += int(values[k] >= row["cutoff_q8"])
                            total["false_after"] += int(values[k] >= own[row["label"]])
            for key in ("said", "before", "after"):
                total[key] += row_of_voice[key]
            voices[voice] = row_of_voice
            print(f"{voice}: {row_of_voice}", flush=True)
    print(f"all voices: core recall {total['before']} -> {total['after']} of {total['said']}; "
          f"false alarms of core labels {total['false_before']} -> {total['false_after']} in {total['hours']:.2f} h")  # fmt: skip
    (folder / "enrolment.json").write_text(json.dumps({"version": manifest["version"], "total": total, "voices": voices}, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
