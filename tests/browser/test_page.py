"""The page in a real browser, from a device's MQTT message to what a person sees, reads and reaches by keyboard."""

from __future__ import annotations

import time

import pytest
from floor import DEVICES, SITE, until

selenium = pytest.importorskip("selenium")
from selenium.webdriver.common.by import By  # noqa: E402
from selenium.webdriver.common.keys import Keys  # noqa: E402

pytestmark = [pytest.mark.needs("chromium"), pytest.mark.needs("chromedriver")]

HOSTILE = "<img src=x onerror=\"document.title='pwned'\">"
ALLOWED_COMPLAINT = "Applying inline style violates"  # Plotly's one style attribute, refused as docs/decisions/0400 says
LAMP_WITHIN_S = 1.0  # the contract: a lamp's change is on the page within a second of the device's message
CHANGES = 12


def find(browser, selector):
    return browser.find_elements(By.CSS_SELECTOR, selector)


def text(browser, selector="main"):
    return browser.find_element(By.CSS_SELECTOR, selector).text


def tile(browser, device):
    return f'#tiles > [data-key="{SITE}/{device}"]'


def look(browser, device):
    """The classes of a device's tile, empty before there is one."""
    return " ".join(one.get_attribute("class") for one in find(browser, tile(browser, device)))


def lamp_word(browser, device, lamp="loud"):
    """A lamp's classes and words, empty before there is a tile."""
    found = browser.execute_script(
        "const node = document.querySelector(arguments[0]); return node && node.className + ':' + node.textContent.trim()",
        f'{tile(browser, device)} [data-lamp="{lamp}"]',
    )
    return found or ""


def open_board(browser, floor, language="en"):
    browser.get(f"{floor.base}/?lang={language}")
    until(lambda: browser.execute_script("return typeof stream !== 'undefined' && stream.readyState === 1"), "the stream")


def press(browser, *keys):
    from selenium.webdriver.common.action_chains import ActionChains

    ActionChains(browser).send_keys(*keys).perform()


def focused(browser):
    return browser.execute_script("const at = document.activeElement; return at.id || at.textContent.trim() || at.value || at.tagName")


def test_a_lamps_change_is_on_the_page_within_a_second(browser, floor, record_property):
    device = floor.devices["desk-1"]
    open_board(browser, floor)
    device.live("green")
    until(lambda: lamp_word(browser, "desk-1"), "the tile")
    # the page itself notes when the lamp's class changes, so the driver's own delay is not measured
    browser.execute_script(
        """const lamp = document.querySelector(arguments[0]); window.changes = [];
        new MutationObserver(() => window.changes.push([lamp.className, performance.timeOrigin + performance.now()]))
          .observe(lamp, { attributes: true, attributeFilter: ["class"] });""",
        f'{tile(browser, "desk-1")} [data-lamp="loud"]',
    )
    delays_s = []
    for number in range(CHANGES):
        colour = ("red", "green")[number % 2]
        said_s = device.live(colour)
        changes = until(lambda: browser.execute_script("return changes.splice(0)"), f"{colour} on the page", 5)
        assert changes[-1][0] == f"lamp {colour} steady"
        delays_s.append(changes[-1][1] / 1000 - said_s)
    record_property("lamp_delay_s", delays_s)
    print(f"lamp on the page after (s): median {sorted(delays_s)[CHANGES // 2]:.3f}, worst {max(delays_s):.3f}")
    assert max(delays_s) <= LAMP_WITHIN_S


def test_a_lamp_is_told_by_shape_and_word_beside_its_colour(browser, floor):
    open_board(browser, floor)
    shapes = set()
    for colour, word in (("off", "off"), ("green", "good"), ("amber", "watch"), ("red", "limit")):
        floor.devices["desk-1"].live(colour)
        until(lambda: lamp_word(browser, "desk-1").startswith(f"lamp {colour} "), colour)  # noqa: B023
        assert lamp_word(browser, "desk-1").endswith(word)
        shapes.add(find(browser, f'{tile(browser, "desk-1")} [data-lamp="loud"] use')[0].get_attribute("href"))
    assert len(shapes) == 4


