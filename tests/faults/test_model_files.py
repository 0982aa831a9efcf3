"""A model file cut at any byte, damaged, of another kind, or not the one its manifest names: one plain line, never a crash."""

from __future__ import annotations

import contextlib
import importlib.resources
import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import tiny_models
from sidetone.on_cpython.inference import ModelError, StreamingModel

TREE = Path(__file__).resolve().parents[2]
RELEASED = TREE / "model/released"
FLIPS = 1500


def models(folder: Path) -> dict[str, Path]:
    """Ours, two tiny ones, and one of another maker where it is installed."""
    found = {path.parent.name: path for path in RELEASED.glob("*/*.tflite")}
    for name, content in (("explicit", tiny_models.explicit_states()), ("variables", tiny_models.resource_variables())):
        found[name] = folder / f"{name}.tflite"
        found[name].write_bytes(content)
    with contextlib.suppress(ModuleNotFoundError):
        found["okay_nabu"] = Path(str(importlib.resources.files("pymicro_wakeword") / "models/okay_nabu.tflite"))
    return found


def sidetone(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "sidetone_host.cli", *map(str, arguments)], capture_output=True, text=True, check=False, timeout=60
    )


def test_cut_at_any_byte(tmp_path: Path) -> None:
    for name, path in models(tmp_path).items():
        whole = path.read_bytes()
        dense = {*range(64), *range(len(whole) - 260, len(whole))}
        for end in sorted(dense | set(range(0, len(whole), max(1, len(whole) // 700)))):
            with pytest.raises(ModelError) as caught:
                StreamingModel(whole[:end])
            assert "\n" not in str(caught.value), (name, end)


@pytest.mark.parametrize("name", ["zh", "en", "explicit", "variables", "okay_nabu"])
def test_damage_never_reaches_the_library(name: str, tmp_path: Path) -> None:
    if name == "okay_nabu":
        pytest.importorskip("pymicro_wakeword")
    path = models(tmp_path)[name]
    done = subprocess.run(
        [sys.executable, str(Path(__file__).parent / "flip_bytes.py"), str(path), str(FLIPS), "1"],
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )
    last = done.stdout.splitlines()[-1] if done.stdout else ""
    assert done.returncode == 0, f"{name}, seed {last}: exit {done.returncode} {done.stderr[-2000:]}"
    refused, ran = (int(word) for word in last.split()[1::2])
    assert refused + ran == FLIPS
    assert refused
    assert ran


def test_the_command_says_one_line(tmp_path: Path) -> None:
    whole = tmp_path / "whole.tflite"
    whole.write_bytes(tiny_models.explicit_states())
    steps = tmp_path / "steps.npy"
    np.save(steps, np.zeros((4, 3, 4), np.int8))
    bad = tmp_path / "bad"
    cases: list[tuple[bytes, str]] = [
        (b"", "cut short or empty"),
        (b"RIFF\x00\x00\x00\x00WAVEfmt ", "not a .tflite model"),
        (whole.read_bytes()[:1000], "cut short"),
        (whole.read_bytes()[:-1], "cut short"),
        (tiny_models.resource_variables(1, 58), "operator LESS"),
    ]
    for content, text in cases:
        bad.write_bytes(content)
        for arguments in (("model", "info", bad), ("model", "run", bad, steps, tmp_path / "out.npy")):
            done = sidetone(*arguments)
            assert (done.returncode, done.stdout) == (2, ""), done
            assert done.stderr.count("\n") == 1, done.stderr
            assert text in done.stderr
            assert str(bad) in done.stderr
    assert not (tmp_path / "out.npy").exists()


def test_arrays_that_do_not_fit_say_one_line(tmp_path: Path) -> None:
    model = tmp_path / "model.tflite"
    model.write_bytes(tiny_models.explicit_states())
    steps = tmp_path / "steps.npy"
    np.save(steps, np.zeros((4, 3, 4), np.int8))
    good = steps.read_bytes()

    def written(array: object) -> bytes:
        np.save(steps, array, allow_pickle=True)
        return steps.read_bytes()

    huge = good.replace(b"(4, 3, 4)", b"(4000000000000, 3, 4)").replace(b" " * 12, b"", 1)
    for content in (
        b"",
        b"not an array",
        good[:40],
        good[:-3],
        huge,
        written(np.zeros((4, 3, 4), np.uint8)),
        written(np.zeros((4, 3, 4))),
        written(np.zeros((4, 4, 3), np.int8)),
        written(np.int8(1)),
        written(np.array([{"a": 1}], object)),
    ):
        steps.write_bytes(content)
        done = sidetone("model", "run", model, steps, tmp_path / "out.npy")
        assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1), (content[:90], done)
        assert str(steps) in done.stderr
    steps.write_bytes(good)
    for out in (tmp_path, tmp_path / "absent" / "out.npy", Path("/dev/full")):
        done = sidetone("model", "run", model, steps, out)
        assert (done.returncode, done.stderr.count("\n")) == (2, 1), done


def test_a_model_that_is_not_its_manifests(tmp_path: Path) -> None:
    from sidetone_host import released
    from sidetone_host.errors import CannotDo

    source = RELEASED / "zh"
    for change, text in (
        (lambda place, manifest: (place / manifest["file"]).write_bytes(b"TFL3" * 100), "SHA-256"),
        (lambda place, manifest: (place / manifest["file"]).unlink(), "No such file"),
        (lambda place, manifest: (place / "manifest.json").unlink(), "No such file"),
        (lambda place, manifest: (place / "manifest.json").write_text("{"), "not a network's manifest"),
        (lambda place, manifest: (place / "manifest.json").write_text("[1]"), "not a network's manifest"),
        (lambda place, manifest: rewrite(place, manifest, "labels"), "labels"),
        (lambda place, manifest: rewrite(place, manifest, "sha256"), "sha256"),
        (lambda place, manifest: rewrite(place, manifest, "stride_hops"), "stride_hops"),
        (lambda place, manifest: rewrite(place, manifest, "heads"), "heads"),
    ):
        shutil.rmtree(tmp_path / "zh", ignore_errors=True)
        shutil.copytree(source, tmp_path / "zh")
        change(tmp_path / "zh", json.loads((source / "manifest.json").read_text("utf-8")))
        with pytest.raises(CannotDo, match=text) as caught:
            released.load("zh", tmp_path)
        assert "\n" not in str(caught.value)
        released.load.cache_clear()


def rewrite(place: Path, manifest: dict[str, object], missing: str) -> None:
    """The manifest without one of its keys."""
    del manifest[missing]
    (place / "manifest.json").write_text(json.dumps(manifest), "utf-8")
