"""`sidetone flash` with the real esptool against a fake ESP32-S3: what was built is what lies in the flash, whatever happens on the way."""

from __future__ import annotations

import hashlib
import json
import random
import re
from pathlib import Path

import pytest

import fake_image
import flash_desk
from fake_esp32s3 import FakeChip, Trouble
from programs import TREE
from sidetone_host.flash import application, configuration, filesystem
from sidetone_host.flash.application import Application

FILES_AT = 0x200000


@pytest.fixture(scope="module")
def app() -> Application:
    """The real application, built once."""
    return application.build()


@pytest.fixture
def site(tmp_path: Path, update_key: Path, app: Application, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A site file; the application is not compiled anew for every flashing; esptool gives up early."""
    monkeypatch.setattr(application, "build", lambda language: app)
    monkeypatch.setattr(configuration, "now_s", lambda: 1_795_300_000)  # the configuration holds when it was made
    (tmp_path / "esptool.cfg").write_text("[esptool]\ntimeout = 2\nconnect_attempts = 2\nerase_write_timeout_per_mb = 4\n")
    monkeypatch.setenv("ESPTOOL_CFGFILE", str(tmp_path / "esptool.cfg"))
    return flash_desk.lay(tmp_path, update_key)


def check(chip: FakeChip, site: Path, app: Application, size: int = 8 << 20) -> None:
    """The flash holds the image, around NVS byte for byte as published, and our files."""
    image = (site.parent / "image.bin").read_bytes()
    nvs = slice(0x9000, 0xF000)
    assert chip.flash[: nvs.start] == image[: nvs.start]
    assert chip.flash[nvs.stop : len(image)] == image[nvs.stop :]
    files = filesystem.read(bytes(chip.flash[FILES_AT:size]))
    assert files.pop("main.py") == (TREE / "firmware/main.py").read_bytes()
    assert {path: content for path, content in files.items() if path.startswith("a/")} == {
        f"a/{path}": content for path, content in app.slot().items()
    }
    assert json.loads(files["config/config.json"])["device"] == "seat07"
    secrets = bytes(chip.flash[nvs])
    for secret in flash_desk.SECRETS[:2]:
        assert secret.encode() in secrets
        assert not any(secret.encode() in content for content in files.values())


def one_line(capfd: pytest.CaptureFixture[str], words: str) -> None:
    """After the notes and the progress exactly one line says why, and it holds `words`."""
    error = capfd.readouterr().err
    assert "Traceback" not in error, error
    last = error.strip().splitlines()[-1]
    assert last.startswith("sidetone flash: "), error
    assert words in last, error


def test_a_board_is_flashed_and_verified(site: Path, app: Application, capfd: pytest.CaptureFixture[str]) -> None:
    digest = hashlib.sha256((site.parent / "image.bin").read_bytes()).hexdigest()
    with FakeChip() as chip:
        assert flash_desk.flash(chip, site, "--image-sha256", digest.upper()) == 0
        check(chip, site, app)
        said = capfd.readouterr()
        assert "flashed and verified" in said.out
        assert "MicroPython v1.28.0" in said.err
        assert re.search(r"application and configuration: \d0 %", said.err)
        for secret in flash_desk.SECRETS:
            assert secret not in said.out + said.err
        written = chip.written_bytes
        assert flash_desk.flash(chip, site) == 0  # again: nothing is written that is there
        assert chip.written_bytes == written
        assert capfd.readouterr().err.count("there already") == 4


def test_an_image_with_a_file_system_partition_of_its_own(site: Path, app: Application) -> None:
    (site.parent / "image.bin").write_bytes(fake_image.micropython(fake_image.OLD))
    with FakeChip(16 << 20) as chip:
        assert flash_desk.flash(chip, site) == 0
        check(chip, site, app)
        assert chip.flash[8 << 20 :] == b"\xff" * (8 << 20)


SEED = 20261122


def troubles() -> dict[str, Trouble]:
    """A seeded set. The good run of this test sends about 560 KB to the chip and gets about 3 KB: 90 KB and 600 B are the first look."""
    chance = random.Random(SEED)
    cases = {
        "vanishes_before_a_word": Trouble(vanish_after=0),
        "vanishes_at_the_first_look": Trouble(vanish_after=chance.randrange(100, 20_000)),
        "wrong_md5_of_the_first_part": Trouble(fail_md5=1),
        "wrong_md5_of_a_later_one": Trouble(fail_md5=chance.choice([3, 5, 7])),  # of each written piece's two the second
        "hangs_while_written": Trouble(vanish_after=chance.randrange(100_000, 500_000), silently=True),
    }
    for number in range(3):
        cases[f"vanishes_while_written_{number}"] = Trouble(vanish_after=chance.randrange(40_000, 550_000))
    for number in range(2):
        cases[f"drops_a_byte_of_an_answer_{number}"] = Trouble(drop_in_answer=chance.randrange(100, 2_500))
        cases[f"drops_a_byte_of_a_request_{number}"] = Trouble(drop_in_request=chance.randrange(100, 500_000))
    return cases


@pytest.mark.parametrize("name", list(troubles()))
def test_after_any_trouble_a_repeat_completes(
    name: str, site: Path, app: Application, capfd: pytest.CaptureFixture[str]
) -> None:
    with FakeChip() as chip:
        chip.trouble = troubles()[name]
        code = flash_desk.flash(chip, site)
        if code == 0:
            assert name.startswith("drops")  # esptool sent the block again
        else:
            assert code == 2
            one_line(capfd, "")
        chip.revive()
        assert flash_desk.flash(chip, site) == 0
        check(chip, site, app)


def test_the_wrong_chip_is_refused(site: Path, capfd: pytest.CaptureFixture[str]) -> None:
    for chip in (FakeChip(chip_id=5), FakeChip(chip_id=None, magic=0x00F01D83)):
        with chip:
            assert flash_desk.flash(chip, site) == 2
            one_line(capfd, "this is not an ESP32-S3 board, nothing was written")
            assert chip.written_bytes == 0


def test_a_flash_that_is_too_small_is_refused(site: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with FakeChip(2 << 20) as chip:
        assert flash_desk.flash(chip, site) == 2
        one_line(capfd, "leaves no room for files")
        assert chip.written_bytes == 0
    (site.parent / "image.bin").write_bytes(fake_image.micropython(fake_image.OLD))
    with FakeChip(4 << 20) as chip:
        assert flash_desk.flash(chip, site) == 2
        one_line(capfd, "the flash has 4 MB, but the image's partitions end at 8 MB")
        assert chip.written_bytes == 0


def broken_images() -> dict[str, tuple[bytes, str]]:
    good = fake_image.micropython()
    nowhere = bytearray(good)
    nowhere[0x8000:0x8020] = b"\xff" * 32
    table = bytearray(good)
    table[0x8004] ^= 1
    flipped = bytearray(good)
    flipped[0x20000] ^= 1
    loader = bytearray(good)
    loader[0x100] ^= 1
    return {
        "another_chip": (fake_image.micropython(chip=5), "is for the chip ESP32-C3"),
        "not_an_image": (b"<html>404</html>" * 9, "is not an ESP32 image"),
        "empty": (b"", "is not an ESP32 image"),
        "application_alone": (good[0x10000:], "holds no partition table"),
        "cut_off": (good[:-5000], "application is torn"),
        "cut_off_early": (good[:0x8400], "no application"),
        "no_table": (bytes(nowhere), "holds no partition table"),
        "damaged_table": (bytes(table), "does not match its own MD5"),
        "damaged_application": (bytes(flipped), "application is torn"),
        "damaged_loader": (bytes(loader), "boot loader is torn"),
    }


@pytest.mark.parametrize("name", [name for name in broken_images() if name != "cut_off_early"])
def test_a_wrong_image_is_refused(name: str, site: Path, capfd: pytest.CaptureFixture[str]) -> None:
    data, words = broken_images()[name]
    (site.parent / "image.bin").write_bytes(data)
    assert flash_desk.flash("socket://127.0.0.1:9", site) == 2  # before anything is looked for on the port
    one_line(capfd, words)


def test_a_wrong_checksum_is_refused(site: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert flash_desk.flash("socket://127.0.0.1:9", site, "--image-sha256", "0" * 64) == 2
    one_line(capfd, "is not the image that was meant")
    assert flash_desk.flash("socket://127.0.0.1:9", site, "--image-sha256", "abc") == 2
    one_line(capfd, "takes the 64 hexadecimal digits")
    assert flash_desk.flash("socket://127.0.0.1:9", site, image=site.parent / "absent.bin") == 2
    one_line(capfd, "cannot read the image")


def test_nobody_on_the_port(site: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert flash_desk.flash("socket://127.0.0.1:9", site) == 2
    one_line(capfd, "cannot open socket://127.0.0.1:9")
    assert flash_desk.flash("/dev/absent", site) == 2
    one_line(capfd, "cannot open /dev/absent")


@pytest.mark.needs("mpy-cross")
def test_the_application_keeps_its_budget(app: Application) -> None:
    """Issue 4: at most 700 KB of application files with one model."""
    assert app.total_bytes <= 700 * 1024
    print(f"application: {len(app.files)} files, {app.total_bytes >> 10} KB of 700 KB with one model")
    kinds = {path.rpartition(".")[2] for path in app.files}
    assert kinds == {"mpy", "py", "json", "tflite"}
    for path, content in app.files.items():
        if path.endswith(".py"):
            assert b"@micropython." in content, f"{path} ships as source without a reason"
    assert not any("on_cpython" in path for path in app.files)