def test_a_red_lamp_is_said_to_a_screen_reader(browser, floor):
    floor.devices["desk-1"].live("green")
    open_board(browser, floor)
    until(lambda: lamp_word(browser, "desk-1").startswith("lamp green"), "green")
    floor.devices["desk-1"].live("red")
    until(lambda: "desk-1: Volume limit" in browser.execute_script("return document.getElementById('said').textContent"), "the sentence")


def test_a_device_that_goes_or_falls_silent_turns_grey(browser, floor):
    open_board(browser, floor)
    device = floor.devices["desk-2"]
    device.say("availability", {"state": "online", "reason": "start"}, retain=True)
    device.live("red")
    until(lambda: "worst-red" in look(browser, "desk-2"), "the red tile")
    device.say("availability", {"state": "offline", "reason": "lost"}, retain=True)
    until(lambda: "away" in look(browser, "desk-2"), "grey")
    assert "Offline" in text(browser, tile(browser, "desk-2"))
    device.live("green")
    until(lambda: "Talking" in text(browser, tile(browser, "desk-2")), "talking again")
    until(lambda: "No data" in text(browser, tile(browser, "desk-2")), "grey for silence")  # it says nothing more


def test_tiles_stand_in_the_order_that_people_count(browser, floor):
    for name in DEVICES[::-1]:
        floor.devices[name].live()
    open_board(browser, floor)
    until(lambda: len(find(browser, "#tiles > .tile")) == len(DEVICES), "all tiles")
    assert [one.text for one in find(browser, ".device")] == ["desk-1", "desk-2", "desk-10"]


def say_a_call(device, number, started=0, tag=None, phrases=None):
    """A call of 60 s with a timeline, told as the device tells it; returns when it was said."""
    from sidetone.core.call.record import RECORD_FIELDS

    for t_ms in range(5_000, 60_001, 5_000):
        measures = {"level_dbfs": -24.5 + (8 if 20_000 <= t_ms <= 30_000 else 0), "rate_per_min": 250.5, "phase": "talking"}
        device.say("interval", {"call": number, "t_ms": t_ms, **measures, "agent_activity": 0.6, "customer_activity": None})
    device.say("event", {"call": number, "t_ms": 4_000, "phrase": {"label": "greeting", "channel": "agent", "posterior": 0.95}})
    for t_ms, state in ((20_000, "on"), (31_000, "off")):
        device.say("event", {"call": number, "t_ms": t_ms, "finding": {"rule": "C1", "state": state, "value": 8.1, "limit": 6.0}})
    record = {name: None for name, _places, _meaning in RECORD_FIELDS}
    unmeasured = dict.fromkeys(record, "one channel")
    record.update(duration_s=60.0, level_dbfs=-23.4, rate_speaking_per_min=251.5, loud_s=4.2)
    maps = {"phrases": phrases or {"greeting": 1}, "findings": {"C1": 1}, "overruns": 0, "unmeasured": unmeasured, "not_judged": {}}
    device.say("call", {"call": number, "tag": tag, "truncated": False, "left_out": 0, "record": {**record, **maps}})


@pytest.fixture(scope="module")
def stored_call(floor):
    """The id of a call that came by MQTT and is in the store."""
    say_a_call(floor.devices["desk-1"], 7)
    found = until(lambda: floor.get("/api/v1/calls?device=desk-1")["calls"], f"the call ({floor.dashboard.log})")
    return found[-1]["id"]


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ("Length of the call", "C1 Too loud", "Limit is ours, not from the standard", "not measured", "greeting", "contest a finding")),
        ("zh", ("通话时长", "C1 音量过大", "限值由本系统设定,规范未给出数值", "未测量", "问候", "提出异议")),
    ],
)
def test_a_calls_page_can_be_read(browser, floor, stored_call, language, words):
    browser.get(f"{floor.base}/calls/{stored_call}?lang={language}")
    shown = text(browser, "body")
    for word in words:
        assert word in shown
    until(lambda: find(browser, "#chart .main-svg"), "the chart")
    lines = find(browser, "#chart .scatterlayer .trace")
    assert len(lines) >= 4  # level, rate, the phrases, the finding
    box = find(browser, "#chart .main-svg")[0].rect
    assert box["width"] > 600
    assert box["height"] > 300


