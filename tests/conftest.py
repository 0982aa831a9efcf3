"""What every pytest run shares: the `needs` marker, and ports that are free."""

from __future__ import annotations

import os
import signal
import socket
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

import pytest

import programs

# A shell starts what runs in the background deaf to Ctrl-C, and children inherit it: tests that interrupt a program would wait for nothing.
signal.signal(signal.SIGINT, signal.default_int_handler)

# What the commands say is compared in English, whatever the developer's terminal speaks.
os.environ["LANGUAGE"] = "en"

REQUIRE_ALL = os.environ.get("SIDETONE_REQUIRE_ALL") == "1"


def pytest_runtest_setup(item: pytest.Item) -> None:
    for mark in item.iter_markers("needs"):
        for name in mark.args:
            reason = programs.why_absent(name)
            if reason:
                pytest.skip(reason)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Generator[None, Any, None]:
    """With SIDETONE_REQUIRE_ALL=1 a skip is a failure, whoever asked for it."""
    outcome = yield
    report = outcome.get_result()
    if REQUIRE_ALL and report.skipped and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome = "failed"
        report.longrepr = f"skipped, and SIDETONE_REQUIRE_ALL=1 allows no skip: {reason}"


@pytest.fixture(scope="session")
def update_key(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site's private key for updates; its public half lies beside it (.pub). It takes a while to make."""
    from sidetone_host.flash import signing

    key = tmp_path_factory.mktemp("key") / "update.pem"
    signing.make(key)
    return key


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where a user's own site profile lies: in a folder of the test's, the file not made yet."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "home"))
    return tmp_path / "home/sidetone/site.toml"


@pytest.fixture
def free_port() -> Callable[[], int]:
    """A function that names a TCP port of the loopback address on which nobody listens at the moment."""

    def find() -> int:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            return int(probe.getsockname()[1])

    return find
