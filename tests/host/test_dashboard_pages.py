"""The pages: two languages, everything in words, what is missing said with its reason, and hostile text only ever as text."""

from __future__ import annotations

import html.parser
import json
import re
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from calls_for_pages import HOSTILE, T, call, finding, interval, live, phrase, record
from sidetone.core.call.record import REASONS, RECORD_FIELDS
from sidetone.core.etiquette.rules import JUDGED, RULES
from sidetone.core.telemetry.payloads import PAYLOAD_MAX
from sidetone_host.dashboard import fields, report, texts
from sidetone_host.dashboard.app import STATIC, create_app
from sidetone_host.dashboard.hub import COLOURS, LAMPS, PHASES, Hub
from sidetone_host.dashboard.store import Store

ROWS = len(RECORD_FIELDS)


@pytest.fixture
def store(tmp_path):
    with Store(f"sqlite:///{tmp_path / 's.db'}") as opened:
        yield opened


@pytest.fixture
def hub():
    return Hub(lambda: 100.0)


@pytest.fixture
def client(store, hub):
    return TestClient(create_app(store, hub), base_url="http://127.0.0.1")


class Page(html.parser.HTMLParser):
    """What a browser would make of a page: its elements, and its text without scripts and data."""

    def __init__(self, text):
        super().__init__()
        self.elements, self.words, self._skip = [], [], 0
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        self._skip += tag in ("script", "style")

    def handle_endtag(self, tag):
        self._skip -= tag in ("script", "style")

    def handle_data(self, data):
        if not self._skip:
            self.words.append(data.strip())

    @property
    def text(self):
        return " ".join(word for word in self.words if word)

    def all(self, tag):
        return [attrs for name, attrs in self.elements if name == tag]


def page(client, path, **headers):
    return Page(client.get(path, headers=headers).text)


def fill(store):
    store.put_call("hz", "d1", call(1))
    store.put_interval("hz", "d1", interval(2, 5_000))
    store.put_interval("hz", "d1", interval(3, 10_000, None))
    store.put_event("hz", "d1", phrase(4, 4_000, "greeting"))
    store.put_event("hz", "d1", phrase(5, 6_000, "taboo_dont_know"))
    store.put_event("hz", "d1", finding(6, 20_000, "C1", "on", 8.1, 6.0))
    store.put_event("hz", "d1", finding(7, 23_000, "C1", "off", 2.0, 6.0))
    store.put_event("hz", "d1", finding(8, 30_000, "G3", "event", 2, None, possible=True))


# --- the tables beside the device's


def test_every_field_of_the_record_has_words_and_its_place():
    assert [field.key for field in fields.FIELDS] == [*(name for name, _, _ in RECORD_FIELDS), "overruns"]


def test_every_judged_rule_has_words():
    for language in texts.LANGUAGES:
        words = texts.Words(language)
        for row in RULES:
            if row[3] in JUDGED:
                assert words.rule(row[0]) != row[0]
    assert set(fields.RULE_OF) <= {row[0] for row in RULES}
    assert len(fields.RULE_OF) == len(fields.RULES)


def test_a_rule_without_words_here_is_said_by_its_own_name(monkeypatch):
    monkeypatch.delitem(fields.RULE_OF, "C1")
    assert texts.Words("en").rule("C1") == "Not kept: Not too loud"
    assert texts.Words("zh").rule("C1") == "未做到:音量不过大"
    assert texts.Words("en").rule("Z9") == "Z9"


def test_every_label_of_the_released_network_has_words():
    manifest = json.loads((Path(__file__).parents[2] / "model/released/zh/manifest.json").read_text())
    for label in manifest["labels"]:
        name = label if isinstance(label, str) else label["label"]
        assert name in fields.LABELS or name in fields.TABOOS


def test_every_reason_has_words():
    assert set(fields.REASONS) == set(REASONS)


def test_volume_pitch_overlap_and_pauses_are_never_called_the_standards():
    for rule in ("C1", "C2", "D2", "E1", "F1", "F2", "D5"):
        assert fields.RULE_OF[rule].standing != "standard"
    for field in ("loud_s", "quiet_s", "pitch_sd_st", "pauses_per_min", "interruptions"):
        assert fields.FIELD_OF[field].note in ("ours", "advisory")
    for rule in ("G3", "G7"):
        assert fields.RULE_OF[rule].standing == "possible"