def test_the_timeline_can_be_read_as_a_table(browser, floor, stored_call):
    browser.get(f"{floor.base}/calls/{stored_call}?lang=en")
    find(browser, "summary")[0].send_keys(Keys.ENTER)
    rows = [row.text for row in find(browser, "details tbody tr")]
    assert len(rows) == 12
    assert rows[0].split() == ["0:05", "Talking", "\u221224.5", "250" if "250" in rows[0] else "251", "60", "%", "–"]


def test_the_board_is_used_by_keyboard_alone(browser, floor):
    floor.devices["desk-1"].live()
    floor.devices["desk-2"].live("red")
    floor.devices["desk-10"].live()
    open_board(browser, floor)
    until(lambda: len(find(browser, "#tiles > .tile")) == len(DEVICES), "all tiles")
    press(browser, Keys.TAB)
    assert focused(browser) == "Skip to the content"
    assert find(browser, ".skip")[0].rect["y"] >= 0
    press(browser, Keys.ENTER)
    until(lambda: focused(browser) == "content", "focus on the content")
    press(browser, Keys.TAB)
    assert browser.switch_to.active_element.get_attribute("name") == "show"
    press(browser, Keys.ARROW_DOWN, Keys.ARROW_DOWN)  # All -> On a call -> Attention
    assert browser.switch_to.active_element.get_attribute("value") == "attention"

    def only_desk_2():
        floor.devices["desk-2"].live("red")  # a device that says nothing for long is no longer "attention" but "not heard"
        return [one.text for one in find(browser, "#tiles > .tile:not([hidden]) .device")] == ["desk-2"]

    until(only_desk_2, "only desk-2")
    press(browser, "/")
    assert focused(browser) == "find"
    press(browser, "desk-1")
    until(lambda: "No device matches." in text(browser), "nothing matches")
    press(browser, Keys.ESCAPE, Keys.TAB)
    assert "desk-2" in focused(browser)
    press(browser, Keys.ENTER)
    until(lambda: browser.current_url.endswith("/calls?device=floor%2Fdesk-2"), "the device's calls")


def test_the_list_is_used_by_keyboard_alone(browser, floor, stored_call):
    browser.get(f"{floor.base}/calls?lang=en")
    for _ in range(40):
        press(browser, Keys.TAB)
        if (browser.switch_to.active_element.get_attribute("href") or "").endswith(f"/calls/{stored_call}"):
            break
    press(browser, Keys.ENTER)
    until(lambda: browser.current_url.endswith(f"/calls/{stored_call}"), "the call")


def test_everything_that_takes_focus_shows_it(browser, floor, stored_call):
    browser.get(f"{floor.base}/calls/{stored_call}?lang=en")
    seen = set()
    for _ in range(25):
        press(browser, Keys.TAB)
        at = browser.switch_to.active_element
        if at.tag_name == "body":
            break
        outline = browser.execute_script("return getComputedStyle(arguments[0]).outlineStyle", at)
        assert outline != "none", at.get_attribute("outerHTML")[:120]
        seen.add(at.tag_name)
    assert {"a", "summary", "div"} <= seen  # links, the table behind the chart, the boxes that scroll


def test_the_language_is_switched_and_remembered(browser, floor):
    browser.get(f"{floor.base}/calls")
    assert "通话列表" in text(browser, "h1")
    find(browser, ".language")[0].click()
    until(lambda: text(browser, "h1") == "Calls", "English")
    browser.get(f"{floor.base}/")
    assert "Wall board" in text(browser, "h1")


def test_a_reader_who_wants_no_motion_or_a_dark_page_gets_it(browser, floor):
    def computed(style, features):
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [{"name": name, "value": held} for name, held in features.items()]})
        node = "document.querySelector('#tiles .lamp.slow svg')" if style == "animationName" else "document.body"
        return browser.execute_script(f"return getComputedStyle({node}).{style}")

    open_board(browser, floor)
    floor.devices["desk-1"].live("red", "slow")
    until(lambda: "slow" in lamp_word(browser, "desk-1"), "the slow lamp")
    try:
        assert computed("animationName", {"prefers-reduced-motion": "no-preference"}) == "breathe"
        assert computed("animationName", {"prefers-reduced-motion": "reduce"}) == "none"
        light, dark = (computed("backgroundColor", {"prefers-color-scheme": scheme}) for scheme in ("light", "dark"))
        assert light != dark
    finally:
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})


