"""No viper function of ours holds a known trap, and each trap is seen by the rule that is there for it."""

from __future__ import annotations

import pytest

from device import viper_rules

FRAME = "from micropython import const\n_BIG = const(1 << 30)\n_FAR = const(256)\n@micropython.viper\ndef f({}):\n    {}\n"


@pytest.mark.parametrize("path", viper_rules.modules(), ids=lambda path: path.stem)
def test_our_kernels(path: viper_rules.Path) -> None:
    assert viper_rules.faults(path.read_text("utf-8")) == []


def test_all_modules_are_seen() -> None:
    names = {path.name for path in viper_rules.modules()}
    assert names == {
        "decoder.py",
        "filters.py",
        "kernels.py",
        "mel.py",
        "phrases.py",
        "pitch.py",
        "products.py",
        "samples.py",
        "spectrum.py",
        "voice.py",
    }


@pytest.mark.parametrize(
    ("arguments", "body", "said"),
    [
        ("p: ptr8", "p[256] = 1", "constant index 256"),
        ("p: ptr32", "p[_FAR + 1] += 1", "constant index 257"),
        ("x: int", "x = x & 0xFFFFFFFF", "under 2**30"),
        ("x: int", "x += _BIG", "under 2**30"),
        ("x: int", "x -= -(2 << 29)", "under 2**30"),
        ("x: int = 1", "x += 1", "without defaults"),
        ("x", "x += 1", "no type"),
        ("x: int", "x = x // 3", "no FloorDiv"),
        ("x: int", "x %= 3", "no Mod"),
        ("x: int", "x = 0.5", "is an object"),
        ("x: int", "x = [1]", "makes an object"),
    ],
)
def test_each_trap(arguments: str, body: str, said: str) -> None:
    found = viper_rules.faults(FRAME.format(arguments, body))
    assert found
    assert said in found[0]


def test_what_is_allowed() -> None:
    assert viper_rules.faults(FRAME.format("p: ptr8, x: int", "p[255] = x; x = p[300]; p[x + 256] = 1; x = (1 << 29) - 1")) == []
