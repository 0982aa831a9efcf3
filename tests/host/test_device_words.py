"""What the device's code says of a fault is known to the commands, place for place."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from sidetone_host import device_words, wording

FIRMWARE = Path(__file__).resolve().parents[2] / "firmware" / "sidetone"
SOURCES = [FIRMWARE / "core/etiquette/profile.py", FIRMWARE / "core/etiquette/site_phrases.py", FIRMWARE / "core/telemetry/received.py",
           *sorted((FIRMWARE / "on_cpython").glob("*.py"))]  # fmt: skip
BUGS = ("a block is int16 and whole hops of 160 samples", "needs int8 [steps, 7], not 7 7", "a thread of the link has ended")
TELLING = ("self.faults.append", "faults.append", "self._notice", "self._say")
RETURNED = ("profile.py", "site_phrases.py")  # where a fault is what a function returns


def shape(node: ast.expr) -> str:
    """A text as the code puts it together, 7 for each value."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(map(shape, node.values))
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return shape(node.left) + shape(node.right)
    return "7"


def faults(source: Path) -> Iterator[str]:
    """Every text of more than one word that is raised, told, noted as a fault or, in core, returned as one."""
    for node in ast.walk(ast.parse(source.read_text("utf-8"))):
        texts: list[ast.expr] = []
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
            texts = node.exc.args
        elif isinstance(node, ast.Return) and node.value is not None and source.name in RETURNED:
            texts = [node.value]
        elif isinstance(node, ast.Call) and ast.unparse(node.func) in TELLING:
            texts = [place for text in node.args for place in (text.elts if isinstance(text, ast.Tuple) else [text])]
        yield from (text for text in map(shape, texts) if " " in text)


@pytest.fixture
def in_chinese(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wording, "language", lambda: "zh")


@pytest.mark.usefixtures("in_chinese")
def test_every_fault_of_the_devices_code_is_said_in_chinese() -> None:
    texts = {text for source in SOURCES for text in faults(source)} - set(BUGS)
    assert len(texts) > 50
    english = [text for text in texts if not re.search("[\u4e00-\u9fff]", re.sub("欢迎致电光明电力", "", device_words.said(text)))]
    assert sorted(english) == []


def test_no_text_is_one_that_the_code_no_longer_says() -> None:
    """Every template matches something in the code; the rest of a composed line is checked where it is said."""
    code = "".join(source.read_text("utf-8") for source in SOURCES)
    gone = []
    for text in device_words.TEXTS:
        words = max(re.split(r"\{\w+\}", text), key=len).strip(" :")
        if words not in code.replace('\\"', '"'):
            gone.append(text)
    assert gone == []


@pytest.mark.usefixtures("in_chinese")
def test_a_line_keeps_its_values_and_what_stands_before_it() -> None:
    faults = ("hall.toml: [sound] block_ms must be a whole number from 10 to 100", "h.toml: pin 7 is used more than once; give each signal its own")
    said = device_words.said("\n".join(faults))
    first, second = said.split("\n")
    assert first.startswith("hall.toml: [sound] block_ms")
    assert "10" in first
    assert "100" in first
    assert second.startswith("h.toml: ")
    assert "7" in second
    assert "must" not in said


@pytest.mark.usefixtures("in_chinese")
def test_what_no_text_fits_is_said_as_it_is() -> None:
    assert device_words.said("a word of another program: {strange}") == "a word of another program: {strange}"


def test_in_english_nothing_changes() -> None:
    for text in ("must be one of a, b", "x: at most 12 labels and 24 texts are allowed", "strange"):
        assert device_words.said(text) == text