@pytest.mark.parametrize("path", ["/", "/calls", "call"])
def test_a_narrow_screen_scrolls_only_downwards(browser, floor, stored_call, path):
    browser.get(floor.base + (f"/calls/{stored_call}" if path == "call" else path))
    size = {"width": 390, "height": 844, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    try:
        until(lambda: browser.execute_script("return document.documentElement.scrollWidth <= innerWidth"), "a page as wide as the screen")
    finally:
        browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def test_hostile_text_from_a_device_stays_text(browser, floor):
    device = floor.devices["desk-10"]
    device.live(phase=HOSTILE)
    device.say("event", {"call": 9, "t_ms": 1, "phrase": {"label": HOSTILE, "channel": "agent", "posterior": 0.9}})
    say_a_call(device, 9, tag=HOSTILE[:40], phrases={HOSTILE: 1})
    [one] = until(lambda: floor.get("/api/v1/calls?device=desk-10")["calls"], "the call")
    for path in ("/", "/calls", f"/calls/{one['id']}"):
        browser.get(f"{floor.base}{path}?lang=en")
        if path.count("/") == 2:
            until(lambda: find(browser, "#chart .main-svg"), "the chart")
        assert "pwned" not in browser.title
        assert not find(browser, "img[src=x]")
        assert not find(browser, "[onerror]")
    assert "onerror" in text(browser, "body")


def test_pages_are_quiet_and_ask_no_other_host(browser, floor, stored_call):
    for path in ("/", "/calls", f"/calls/{stored_call}", "/nothing"):
        browser.get(floor.base + path)
        asked = browser.execute_script("return performance.getEntriesByType('resource').map((entry) => entry.name)")
        assert all(name.startswith(floor.base) for name in asked)
        complaints = [line["message"] for line in browser.get_log("browser")]
        assert not [line for line in complaints if ALLOWED_COMPLAINT not in line and "404" not in line]


def test_a_broker_that_goes_is_told_and_its_return_too(browser, floor):
    open_board(browser, floor)
    floor.broker.stop()
    until(lambda: "The message broker does not answer" in text(browser), "the notice")
    floor.start_broker()
    until(lambda: not find(browser, "#notice")[0].is_displayed(), "the notice's end", 60)
    device = floor.connect("desk-1")
    device.seq = floor.devices["desk-1"].seq + 1000
    until(lambda: device.live("amber") and lamp_word(browser, "desk-1").startswith("lamp amber"), "the lamp after all that")
    device.close()


def test_a_dashboard_that_goes_is_told_on_the_page(browser, floor):
    open_board(browser, floor)
    floor.dashboard.process.send_signal(19)  # SIGSTOP: it hangs, its sockets stay open
    began_s = time.monotonic()
    until(lambda: "connection to the dashboard is lost" in text(browser), "the notice")
    assert time.monotonic() - began_s < 12
    floor.dashboard.process.send_signal(18)  # SIGCONT
    until(lambda: not find(browser, "#notice")[0].is_displayed(), "the notice's end", 60)


def test_a_call_for_help_is_on_its_tile_and_said(browser, floor):  # the last test: the call stays on the tile for two minutes
    open_board(browser, floor)
    device = floor.devices["desk-1"]
    device.live("green")
    until(lambda: lamp_word(browser, "desk-1").startswith("lamp green"), "green")
    assert "helping" not in look(browser, "desk-1")
    device.say("event", {"call": None, "t_ms": None, "help": {"by": "button"}})
    until(lambda: "helping" in look(browser, "desk-1"), "the call for help")
    assert "Asks for help" in text(browser, tile(browser, "desk-1"))
    until(lambda: "desk-1: Asks for help" in browser.execute_script("return document.getElementById('said').textContent"), "the sentence")
