"""How often a phrase that was said is at least in doubt, and how often something else is: the price and the worth of the doubt level.

python -m model.doubts          # on the synthetic test set; prints a line per condition
"""

import json

from model import quantize, score, tune
from model.corpus import features
from model.release import RELEASED
from sidetone.core.speech.phrases import PhraseSpotter


def count(manifest, network, clips, condition):
    """-> (phrases said, heard, heard or in doubt, doubts where the label was not said, hours) over the core labels, clip by clip."""
    spotter = PhraseSpotter(manifest)
    core = [k for k, row in enumerate(manifest["labels"]) if row["tier"] == "core"]
    said = heard = spared = other = 0
    hours = 0.0
    for rows, spans in score.logits(network, score.streams(clips, condition, 1)):
        trace, _ = score.listen(spotter, rows, spans)
        for (clip, _, _), values in zip(spans, score.peaks(trace, spans), strict=True):
            hours += len(clip.audio) / 57.6e6
            for k in core:
                row = manifest["labels"][k]
                if tune.said(clip, row["label"]):
                    said += 1
                    heard += int(values[k] >= row["cutoff_q8"])
                    spared += int(values[k] >= row["doubt_q8"])
                elif clip.kind != "near" and not tune.sounds_like(clip, row["phrases"]):
                    other += int(values[k] >= row["doubt_q8"])
    return said, heard, spared, other / len(core), hours


def main():
    folder = RELEASED / "zh"
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    network = quantize.Streaming((folder / manifest["file"]).read_bytes())
    clips = features.synthetic("test")
    for condition in score.CONDITIONS:
        said, heard, spared, other, hours = count(manifest, network, clips, condition)
        print(f"{condition}: {said} said, heard {heard / said:.3f}, heard or in doubt {spared / said:.3f}, "
              f"doubts where it was not said {other / hours:.1f} an hour and label")  # fmt: skip


if __name__ == "__main__":
    main()