def test_every_word_is_there_in_both_languages_and_every_lamp_and_phase_has_one():
    for key, pair in texts.TEXTS.items():
        assert all(pair), key
    for names, prefix in ((LAMPS, "lamp_"), (COLOURS, "colour_"), (PHASES, "phase_")):
        for name in names:
            assert prefix + name in texts.TEXTS


def test_the_script_finds_every_word_it_asks_for():
    given = texts.Words("en").for_script()
    for name in ("board.js", "call.js"):
        script = (STATIC / name).read_text()
        asked = set(re.findall(r"words\.(\w+)", script)) - {"replace"}
        assert asked <= set(given), name
        for prefix in re.findall(r'words\["(\w+_)" \+', script):
            assert any(key.startswith(prefix) for key in given)


# --- languages


@pytest.mark.parametrize(
    ("path", "headers", "language"),
    [
        ("/", {}, "zh-CN"),
        ("/", {"accept-language": "en-GB,en;q=0.9"}, "en"),
        ("/", {"accept-language": "de, en;q=0.3, zh;q=0.8"}, "zh-CN"),
        ("/", {"accept-language": "fr;q=x,,;;=,en;q=9"}, "en"),
        ("/?lang=en", {"accept-language": "zh"}, "en"),
        ("/?lang=xx", {"accept-language": "en"}, "en"),
        ("/", {"cookie": "sidetone_lang=en", "accept-language": "zh"}, "en"),
        ("/?lang=zh", {"cookie": "sidetone_lang=en"}, "zh-CN"),
    ],
)
def test_the_language_is_asked_remembered_or_the_browsers(client, path, headers, language):
    assert page(client, path, **headers).all("html")[0]["lang"] == language


def test_a_chosen_language_is_remembered(client):
    assert "set-cookie" not in client.get("/calls").headers
    client.get("/calls?lang=en")
    assert "Any device" in client.get("/calls").text


def test_the_switch_keeps_the_filters(client):
    [switch] = [one for one in page(client, "/calls?device=hz%2Fd1&lang=en").all("a") if one.get("hreflang")]
    assert switch["href"] == "/calls?device=hz%2Fd1&lang=zh"


# --- pages


def test_the_board_has_a_skip_link_one_heading_and_live_regions(client):
    board = page(client, "/?lang=en")
    assert board.all("a")[0]["href"] == "#content"
    assert len(board.all("h1")) == 1
    assert [one["id"] for _, one in board.elements if one.get("aria-live") == "polite"] == ["said"]
    assert not [one for _, one in board.elements if any(name.startswith("on") or name == "style" for name in one)]


def test_the_list_shows_each_call_with_its_findings_in_words(client, store):
    store.put_call("hz", "d1", call(1))
    store.put_call("hz", "d2", call(2, t=None, truncated=True, tag="mystery"))
    shown = page(client, "/calls?lang=en")
    assert "C1 Too loud ×2 G3 Possible forbidden phrase" in shown.text
    assert "cut short test call: mystery" in shown.text
    assert "by arrival: the device knew no time" in shown.text
    assert "音量过大" in page(client, "/calls?lang=zh").text


def test_the_list_filters_and_says_when_nothing_is_left(client, store):
    store.put_call("hz", "d1", call(1))
    assert "d1" in page(client, "/calls?device=hz/d1&since=2026-11-18&until=2026-11-18&lang=en").text
    assert "No calls in this selection." in page(client, "/calls?until=2026-11-17&lang=en").text
    assert "No calls in this selection." in page(client, "/calls?device=other&lang=en").text


def test_a_wrong_filter_is_said_on_a_page(client):
    answer = client.get("/calls?since=soon&lang=en")
    assert answer.status_code == 400
    assert "is no time" in answer.text


def test_older_calls_are_a_link_away(client, store):
    for seq in range(51):
        store.put_call("hz", "d1", call(seq, t=T + seq))
    [older] = [one["href"] for one in page(client, "/calls?device=hz/d1&lang=en").all("a") if "cursor=" in one["href"] and "lang" not in one["href"]]
    following = page(client, older)
    assert len([one for one in following.all("a") if re.fullmatch(r"/calls/\d+", one["href"])]) == 1


def test_a_call_shows_its_findings_with_whose_limit_it_is(client, store):
    fill(store)
    text = page(client, "/calls/1?lang=en").text
    assert "0:20–0:23 C1 Too loud Limit is ours, not from the standard 8.1 dB 6.0 dB" in text
    assert "0:30 G3 Possible forbidden phrase Possible: to be reviewed, not a verdict" in text
    assert "An agent may contest a finding within three days." in text


