"""Files to hops: what is exact, what is converted, and one plain line for what cannot be played."""

from __future__ import annotations

import struct

import numpy as np
import pytest
import soundfile

from sidetone_host.cli import main
from sidetone_host.decode import open_audio
from sidetone_host.errors import CannotDo

RATE = 16000


def tone(seconds=1.0, rate=RATE, hertz=440.0, amplitude=0.25):
    return amplitude * np.sin(2 * np.pi * hertz * np.arange(int(seconds * rate)) / rate)


def wav_header(data_bytes, channels=1, rate=RATE, bits=16):
    block = channels * bits // 8
    return struct.pack(
        "<4sI4s4sIHHIIHH4sI",
        b"RIFF",
        36 + data_bytes,
        b"WAVE",
        b"fmt ",
        16,
        1,
        channels,
        rate,
        rate * block,
        block,
        bits,
        b"data",
        data_bytes,
    )


@pytest.fixture
def pcm():
    return np.random.default_rng(3).integers(-32768, 32768, RATE).astype(np.int16)


@pytest.mark.parametrize("kind", ["WAV", "FLAC"])
def test_16_bit_16_khz_comes_through_sample_for_sample(tmp_path, pcm, kind):
    path = tmp_path / "call"
    soundfile.write(path, pcm, RATE, subtype="PCM_16", format=kind)
    recording = open_audio(path)
    assert len(recording.channels) == 1
    assert recording.channels[0].dtype == np.int16
    assert np.array_equal(recording.channels[0], pcm)
    assert recording.warning is None
    assert recording.hops == 100
    assert recording.duration_ms == 1000


def test_sides(tmp_path, pcm):
    path = tmp_path / "call.wav"
    left, right = pcm, pcm[::-1].copy()
    soundfile.write(path, np.stack([left, right], 1), RATE, subtype="PCM_16")
    for customer, expected in ((None, [left, right]), ("right", [left, right]), ("left", [right, left]), ("none", [left])):
        channels = open_audio(path, customer).channels
        assert len(channels) == len(expected)
        assert all(np.array_equal(a, b) for a, b in zip(channels, expected, strict=True))


def test_a_mono_file_has_no_customer(tmp_path, pcm):
    path = tmp_path / "call.wav"
    soundfile.write(path, pcm, RATE, subtype="PCM_16")
    assert len(open_audio(path, "none").channels) == 1
    with pytest.raises(CannotDo, match="one channel only"):
        open_audio(path, "right")


@pytest.mark.parametrize(
    ("subtype", "kind", "tolerance"),
    [
        ("PCM_U8", "WAV", 256),
        ("PCM_24", "WAV", 1),
        ("PCM_32", "WAV", 1),
        ("FLOAT", "WAV", 1),
        ("PCM_S8", "FLAC", 256),
        ("PCM_24", "FLAC", 1),
    ],
)
def test_other_sample_formats(tmp_path, subtype, kind, tolerance):
    path = tmp_path / "call"
    sound = tone()
    soundfile.write(path, sound, RATE, subtype=subtype, format=kind)
    got = open_audio(path).channels[0].astype(np.int32)
    assert np.abs(got - sound * 32768).max() <= tolerance + 1


@pytest.mark.parametrize("rate", [8000, 11025, 22050, 32000, 44100, 48000, 96000])
def test_other_rates_keep_pitch_level_and_length(tmp_path, rate):
    path = tmp_path / "call.wav"
    soundfile.write(path, tone(2.0, rate), rate, subtype="PCM_16")
    got = open_audio(path).channels[0].astype(np.float64)
    assert abs(len(got) - 2 * RATE) <= 1
    middle = got[8000:24000]
    assert np.sqrt(np.mean(middle**2)) == pytest.approx(0.25 * 32768 / np.sqrt(2), rel=0.01)
    assert np.argmax(np.abs(np.fft.rfft(middle))) == 440


def test_decoding_is_the_same_every_time(tmp_path):
    path = tmp_path / "call.wav"
    soundfile.write(path, np.stack([tone(1, 44100), tone(1, 44100, 300)], 1), 44100, subtype="FLOAT")
    first, second = open_audio(path), open_audio(path)
    assert all(np.array_equal(a, b) for a, b in zip(first.channels, second.channels, strict=True))


def test_loud_float_is_clipped_not_wrapped(tmp_path):
    path = tmp_path / "call.wav"
    soundfile.write(path, np.array([2.0, -2.0] * 8000, np.float32), RATE, subtype="FLOAT")
    got = open_audio(path).channels[0]
    assert got.max() == 32767
    assert got.min() == -32768


def test_data_shorter_than_its_header_is_played_with_a_warning(tmp_path, pcm):
    path = tmp_path / "call.wav"
    path.write_bytes(wav_header(2 * RATE) + pcm[:8000].tobytes())
    recording = open_audio(path)
    assert np.array_equal(recording.channels[0], pcm[:8000])
    assert recording.warning is not None
    assert "shorter than its header says" in recording.warning
    assert "0.5 s" in recording.warning
    assert "\n" not in recording.warning


