"""Takes docs/images/dashboard.png anew: the wall board and a call's page while `sidetone demo` plays the bundled call.

    python docs/images/take_dashboard.py [--lang en|zh]

Needs Chromium and its driver; takes as long as the call and a bit (about two minutes).
"""

from __future__ import annotations

import argparse
import io
import json
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import Any

TREE = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(TREE / "tests"), str(TREE / "tests/browser")]

from floor import CHROMIUM_FLAGS, Program, until  # noqa: E402
from PIL import Image  # noqa: E402

import programs  # noqa: E402
from sidetone_host.children import free_port  # noqa: E402

WIDTH, BOARD_HEIGHT, CALL_HEIGHT = 1280, 350, 1240  # px: the board's head and tile; the call as far as its findings
GAP = 24  # px between the two
KIB_MAX = 300
PLAYED_WITHIN_S = 300.0


def get(address: str) -> Any:
    try:
        with urllib.request.urlopen(address, timeout=5) as answer:
            return json.load(answer)
    except OSError:
        return None


def shoot(driver: Any, height: int) -> Image.Image:
    size = {"width": WIDTH, "height": height, "deviceScaleFactor": 1, "mobile": False}
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    time.sleep(1.0)  # the chart draws itself anew for the new width
    return Image.open(io.BytesIO(driver.get_screenshot_as_png())).convert("RGB")


def take(base: str, language: str) -> Image.Image:
    from selenium import webdriver
    from selenium.webdriver.chrome.options import Options
    from selenium.webdriver.chrome.service import Service

    options = Options()
    options.binary_location = programs.path("chromium")
    with tempfile.TemporaryDirectory() as profile:
        for flag in [*CHROMIUM_FLAGS.split(), "--hide-scrollbars", f"--user-data-dir={profile}"]:
            options.add_argument(flag)
        driver: Any = webdriver.Chrome(options=options, service=Service(programs.path("chromedriver")))
        try:
            calls = until(lambda: (get(f"{base}/api/v1/calls") or {}).get("calls"), "the call in the store", PLAYED_WITHIN_S)
            driver.get(f"{base}/calls/{calls[-1]['id']}?lang={language}")
            until(lambda: driver.execute_script("return document.querySelector('#chart .main-svg') !== null"), "the chart")
            call = shoot(driver, CALL_HEIGHT)
            driver.get(f"{base}/?lang={language}")
            loud = "return document.querySelector('.tile.in-call [data-lamp=loud].red') !== null"
            until(lambda: driver.execute_script(loud), "a lamp that says something", PLAYED_WITHIN_S)
            board = shoot(driver, BOARD_HEIGHT)
        finally:
            driver.quit()
    picture = Image.new("RGB", (WIDTH, BOARD_HEIGHT + GAP + CALL_HEIGHT), "white")
    picture.paste(board, (0, 0))
    picture.paste(call, (0, BOARD_HEIGHT + GAP))
    return picture


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lang", choices=("en", "zh"), default="en")
    args = parser.parse_args()
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="sidetone-picture-") as folder:
        demo = Program(Path(folder), ["demo", "--http", str(port)], XDG_DATA_HOME=folder)
        try:
            picture = take(f"http://127.0.0.1:{port}", args.lang)
        finally:
            demo.stop()
    out = Path(__file__).parent / ("dashboard.png" if args.lang == "en" else f"dashboard.{args.lang}.png")
    picture.save(out, optimize=True)
    kib = out.stat().st_size / 1024
    print(f"{out.relative_to(TREE)}: {picture.width} x {picture.height}, {kib:.0f} KiB")
    return 0 if kib <= KIB_MAX else 1


if __name__ == "__main__":
    sys.exit(main())
