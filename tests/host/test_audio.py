"""Blocks of hops from recordings and from live sound."""

from __future__ import annotations

import os
import subprocess
import sys
import types
from pathlib import Path

import numpy as np
import pytest

from sidetone.on_cpython import audio
from sidetone.on_cpython.audio import LiveSource, SoundUnavailable, WavSource

TREE = Path(__file__).resolve().parents[2]


def pcm(seconds, channels, seed=1):
    return np.random.default_rng(seed).integers(-20000, 20000, (int(seconds * 16000), channels)).astype(np.int16)


class Recording:
    def __init__(self, sound):
        self.channels = [np.ascontiguousarray(column) for column in sound.T]


@pytest.mark.parametrize("hops", [1, 7, 10])
@pytest.mark.parametrize("channels", [1, 2])
def test_a_recording_comes_whole_but_for_its_last_part_hop(hops, channels):
    sound = pcm(0.555, channels)
    blocks = list(WavSource(Recording(sound), hops=hops))
    assert all(len(block) == channels for block in blocks)
    assert all(len(block[0]) == hops * 160 for block in blocks[:-1])
    assert 0 < len(blocks[-1][0]) <= hops * 160
    assert np.array_equal(np.concatenate([np.stack(block, 1) for block in blocks]), sound[: 55 * 160])


def test_realtime_hands_a_block_over_when_it_would_have_been_heard():
    clock = [100.0]
    slept = []

    def sleep(seconds):
        slept.append(seconds)
        clock[0] += seconds

    times = []
    for number, _ in enumerate(WavSource(Recording(pcm(0.5, 1)), realtime=True, hops=10, now=lambda: clock[0], sleep=sleep)):
        times.append(round(clock[0] - 100.0, 6))
        if number == 1:
            clock[0] += 0.25  # a slow listener: the next blocks come at once, then the pace is the clock's again
    assert times == [0.1, 0.2, 0.45, 0.45, 0.5]
    assert len(slept) == 3


class FakeSounddevice(types.SimpleNamespace):
    """Hands the callback to the test, as PortAudio's thread would call it."""

    class PortAudioError(Exception):
        pass

    def __init__(self, error=None):
        super().__init__(error=error, opened=None, closed=False)

    def InputStream(self, **kinds):
        if self.error:
            raise self.error
        self.opened = kinds
        return types.SimpleNamespace(start=lambda: None, close=self._close)

    def _close(self):
        self.closed = True

    def give(self, data, overflow=False):
        status = types.SimpleNamespace(input_overflow=True) if overflow else None
        self.opened["callback"](data, len(data), None, status)


def test_live_blocks_in_order_sides_swapped():
    device = FakeSounddevice()
    sound = pcm(0.1, 2)
    with LiveSource(channels=2, customer="left", hops=2, backend=device) as source:
        for at in range(0, len(sound), 320):
            device.give(sound[at : at + 320])
        source.close()
        got = np.concatenate([np.stack(block, 1) for block in source])
    assert np.array_equal(got, sound[:, ::-1])
    assert device.closed
    assert source.overruns == 0
    assert device.opened["samplerate"] == 16000
    assert device.opened["dtype"] == "int16"
    assert device.opened["blocksize"] == 320


def test_the_ring_is_bounded_and_drops_are_counted():
    device = FakeSounddevice()
    with LiveSource(hops=2, backend=device) as source:
        for number in range(150):
            device.give(np.full((320, 1), number, np.int16))
        device.give(np.zeros((320, 1), np.int16), overflow=True)
        source.close()
        kept = [int(block[0][0]) for block in source]
    assert kept == list(range(100))  # 2 s of 20 ms, the oldest
    assert source.overruns == 50 + 2  # the last one was both late and dropped


def test_a_lost_device_is_one_line():
    device = FakeSounddevice()
    source = LiveSource(backend=device)
    device.give(np.ones((320, 1), np.int16))
    device.opened["finished_callback"]()
    blocks = iter(source)
    next(blocks)  # what was heard before is still heard
    with pytest.raises(SoundUnavailable, match="went away"):
        next(blocks)


@pytest.mark.parametrize("error", [FakeSounddevice.PortAudioError("Error querying\ndevice -1"), ValueError("No input device matching 'x'")])
def test_no_sound_card_is_one_line(error):
    with pytest.raises(SoundUnavailable) as caught:
        LiveSource(backend=FakeSounddevice(error))
    assert "\n" not in str(caught.value)
    assert "sound card" in str(caught.value)


@pytest.mark.parametrize(("fault", "says"), [(ImportError, "sidetone-headset"), (OSError, "libportaudio2")])
def test_no_sounddevice_and_no_portaudio_are_one_line(monkeypatch, fault, says):
    class Absent:
        def find_spec(self, name, path=None, target=None):
            if name == "sounddevice":
                raise fault("PortAudio library not found")

    monkeypatch.delitem(sys.modules, "sounddevice", raising=False)
    monkeypatch.setattr(sys, "meta_path", [Absent(), *sys.meta_path])
    with pytest.raises(SoundUnavailable, match=says):
        LiveSource()


def test_sounddevice_is_imported_only_for_live_sound():
    code = "import sys; import sidetone.on_cpython.audio; sys.exit('sounddevice' in sys.modules)"
    assert (
        subprocess.run([sys.executable, "-c", code], check=False, env={**os.environ, "PYTHONPATH": str(TREE / "firmware")}).returncode == 0
    )


ALSA = """
pcm.!default {{ type plug slave.pcm {{ type file slave.pcm {{ type null }} file "{folder}/out.raw" infile "{folder}/in.raw" format "raw" }} }}
ctl.!default {{ type hw card 0 }}
"""

CAPTURE = """
import sys
import numpy as np
from sidetone.on_cpython.audio import LiveSource
channels, wanted = int(sys.argv[1]), int(sys.argv[2])
got = []
with LiveSource(channels=channels) as source:
    for block in source:
        got.append(np.stack(block, 1))
        if sum(map(len, got)) >= wanted:
            break
sys.stdout.buffer.write(np.concatenate(got)[:wanted].tobytes())
"""


@pytest.mark.needs("portaudio")
@pytest.mark.parametrize("channels", [1, 2])
def test_captured_sound_is_the_files_byte_for_byte(tmp_path, channels):
    """Through sounddevice, PortAudio and ALSA's `file` device, which plays a file as if it were a microphone."""
    pytest.importorskip("sounddevice")
    sound = pcm(1.5, channels)
    (tmp_path / "in.raw").write_bytes(sound.tobytes())
    (tmp_path / "alsa.conf").write_text(ALSA.format(folder=tmp_path))
    run = subprocess.run(
        [sys.executable, "-c", CAPTURE, str(channels), str(len(sound))],
        env={**os.environ, "ALSA_CONFIG_PATH": str(tmp_path / "alsa.conf"), "PYTHONPATH": str(TREE / "firmware")},
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert run.returncode == 0, run.stderr.decode()
    assert run.stdout == sound.tobytes()


def test_ring_holds_two_seconds():
    assert audio.RING_MS == 2000
