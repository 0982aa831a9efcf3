"""Site files: every fault at once, each with its place; and what a seat's configuration holds, byte for byte where it matters."""

from __future__ import annotations

import json
import re
import stat
import time
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization

import flash_desk
from sidetone.core.etiquette.profile import Profile
from sidetone_host import cli
from sidetone_host.flash import configuration, signing, site


@pytest.fixture
def hall(tmp_path: Path, update_key: Path) -> Path:
    return flash_desk.lay(tmp_path, update_key)


def provision(path: Path, seat: str = "seat07", *more: str) -> int:
    return cli.main(["provision", "--site", str(path), "--seat", seat, *more])


def test_a_seat_is_compiled(hall: Path, capsys: pytest.CaptureFixture[str]) -> None:
    compiled = configuration.compile(site.load(hall), "seat07")
    table = json.loads(compiled.files["config/config.json"])
    assert list(table) == [
        "schema", "made_s", "site", "device", "board", "profile", "calibration", "broker", "utc_offset_min", "ntp", "brightness_pm", "dim",
        "customer",
    ]  # fmt: skip
    assert abs(table["made_s"] - time.time()) < 60
    assert (table["schema"], table["site"], table["device"]) == (1, "hall3", "seat07")
    assert table["board"]["board"]["name"] == "esp32s3-generic-oct"
    assert table["board"]["sound"]["i2s_pins"] == {"sck": 4, "ws": 5, "sd": 6}
    assert table["profile"] == {"name": "default-zh", "values": {}}
    assert table["calibration"] == {"baseline_q8": -6272, "rate_scale_pm": 1050, "cutoffs_q8": []}
    assert (table["broker"], table["ntp"], table["utc_offset_min"]) == ("mqtts://broker.example:8883", None, 480)
    assert (table["brightness_pm"], table["dim"], table["customer"]) == (100, False, True)
    x509.load_der_x509_certificate(compiled.files["config/ca.der"])
    assert compiled.secrets == {
        "wifi_ssid": b"headsets",
        "wifi_key": b"correct horse battery",
        "mqtt_user": b"seat07",
        "mqtt_pass": b"sesame-opens-07",
        "update_pub": signing.modulus(hall.parent / "update.pem.pub"),
    }
    assert not any(secret in repr(compiled) for secret in flash_desk.SECRETS)


def test_a_seat_with_a_certificate_has_no_password(hall: Path) -> None:
    compiled = configuration.compile(site.load(hall), "seat08")
    assert "mqtt_pass" not in compiled.secrets
    key = serialization.load_der_private_key(compiled.secrets["client_key"], None)
    assert x509.load_der_x509_certificate(compiled.files["config/client.der"]).public_key() == key.public_key()
    assert json.loads(compiled.files["config/config.json"])["dim"] is True


def test_an_agents_calibration(hall: Path) -> None:
    (hall.parent / "li.toml").write_text("baseline_dbfs = -30\nrate_scale = 1.2\n[cutoffs]\ngreeting = -0.5\n")
    hall.write_text(flash_desk.SITE.replace("baseline_dbfs = -24.5\n", 'calibration = "li.toml"\n'))
    table = json.loads(configuration.compile(site.load(hall), "seat07").files["config/config.json"])
    assert table["calibration"] == {"baseline_q8": -7680, "rate_scale_pm": 1050, "cutoffs_q8": [["greeting", -128]]}


def test_a_site_profile_is_compiled_into_it(hall: Path) -> None:
    (hall.parent / "loud.toml").write_text('name = "loud hall"\n[volume]\nloud_db = 8\n')
    hall.write_text(flash_desk.SITE.replace('site = "hall3"', 'site = "hall3"\nprofile = "loud.toml"'))
    table = json.loads(configuration.compile(site.load(hall), "seat07").files["config/config.json"])
    assert table["profile"] == {"name": "loud hall", "values": {"name": "loud hall", "volume.loud_db": 2048}}
    assert Profile(list(table["profile"]["values"].items())).get("volume.loud_db") == 2048


FAULTY = """\
schema = 2
site = "hall 3"
broker = "broker.example"
utc_offset_min = 8000
boards = "esp32s3-generic-oct"
profile = "nowhere"
update_key = "ca.pem"
ntp = "not a host"

[wifi]
ssid = "headsets"

[[seats]]
name = "seat07"
baseline_dbfs = 24.5
customer = "yes"

[[seats]]
name = "seat07"
rate_scale = true
dimm = true
password = "x"
password_file = "y"
"""


