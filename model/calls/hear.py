"""Calls played through the product's listener, as `sidetone replay` plays them; the test says that both give the same lines.

Two ears. `network` is the released network: what it misses, the rules miss. `script` is given the phrases of the script at their true
times, EAR_LATE_MS late as the network's are, and the syllables that the network counted: what is wrong then is a rule's or a measure's
fault. Everything else is the same code.
"""

import datetime
import hashlib
import json
import os
import zlib
from functools import cache
from pathlib import Path

import numpy as np

from model.calls import sound
from model.calls.script import AGENT, AGENT_DBFS, CUSTOMER
from model.corpus import tts

EARS = ("script", "network")
EAR_LATE_MS = 120  # detections come 90 ms (median) to 150 ms (90th percentile) after the last unit
BLOCK_HOPS = 300  # the lines do not depend on it; long blocks are quicker
FIRST_FRAME_HOPS = 3  # as the front end's: its window is 30 ms
STRIDE_HOPS = 3
DAY = datetime.date(2026, 11, 20)


class ScriptWords:
    """In the place of front end and network: steps as often as theirs, nothing in them."""

    def __init__(self):
        self._frames = -FIRST_FRAME_HOPS + 1

    def begin(self, samples):
        pass

    def hop(self, _hop):
        self._frames += 1
        return self._frames > 0 and self._frames % STRIDE_HOPS == 0

    def answer(self, _hop):
        return None

    def wake(self):
        pass


class ScriptSpotter:
    """Tells the phrases of the script when they are due, and the syllables that the network counted in the same sound."""

    def __init__(self, phrases, syllables_ms):
        self._due = sorted((at + EAR_LATE_MS, label) for label, at in phrases)
        self._syllables_ms = set(syllables_ms)
        self.doubts = ()
        self.syllable = False

    def step(self, t_ms, _logits):
        self.syllable = t_ms in self._syllables_ms
        found = []
        while self._due and self._due[0][0] <= t_ms:
            at, label = self._due.pop(0)
            if t_ms - at < 300:  # what was said while this ear slept is not told later
                found.append((label, t_ms, 999))
        return found

    def reset(self):
        pass


class Noted:
    """The product's spotter, and a note of when the network heard a syllable."""

    def __init__(self, spotter):
        self._spotter = spotter
        self.syllables_ms = []

    def step(self, t_ms, logits):
        found = self._spotter.step(t_ms, logits)
        if self._spotter.syllable:
            self.syllables_ms.append(t_ms)
        return found

    @property
    def syllable(self):
        return self._spotter.syllable

    @property
    def doubts(self):
        return self._spotter.doubts

    def reset(self):
        self._spotter.reset()


@cache
def _labels():
    from sidetone.core.etiquette.labels import LABELS

    return [{"label": row[0], "phrases": [[1]], "cutoff_q8": 0} for row in LABELS]


def _listener(call, ear, scale_pm, emit, syllables_ms):
    from sidetone import app
    from sidetone.core.call.habit import Usual
    from sidetone.core.etiquette.profile import Profile
    from sidetone.on_cpython import hearing
    from sidetone_host import released

    network = released.load()
    if ear == "script":
        network = released.Released({**network.manifest, "labels": _labels()}, network.model)
    usual = None if call.usual is None else Usual(**call.usual)
    listener = app.build_listener(
        hearing,
        network,
        Profile(call.settings),
        app.Calibration(round(AGENT_DBFS * 256), scale_pm, usual=usual),
        app.CallSetup(True, call.direction, wall_seconds(call.start), call.has_help),
        emit,
    )
    if ear == "script":
        for channel, side in zip(listener.ears, (AGENT, CUSTOMER), strict=True):
            channel.words = ScriptWords()
            phrases = [phrase for said in call.said if said.side == side for phrase in said.phrases]
            channel.spotter = ScriptSpotter(phrases, syllables_ms if side == AGENT else ())
    else:
        listener.agent.spotter = Noted(listener.agent.spotter)
    return listener


def wall_seconds(start):
    """ "09:30" -> seconds since 1970 on the agent's wall clock; None stays None."""
    if start is None:
        return None
    hour, minute = map(int, start.split(":"))
    return int(datetime.datetime.combine(DAY, datetime.time(hour, minute), datetime.UTC).timestamp())


def play(call, samples, ear, scale_pm=1000, syllables_ms=()):
    """int16 [n, 2] -> ([{"kind":…, "t_ms":…, …}], [ms]): the lines of `sidetone replay --json`, parsed, and when the network heard the agent's
    syllables, which the script's ear is to be given."""
    from sidetone.core.telemetry import messages

    lines = []
    emit = lambda t_ms, kind, rows: lines.append(messages.encode([("kind", kind), ("t_ms", t_ms), *rows]))  # noqa: E731
    listener = _listener(call, ear, scale_pm, emit, syllables_ms)
    for state in sorted(call.states, key=lambda state: state[0]):
        listener.call_state(*state)
    step = BLOCK_HOPS * 160
    for begin in range(0, len(samples), step):
        block = samples[begin : begin + step]
        listener.feed([np.ascontiguousarray(block[:, 0]), np.ascontiguousarray(block[:, 1])])
    listener.finish()
    return [json.loads(line) for line in lines], syllables_ms if ear == "script" else listener.agent.spotter.syllables_ms


@cache
def code_hash():
    """Changes with anything that may change a line: the device's code, the released network."""
    import sidetone
    from sidetone_host import released

    folder = Path(sidetone.__file__).parent
    digest = hashlib.sha256()
    paths = [path for part in ("call", "etiquette", "lamps", "network", "speech") for path in (folder / "core" / part).glob("*.py")]
    paths += [folder / "on_cpython" / f"{name}.py" for name in ("decoder", "frontend", "inference", "kernels", "words")]
    paths += [folder / "listener.py", folder / "core/telemetry/messages.py", released.FOLDER / "zh" / "manifest.json"]
    for path in sorted(paths):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _fingerprint(call):
    """Of everything that makes the call's sound and what is told beside it."""
    clips = [(side, begin_ms, zlib.crc32(samples.tobytes())) for side, begin_ms, samples in call.clips]
    about = [call.name, call.length_ms, clips, call.tones, call.noises, call.mutes, call.thumps, call.states, call.usual, call.has_help]
    return json.dumps([about, call.settings, call.direction, call.start, [said.phrases for said in call.said]])


def played(call, rendering, ear, scale_pm=1000):
    """The lines of one rendering, kept under SIDETONE_TRAIN: an interrupted run goes on where it was."""
    return _kept(call, rendering, ear, scale_pm)["lines"]


def _kept(call, rendering, ear, scale_pm):
    about = [_fingerprint(call), str(rendering), ear, scale_pm, code_hash(), sound.VERSION]
    path = tts.work_dir() / "calls" / "played" / f"{hashlib.sha256(json.dumps(about).encode()).hexdigest()[:32]}.json"
    if path.exists():
        return json.loads(path.read_text())
    syllables_ms = _kept(call, rendering, "network", scale_pm)["syllables_ms"] if ear == "script" else ()
    lines, syllables_ms = play(call, sound.render(call, rendering), ear, scale_pm, syllables_ms)
    kept = {"lines": lines, "syllables_ms": syllables_ms}
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(f".{os.getpid()}")
    temporary.write_text(json.dumps(kept, ensure_ascii=False))
    temporary.replace(path)
    return kept