def test_a_finding_says_which_phrase_and_which_time_of_day(client, store):
    store.put_call("hz", "d1", call(1))
    store.put_event("hz", "d1", finding(2, 1_000, "G3", "event", 2, None, label="taboo_dont_know", possible=True))
    store.put_event("hz", "d1", finding(3, 2_000, "B5", "event", 14 * 60 + 5, 5 * 60))
    text = page(client, "/calls/1?lang=en").text
    assert "Possible forbidden phrase (don't know)" in text
    assert "14:05 05:00" in text


def test_what_was_not_measured_is_said_with_its_reason_and_never_as_zero(client, store):
    fill(store)
    text = page(client, "/calls/1?lang=en").text
    assert "Agent's share of the talking not measured the customer's side is not heard on this device" in text
    assert "Interruptions (agent over customer) Limit is ours, not from the standard not measured the customer's side" in text
    assert "Time too quiet Limit is ours, not from the standard 0.0 s" in text
    assert "the network on this device has no labels for it: B1, B2" in text


def test_a_call_shows_what_this_page_does_not_know_yet(client, store):
    store.put_call("hz", "d1", call(1, record=record(new_measure=1.5, findings={"Z9": 1}, unmeasured={"rings": "a new reason"})))
    text = page(client, "/calls/1?lang=en").text
    assert "new_measure 1.50" in text
    assert "Z9" in text
    assert "a new reason" in text


def test_the_timeline_has_gaps_where_nothing_was_measured(store):
    fill(store)
    drawn = report.timeline(store.call(1), texts.Words("en"))
    assert drawn["t_s"] == [5.0, 10.0]
    assert drawn["level_dbfs"] == [-24.0, None]
    assert [(one["rule"], one["begin_s"], one["end_s"]) for one in drawn["findings"]] == [("C1", 20.0, 23.0), ("G3", 30.0, None)]
    assert drawn["end_s"] == 84.2


def test_a_finding_without_its_end_lasts_to_the_end_of_the_call(store):
    store.put_call("hz", "d1", call(1, truncated=True))
    store.put_event("hz", "d1", finding(2, 20_000, "C1", "on"))
    [found] = report.timeline(store.call(1), texts.Words("en"))["findings"]
    assert found["end_s"] == 84.2


def test_pages_that_are_not_there_say_so(client):
    for path in ("/calls/1", "/calls/99999999999999999999", "/nothing", "/static/nothing.js"):
        answer = client.get(path)
        assert answer.status_code == 404
    assert "There is no such page or call." in client.get("/nothing?lang=en").text


# --- hostile text


def test_hostile_text_is_only_ever_text(client, store, hub):
    wild = record(phrases={HOSTILE: 1}, findings={HOSTILE: 1}, unmeasured={"rings": HOSTILE}, not_judged={HOSTILE: [HOSTILE]})
    wild.update({HOSTILE: HOSTILE, "answer_s": HOSTILE, "level_dbfs": {"a": HOSTILE}})
    store.put_call(HOSTILE[:60], HOSTILE[:60], call(1, boot=HOSTILE[:60], tag=HOSTILE, record=wild))
    hub.take("live", HOSTILE, HOSTILE, live(phase=HOSTILE, level_dbfs=HOSTILE, lamps={"loud": {"colour": HOSTILE, "pattern": HOSTILE}}))
    hub.set_broker(False, HOSTILE)
    for number, message in enumerate((phrase(5, 1, HOSTILE, HOSTILE), finding(6, 2, HOSTILE, "on", HOSTILE, HOSTILE), interval(7, 3))):
        sent = {**message, "boot": HOSTILE[:60]}
        if number == 2:
            sent.update(level_dbfs=HOSTILE, rate_per_min=HOSTILE, agent_activity=HOSTILE, phase=HOSTILE)
            store.put_interval(HOSTILE[:60], HOSTILE[:60], sent)
        else:
            store.put_event(HOSTILE[:60], HOSTILE[:60], sent)
    usual = {"/": page(client, "/"), "/calls": page(client, "/calls")}
    for path in ("/", "/calls", "/calls/1", f"/calls?device={HOSTILE}", f"/calls?since={HOSTILE}", f"/{HOSTILE}", f"/?lang={HOSTILE}"):
        answer = client.get(path)
        shown = Page(answer.text)
        assert "<script>alert" not in answer.text, path
        scripts = {one.get("src", "").partition("?")[0] for one in shown.all("script")}
        assert scripts <= {"", "/static/board.js", "/static/call.js", "/static/charts.js"}
        assert all(one.get("type") == "application/json" for one in shown.all("script") if "src" not in one)
        assert all(one["src"].startswith("/static/icon.svg") for one in shown.all("img"))
        assert not [one for _, one in shown.elements if any(name.startswith("on") for name in one)]
    assert usual["/"].all("html")
    drawn = json.loads(re.search(r'id="timeline">(.*?)</script>', client.get("/calls/1").text, re.DOTALL)[1])
    assert "<" not in json.dumps(drawn)
    assert drawn["level_dbfs"] == [None]