def test_every_fault_at_once_with_its_line(hall: Path, capsys: pytest.CaptureFixture[str]) -> None:
    hall.write_text(FAULTY)
    assert provision(hall) == 1
    said = capsys.readouterr()
    assert said.out == ""
    lines = said.err.splitlines()
    found = [(int(match[1]), match[2]) for match in (re.match(r".*hall3\.toml:(\d+): ([^:]+): ", line) for line in lines) if match]
    assert found == [
        (1, "schema"), (2, "site"), (3, "broker"), (4, "utc_offset_min"), (5, "boards"), (6, "profile"), (7, "update_key"), (8, "ntp"),
        (10, "wifi"), (14 + 1, "seats.0.baseline_dbfs"), (16, "seats.0.customer"), (19, "seats.1.name"), (20, "seats.1.rate_scale"),
        (21, "seats.1.dimm"), (22, "seats.1.password"),
    ]  # fmt: skip
    assert lines[-1] == f"{hall}: 15 faults"
    assert "did you mean board?" in said.err
    assert "did you mean dim?" in said.err


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('site = "hall3"\n', "", ": site: is missing"),
        ('ca = "ca.pem"\n', "", "mqtts:// needs the certificate"),
        ('ca = "ca.pem"', 'ca = "absent.pem"', "cannot read"),
        ('ca = "ca.pem"', 'ca = "wifi.key"', "is not a certificate"),
        ("mqtts://broker.example:8883", "mqtts://me:secret@broker.example", "holds a user or password"),
        ("mqtts://broker.example:8883", "mqtts://broker.example:70000", "is not a broker's address"),
        ('key_file = "wifi.key"', 'key_file = "ca.pem"', "must hold the secret alone"),
        ('key_file = "wifi.key"', 'key = "short"', "has 8 to 63 characters"),
        ('key_file = "wifi.key"', 'key_file = "wifi.key"\nopen = true', "exactly one of"),
        ('ssid = "headsets"', 'ssid = ""', "is empty"),
        ('site = "hall3"', 'site = "hall\\u0000"', "holds a character that is none"),
        ("baseline_dbfs = -24.5", "baseline_dbfs = nan", "is nan; allowed is -60 to 0"),
        ("rate_scale = 1.05", "rate_scale = inf", "is inf; allowed is 0.25 to 4"),
        ('ssid = "headsets"', f'ssid = "{"网" * 11}"', "32 bytes"),
        ('update_key = "update.pem.pub"', 'update_key = "seat08.key"', "is the private key"),
        ('passwords = "passwords"', 'passwords = "secrets"', "neither seat07.pass nor seat07.url"),
        ('name = "seat07"', 'name = "seat07"\nboard = "rpi-usb"', "does not run MicroPython; choose esp32s3-generic-oct"),
        ('name = "seat07"', 'name = "seat07"\nboard = "esp"', "there is no board 'esp'"),
        ('name = "seat07"', 'name = "seat07"\ncalibration = "x.toml"', "cannot read the calibration"),
        ('name = "seat07"', 'name = "seat07"\ncertificate = "ca.pem"', "needs both certificate and certificate_key"),
        ('name = "seat07"', 'name = "seat07"\npassword_file = "absent"', "cannot read"),
    ],
)
def test_each_fault(hall: Path, old: str, new: str, words: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert old in flash_desk.SITE
    hall.write_text(flash_desk.SITE.replace(old, new))
    assert provision(hall) == 1
    error = capsys.readouterr().err
    assert words in error
    assert error.splitlines()[-1] == f"{hall}: 1 fault"


def test_a_key_that_is_not_the_certificates(hall: Path, capsys: pytest.CaptureFixture[str]) -> None:
    flash_desk.certificate(hall.parent / "other.pem", hall.parent / "seat08.key", "seat08")
    assert provision(hall, "seat08") == 1
    assert "is not the key of this certificate" in capsys.readouterr().err


def test_an_address_of_another_user(hall: Path, capsys: pytest.CaptureFixture[str]) -> None:
    flash_desk.private(hall.parent / "passwords/seat07.url", "mqtt://seat09:secret@10.0.0.1\n")
    assert provision(hall) == 1
    assert "is not that of the user seat07" in capsys.readouterr().err


def test_what_cannot_be_done_is_one_line(hall: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert provision(hall, "seat7") == 2
    assert capsys.readouterr().err.endswith("has no seat 'seat7'; near it: seat07, seat08\n")
    assert provision(hall.parent / "absent.toml") == 2
    assert "cannot read the site file" in capsys.readouterr().err
    hall.write_text("[")
    assert provision(hall) == 2
    assert "is not TOML" in capsys.readouterr().err
    assert cli.main(["provision"]) == 2
    assert "give --site FILE and --seat NAME" in capsys.readouterr().err


def test_the_files_are_for_their_owner_alone(hall: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = hall.parent / "out"
    (hall.parent / "wifi.key").chmod(0o644)
    assert provision(hall, "seat08", "--out", str(out)) == 0
    said = capsys.readouterr()
    assert "can be read by others on this computer" in said.err
    assert not any(secret in said.out + said.err for secret in flash_desk.SECRETS)
    files = {path.relative_to(out).as_posix(): stat.S_IMODE(path.stat().st_mode) for path in out.rglob("*") if path.is_file()}
    assert files == {"config/config.json": 0o600, "config/ca.der": 0o600, "config/client.der": 0o600, "nvs.bin": 0o600}
    assert len((out / "nvs.bin").read_bytes()) == 0x6000
    assert provision(hall, "seat08", "--out", str(out)) == 0  # again


def test_the_example_is_good(hall: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["provision", "--example"]) == 0
    example = capsys.readouterr().out
    hall.write_text(example)
    (hall.parent / "seat08.calibration.toml").write_text("baseline_dbfs = -25\nrate_scale = 1.1\n")
    flash_desk.private(hall.parent / "passwords/seat08.pass", "sesame-opens-08\n")
    for seat in ("seat07", "seat08"):
        assert provision(hall, seat) == 0, capsys.readouterr().err
