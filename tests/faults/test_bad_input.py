"""Issue 2's bad input, as a user meets it: the real command in its own process gives one plain line and the right exit code.

The link, the broker and the disk have tests of their own beside this one; models have test_model_files.py.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile

Done = subprocess.CompletedProcess[str]
RATE_HZ = 16000
SECONDS = 2


def sidetone(folder: Path, *arguments: str) -> Done:
    """The command in `folder`, with a home of its own."""
    env = {**os.environ, "HOME": str(folder), "XDG_DATA_HOME": str(folder / "data")}
    env.pop("SIDETONE_MQTT", None)
    return subprocess.run(
        [sys.executable, "-m", "sidetone_host.cli", *arguments],
        cwd=folder,
        env=env,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with one file of each kind."""
    folder = tmp_path_factory.mktemp("bad")
    time_s = np.arange(RATE_HZ * SECONDS) / RATE_HZ
    voice = 0.2 * np.sin(2 * np.pi * 300 * time_s) * (1 + np.sin(2 * np.pi * 4 * time_s)) / 2

    def write(name: str, samples: np.ndarray, rate_hz: int = RATE_HZ, subtype: str | None = None) -> bytes:
        soundfile.write(str(folder / name), samples, rate_hz, subtype=subtype)
        return (folder / name).read_bytes()

    wav = write("good.wav", voice)
    flac = write("good.flac", voice)
    write("8bit.wav", voice, subtype="PCM_U8")
    write("24bit.wav", voice, subtype="PCM_24")
    write("32bit.wav", voice, subtype="PCM_32")
    write("float.wav", voice, subtype="FLOAT")
    write("8khz.wav", voice[::2], 8000)
    write("44khz.wav", np.interp(np.arange(0, SECONDS, 1 / 44100), time_s, voice), 44100)
    write("two.wav", np.stack([voice, voice / 2], 1))
    write("three.wav", np.stack([voice] * 3, 1))
    write("silence.wav", np.zeros(RATE_HZ * SECONDS, np.int16))
    write("hush.wav", np.random.default_rng(1).integers(-3, 4, RATE_HZ * SECONDS).astype(np.int16))
    write("square.wav", np.where(voice >= 0, 32767, -32768).astype(np.int16))
    write("nan.wav", np.where(time_s < 1, voice, np.nan), subtype="FLOAT")
    write("short.wav", voice[:100])
    for name, content in (
        ("cut.wav", wav[: len(wav) // 2]),
        ("cut.flac", flac[: len(flac) // 2]),
        ("cut_header.wav", wav[:30]),
        ("cut_header.flac", flac[:20]),
        ("header_only.wav", wav[:44]),
        ("empty.wav", b""),
        ("text.wav", b"hello\n" * 100),
        ("zeros.wav", bytes(1000)),
        ("song.mp3", b"ID3" + bytes(500)),
        ("faults.toml", b'[volume]\nlod_db = 5\nloud_db = 900\n[pace]\nfast_per_min = "quick"\n'),
        ("torn.toml", b"[volume\nloud_db = 6\n"),
        ("events_torn.jsonl", b'{"t_ms":0,"phase":"ringing"}\n{"t_ms":'),
        ("events_phase.jsonl", b'{"t_ms":0,"phase":"dancing"}\n'),
        ("events_time.jsonl", b'{"t_ms":-1,"phase":"ringing"}\n'),
    ):
        (folder / name).write_bytes(content)
    (folder / "folder.wav").mkdir()
    return folder


def one_line(done: Done, code: int, *words: str) -> None:
    assert done.returncode == code, done
    assert done.stderr.count("\n") == 1, done.stderr
    assert done.stderr.endswith("\n")
    assert "Traceback" not in done.stderr
    for word in words:
        assert word in done.stderr, done.stderr


@pytest.mark.parametrize(
    "name",
    [
        "good.wav",
        "good.flac",
        "8bit.wav",
        "24bit.wav",
        "32bit.wav",
        "float.wav",
        "8khz.wav",
        "44khz.wav",
        "two.wav",
        "silence.wav",
        "square.wav",
    ],
)
def test_every_kind_of_sound_is_played_without_a_word(here: Path, name: str) -> None:
    done = sidetone(here, "replay", name, "--json")
    assert (done.returncode, done.stderr) == (0, ""), done
    assert done.stdout.splitlines()[-1].startswith('{"kind":"summary"')


def test_silence_is_not_speech_and_not_measured(here: Path) -> None:
    summary = sidetone(here, "replay", "silence.wav", "--json").stdout.splitlines()[-1]
    assert '"level_dbfs":null' in summary
    assert '"syllables":null' in summary
    assert '"agent_speech_s":"line dead"' in summary  # a converter that lives is never all zeros
    summary = sidetone(here, "replay", "hush.wav", "--json").stdout.splitlines()[-1]
    assert '"level_dbfs":null' in summary
    assert '"syllables":0' in summary


@pytest.mark.parametrize("name", ["cut.wav", "cut.flac"])
def test_cut_sound_is_played_with_one_warning(here: Path, name: str) -> None:
    done = sidetone(here, "replay", name, "--json")
    one_line(done, 0, name, "shorter than its header")
    assert done.stdout.splitlines()[-1].startswith('{"kind":"summary"')
    one_line(sidetone(here, "features", name, "out.npy"), 0, name)


@pytest.mark.parametrize(
    "name",
    ["cut_header.wav", "cut_header.flac", "header_only.wav", "empty.wav", "text.wav", "zeros.wav", "song.mp3", "three.wav", "nan.wav"]
    + ["short.wav", "folder.wav", "absent.wav"],
)
def test_what_is_not_a_call_is_one_line(here: Path, name: str) -> None:
    done = sidetone(here, "replay", name, "--json")
    one_line(done, 2, f"sidetone replay: {name}:")
    assert done.stdout == ""


def test_the_other_commands_that_read_sound_say_the_same(here: Path) -> None:
    for arguments in (("features", "cut_header.wav", "out.npy"), ("run", "--source", "cut_header.wav", "--lamps", "none")):
        one_line(sidetone(here, *arguments), 2, f"sidetone {arguments[0]}: cut_header.wav:")


def test_a_bad_file_after_a_good_one_leaves_the_good_ones_lines(here: Path) -> None:
    done = sidetone(here, "replay", "good.wav", "three.wav", "--json")
    one_line(done, 2, "three.wav")
    assert done.stdout.count('"kind":"summary"') == 1


def test_a_profiles_faults_come_all_at_once(here: Path) -> None:
    done = sidetone(here, "profile", "check", "faults.toml")
    assert done.returncode == 1
    for word in ("lod_db", "volume.loud_db", "pace"):
        assert word in done.stderr
    assert "Traceback" not in done.stderr
    for arguments in (("replay", "good.wav"), ("run", "--source", "good.wav", "--lamps", "none")):
        used = sidetone(here, *arguments, "--profile", "faults.toml")
        assert used.returncode == 1, used
        assert used.stderr == done.stderr


@pytest.mark.parametrize("name", ["torn.toml", "absent.toml", "good.wav", "folder.wav"])
def test_what_is_not_a_profile_is_one_line(here: Path, name: str) -> None:
    one_line(sidetone(here, "profile", "check", name), 2, name)
    one_line(sidetone(here, "replay", "good.wav", "--profile", name), 2, name)


@pytest.mark.parametrize("name", ["events_torn.jsonl", "events_phase.jsonl", "events_time.jsonl", "absent.jsonl", "good.wav", "folder.wav"])
def test_call_events_that_are_none(here: Path, name: str) -> None:
    one_line(sidetone(here, "replay", "good.wav", "--json", "--events", name), 2, name)


@pytest.mark.parametrize(
    "arguments",
    [
        ("replay", "good.wav", "--baseline-dbfs", "5"),
        ("replay", "good.wav", "--baseline-dbfs", "nan"),
        ("replay", "good.wav", "--rate-scale", "0"),
        ("replay", "good.wav", "--start", "yesterday"),
        ("replay", "good.wav", "--direction", "up"),
        ("replay", "good.wav", "--runtime", "other"),
        ("replay", "good.wav", "good.flac", "--plot", "two.png"),
        ("replay",),
        ("run", "--board", "nope"),
        ("run", "--board", "esp32s3-generic-oct"),
        ("run", "--source", "good.wav", "--lamps", "none", "--baseline-dbfs", "nan"),
        ("run", "--source", "good.wav", "--lamps", "none", "--seconds", "nan"),
        ("run", "--source", "good.wav", "--lamps", "none", "--seconds", "-1"),
        ("run", "--source", "good.wav", "--lamps", "none", "--mqtt", "http://127.0.0.1"),
        ("run", "--source", "good.wav", "--lamps", "none", "--site", "a/b"),
        ("run", "--source", "good.wav", "--lamps", "none", "--data", "/proc/nope"),
        ("broker", "--port", "0"),
        ("broker", "--port", "99999"),
        ("broker", "--host", "300.1.1.1"),
        ("broker", "--data", "/proc/nope"),
        ("model",),
        ("nonsense",),
        (),
    ],
    ids=" ".join,
)
def test_arguments_that_cannot_be_are_one_line(here: Path, arguments: tuple[str, ...]) -> None:
    one_line(sidetone(here, *arguments), 2, "sidetone")


def test_ports_in_use(here: Path, free_port: Callable[[], int]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", free_port()))
        taken.listen()
        one_line(sidetone(here, "broker", "--port", str(taken.getsockname()[1])), 2, "port")


def test_no_sound_card(here: Path) -> None:
    """Without the PortAudio library or any input: what is missing, and what to do. (A machine with a microphone has nothing to show.)"""
    board = here / "deaf.toml"
    tree = Path(__file__).resolve().parents[2]
    board.write_text((tree / "boards/desktop.toml").read_text("utf-8").replace('device = ""', 'device = "no such card"'), "utf-8")
    one_line(sidetone(here, "run", "--board", str(board), "--lamps", "none"), 2, "sound")


def test_an_output_that_takes_no_more(here: Path) -> None:
    for arguments in (("replay", "good.wav", "--json"), ("profile", "settings"), ("features", "good.wav", "/dev/full")):
        with open("/dev/full", "w") as full:
            done = subprocess.run(
                [sys.executable, "-m", "sidetone_host.cli", *arguments],
                cwd=here,
                stdout=full,
                stderr=subprocess.PIPE,
                text=True,
                check=False,
            )
        one_line(done, 2, "No space left on device")


def test_a_reader_that_goes_away_is_no_fault(here: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as pipe:
        done = subprocess.run(
            [sys.executable, "-m", "sidetone_host.cli", "replay", "good.wav", "--json"],
            cwd=here,
            stdout=pipe,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert (done.returncode, done.stderr) == (0, "")