def test_a_worst_case_record_has_a_page(client, store):
    store.put_call("hz", "d1", call(1, record=record(phrases={f"site_label_{number:03}": 9 for number in range(60)}), left_out=12))
    assert len(json.dumps(store.call(1)["message"])) > PAYLOAD_MAX
    assert "12 rare entries are only in the timeline" in page(client, "/calls/1?lang=en").text


# --- what the pages bring along


def luminance(colour):
    """Relative luminance of #rrggbb (WCAG 2.2)."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_and_lamps_stand_out_from_what_is_behind_them(scheme):
    sheet = (STATIC / "sidetone.css").read_text()
    light, dark = (dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", block)) for block in re.findall(r":root \{(.*?)\}", sheet, re.DOTALL)[:2])
    colours = light if scheme == "light" else {**light, **dark}
    assert set(dark) == set(light)

    def contrast(front, back):
        bright, dim = sorted((luminance(colours[front]), luminance(colours[back])), reverse=True)
        return (bright + 0.05) / (dim + 0.05)

    for back in ("surface", "ground", "red-tint", "amber-tint"):
        assert contrast("text", back) >= 7, back
        assert contrast("muted", back) >= 4.5, back
    for back in ("surface", "red-tint"):
        for lamp in ("green", "amber", "red"):
            assert contrast(lamp, back) >= (3 if lamp == "green" else 4.5), (lamp, back)  # green has no words of its colour
    assert contrast("accent", "surface") >= 4.5
    assert contrast("accent", "ground") >= 4.5


def test_scripts_make_no_markup_and_ask_no_other_host():
    for name in ("board.js", "call.js"):
        script = (STATIC / name).read_text()
        for way in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function", "http://", "https://"):
            assert way not in script, f"{name}: {way}"


def test_static_files_are_named_by_their_content_and_kept(client):
    names = {path.name for path in Path(STATIC).iterdir()}
    for one in [*page(client, "/").all("script"), *page(client, "/").all("link")]:
        address = one.get("src") or one.get("href")
        if address:
            assert re.fullmatch(r"/static/[a-z]+\.(js|css|svg)\?v=[0-9a-f]{12}", address)
            answer = client.get(address)
            assert answer.status_code == 200
            assert "immutable" in answer.headers["cache-control"]
            names.discard(address.split("/")[-1].partition("?")[0])
    assert names == {"call.js"}
    assert client.get("/favicon.ico").headers["content-type"] == "image/svg+xml"


def test_the_chart_library_comes_from_its_package_packed(client):
    answer = client.get("/static/charts.js", headers={"accept-encoding": "gzip"})
    assert answer.headers["content-encoding"] == "gzip"
    assert "plotly" in answer.text[:400].lower()
    assert client.get("/static/charts.js", headers={"accept-encoding": "identity"}).text == answer.text


def test_advice_is_shown_apart_from_findings():
    figures = {"C6": -2.5, "J8": 2, "channels_swapped": 1, "Z9": "x", HOSTILE: 1}
    row = {"message": call(record=record(advice=figures))}
    shown = report.advice(row, texts.Words("en"))
    assert [(part["rule"], part["name"], part["value"], part["unit"]) for part in shown[:3]] == [
        ("C6", "Level over the customer's", "\u22122.5", "dB"),
        ("J8", "First farewell (1 agent, 2 customer)", "2", ""),
        ("", "Channels perhaps swapped: check the plugs", "1", ""),
    ]
    assert shown[3]["value"] is None
    assert report.advice({"message": call()}, texts.Words("zh")) == []