def test_a_flac_cut_in_the_middle_is_played_with_a_warning(tmp_path):
    path = tmp_path / "call.flac"
    soundfile.write(path, np.random.default_rng(1).integers(-9000, 9000, 5 * RATE).astype(np.int16), RATE, subtype="PCM_16")
    data = path.read_bytes()
    path.write_bytes(data[: len(data) * 2 // 3])
    recording = open_audio(path)
    assert recording.warning
    assert 1.0 < len(recording.channels[0]) / RATE < 4.9


def test_a_wav_cut_at_every_byte_of_its_header_is_one_line(tmp_path, pcm):
    path = tmp_path / "call.wav"
    whole = wav_header(2000) + pcm[:1000].tobytes()
    for cut in range(44):
        path.write_bytes(whole[:cut])
        with pytest.raises(CannotDo) as caught:
            open_audio(path)
        assert str(path) in str(caught.value)
        assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "empty file"),
        (b"To whom it may concern:\n" * 50, "not sound"),
        (bytes(range(256)) * 20, "not sound"),
        (b"fLaC" + b"\0" * 10, "header is cut"),
        (wav_header(0), "no sound in it"),
        (wav_header(100) + b"\0" * 100, "no sound in it"),
    ],
    ids=["empty", "text", "bytes", "flac-header", "no-data", "under-a-hop"],
)
def test_what_is_not_sound_is_one_line(tmp_path, content, says):
    path = tmp_path / "call.wav"
    path.write_bytes(content)
    with pytest.raises(CannotDo, match=says) as caught:
        open_audio(path)
    assert "\n" not in str(caught.value)


def test_three_channels(tmp_path, pcm):
    path = tmp_path / "call.wav"
    soundfile.write(path, np.stack([pcm] * 3, 1), RATE, subtype="PCM_16")
    with pytest.raises(CannotDo, match="3 channels"):
        open_audio(path)


def test_a_folder_and_nothing(tmp_path):
    with pytest.raises(CannotDo, match="is a folder"):
        open_audio(tmp_path)
    with pytest.raises(CannotDo, match="no such file"):
        open_audio(tmp_path / "absent.wav")


def test_other_formats_and_odd_rates(tmp_path, pcm):
    path = tmp_path / "call.ogg"
    soundfile.write(path, tone(), RATE, format="OGG", subtype="VORBIS")
    with pytest.raises(CannotDo, match="OGG is not read"):
        open_audio(path)
    path = tmp_path / "slow.wav"
    soundfile.write(path, pcm, 1000, subtype="PCM_16")
    with pytest.raises(CannotDo, match="1000 samples a second"):
        open_audio(path)


def test_not_a_number_is_not_sound(tmp_path):
    path = tmp_path / "call.wav"
    soundfile.write(path, np.full(RATE, np.nan, np.float32), RATE, subtype="FLOAT")
    with pytest.raises(CannotDo, match="not sound"):
        open_audio(path)


# ---- sidetone features --------------------------------------------------------------------------------------------


def test_features_command(tmp_path, pcm, capsys):
    path, out = tmp_path / "call.wav", tmp_path / "out.bin"
    soundfile.write(path, pcm, RATE, subtype="PCM_16")
    assert main(["features", str(path), str(out)]) == 0
    features = np.load(out)
    assert features.shape == (98, 40)
    assert features.dtype == np.uint16
    assert capsys.readouterr() == ("", "")


def test_features_of_a_stereo_file_are_the_agents(tmp_path, pcm):
    path = tmp_path / "call.wav"
    soundfile.write(path, np.stack([pcm, np.zeros_like(pcm)], 1), RATE, subtype="PCM_16")
    assert main(["features", str(path), str(tmp_path / "left.npy")]) == 0
    assert main(["features", str(path), str(tmp_path / "right.npy"), "--customer", "left"]) == 0
    assert np.load(tmp_path / "left.npy").any()
    assert not np.load(tmp_path / "right.npy").any()


def test_features_command_failures_are_one_line(tmp_path, pcm, capsys):
    path = tmp_path / "call.wav"
    soundfile.write(path, pcm, RATE, subtype="PCM_16")
    for arguments in (
        [str(tmp_path / "absent.wav"), str(tmp_path / "out.npy")],
        [str(path), str(tmp_path / "no" / "such" / "folder.npy")],
    ):
        assert main(["features", *arguments]) == 2
        captured = capsys.readouterr()
        assert captured.out == ""
        assert captured.err.count("\n") == 1


def test_features_of_a_cut_file_warn_once(tmp_path, pcm, capsys):
    path = tmp_path / "call.wav"
    path.write_bytes(wav_header(2 * RATE) + pcm[:8000].tobytes())
    assert main(["features", str(path), str(tmp_path / "out.npy")]) == 0
    assert capsys.readouterr().err.count("\n") == 1
