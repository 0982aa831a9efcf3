"""docs/mqtt.md, written from the topics, the schemas and the payload builders themselves."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import sidetone
from sidetone.core.call.record import RECORD_FIELDS
from sidetone.core.telemetry import commands, delivery, outbox, payloads, reporter, topics
from sidetone.core.telemetry.messages import Fixed, Rows
from sidetone_host import schemas

WRITERS = {"cmd": "host", "ack": "host"}

INTRODUCTION = f"""# MQTT: what a device says and hears

Written by `make docs` from `host_tools/sidetone_host/schemas/`, `firmware/sidetone/core/telemetry/`; change it there.

MQTT 3.1.1, payloads UTF-8 JSON of less than 1.5 KiB. Numbers only: no sound, no words, of phrases only the label. Topics are
`{topics.ROOT}/{{site}}/{{device}}/` and one of:
"""

RULES = f"""
A site and a device are named by 1 to {topics.NAME_MAX} characters of `a-z A-Z 0-9 _ -`.

## Rules

- **Identity.** Every message of a device has `boot` and `seq`; with the device's name they are its identity. A repeat has the same
  ones and changes nothing in the store: what was stored first stays. A device whose storage is new begins at a random `boot`, so a wiped
  one does not overwrite its earlier life.
- **Time.** `t` is the device's clock and null before the time is known; `uptime_ms` never lies and puts messages of one boot in
  order. `t_ms` is time within the call.
- **Delivery.** `call`, `event` and `interval` are sent until the ingest says `ack`; the broker's PUBACK does not mean stored. The ingest
  acknowledges after the store's transaction. Calls and events wait in the device's outbox on disk, through power cuts; intervals
  in its memory. At most {delivery.WINDOW} are on their way at once; without an ack they are sent again after
  {delivery.RESEND_MIN_MS // 1000} s, then after twice as long each time, up to {delivery.RESEND_MAX_MS // 1000} s,
  and at once after a new connection.
- **Bounds.** The outbox is bounded; when it is full the oldest intervals go first, then the oldest events, then the oldest calls.
  What was dropped is counted in `meta`.
- **A call cut by a power cut or kill** is reported at the next start, once, with `truncated` true, its old `boot` and `seq`, and the
  figures of its last checkpoint (every 5 s).
- **Length.** Only a `call` could grow beyond {payloads.PAYLOAD_MAX} bytes. It then writes `unmeasured` by reason (reason -> fields), which
  loses nothing, and if that is not enough leaves out entries of `not_judged`, then the smallest of `phrases`, then of `findings`,
  counted in `left_out`; each phrase and finding was an `event`, too. A bundled call's record has about 1000 bytes.
- **Commands** are obeyed at two a second after a burst of 20; at most {commands.COMMAND_MAX} bytes, nested at most
  {commands.DEPTH_MAX} deep. Anything that is not exactly a command is ignored, counted in `meta` and told in one line.
- **Reconnecting.** After half a second, doubling up to a minute, each pause shortened at random by up to a half.
- **Who may what.** A device reads and writes only below its own name, which is its user name (or its certificate's common name); the
  user `dashboard` reads all and writes `cmd` and `ack`. `sidetone broker` sets that up; for a broker of your own:
  `pattern readwrite {topics.ROOT}/+/%u/+`.

Addresses: `mqtt://USER:PASSWORD@HOST:PORT`, or `mqtts://HOST:PORT?ca=FILE&cert=FILE&key=FILE` with certificates
(which must say what RFC 5280 asks, an authority its key usage above all: Python 3.13 and newer refuse others).

## On the device's disk

| file | what |
|---|---|
| `{outbox.JOURNAL}` | one line a record: `CRC KIND BOOT SEQ PAYLOAD`, KIND `c` call, `e` event, `a` gone; cut anywhere it loses the last line only |
| `{outbox.CALL}` | the call in progress: `CRC o BOOT SEQ NUMBER PAYLOAD`, or `x` and no payload after its end |
| `{outbox.BOOT}` | `CRC b BOOT 0` |
"""


def _constants(name: str) -> dict[str, int]:
    """The integers that a module of the device sets at its top: it cannot be imported here, its libraries are the chip's."""
    tree = ast.parse((Path(next(iter(sidetone.__path__))) / "on_micropython" / f"{name}.py").read_text("utf-8"))
    found: dict[str, int] = {}
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            text = ast.unparse(node.value)
            if set(text) <= set("0123456789_* ()+"):
                found[node.targets[0].id] = eval(text, {"__builtins__": {}})  # products of numbers, nothing else
    return found


def _on_the_device() -> str:
    """What differs on the ESP32-S3, with its numbers."""
    link, talk, wire = _constants("link"), _constants("conversation"), _constants("broker_address")
    clock, wifi = _constants("clock"), _constants("wifi")
    waiting = f"{link['ERRANDS_MAX']} events and intervals, {reporter.CALLS_MAX} calls more"
    silence = f"pings after {talk['PING_AFTER_MS'] // 1000} s and gives a broker up that said nothing for {talk['DEAD_AFTER_MS'] // 1000} s"
    return f"""
## On the ESP32-S3

The same messages by the same rules (`firmware/sidetone/core/telemetry/`), through the firmware's own `umqtt` in one thread of its own.
What differs:

| | ESP32-S3 | Raspberry Pi, desk computer |
|---|---|---|
| outbox | {link["OUTBOX_BYTES"] // 1024} KiB of messages, {link["INTERVALS_MAX"]} intervals | 4096 KiB, 240 intervals |
| on their way at once | {link["WINDOW"]} | {delivery.WINDOW} |
| waiting for the disk | {waiting} | {reporter.ERRANDS_MAX}, {reporter.CALLS_MAX} calls more |
| events and the store's acks are saved | every {link["SAVE_EVERY_MS"] // 1000} s, together; a call's end at once | at once |
| checkpoint of a call | every {link["CHECKPOINT_EVERY_MS"] // 1000} s | every 5 s |

- **Time-outs**: connecting {wire["CONNECT_MS"] // 1000} s, TLS handshake {wire["HANDSHAKE_MS"] // 1000} s as a whole, CONNACK
  {wire["ANSWER_MS"] // 1000} s, SUBACK {talk["SUBSCRIBED_WITHIN_MS"] // 1000} s, each write {wire["WRITE_MS"] // 1000} s. Keep-alive
  {talk["KEEPALIVE_S"]} s; it {silence}.
- **The listening comes first.** A connection is begun only while the loop allows it (`may_connect`), because a TLS handshake takes the
  processor for a second or two. One that stands is served every {talk["SLICE_MS"]} ms, at most {talk["CHUNK_BYTES"]} bytes each time:
  a flood waits in the broker.
- **Nothing longer than {commands.COMMAND_MAX} bytes is kept**: a longer message is read past, acknowledged to the broker, and counted
  (`oversized`). Reading it takes no more memory than a short one.
- **Certificates** are judged with their dates and the broker's name; the authority is `/config/ca.der`, the client's certificate
  `/config/client.der`, its key and the password are in the chip's store (NVS). RSA and elliptic curves both work.
- **The date** comes from the configured time server (SNTP), asked before the first connection and then every
  {clock["SYNC_EVERY_MS"] // 3_600_000} h; what the crystal deviates is learned (`drift_ppm`) and `t` is null until a server has answered.
  Until then certificates are judged by the latest date that the device has known.
- **Wi-Fi**: {wifi["TRY_MS"] // 1000} s for an attempt, pauses as for the broker, its losses counted (`wifi_flaps`); in a call the
  radio does not sleep.
- `meta` counts in addition `attempts`, `oversized`, `drift_ppm` and `wifi_flaps`.

Measured under a MicroPython with words of 32 bits (`tests/device/on_device/link_checks.py`): a call of three minutes with ten events
erases 15 blocks of the flash while the store answers, 25 while it does not (at 100 calls a day 150 free blocks, good for 100,000
erasures each, last more than ten years); a link with nothing to say allocates about 70 bytes a look; its modules take 62 KB of memory,
a full outbox 270 KB.
"""


_HEAD = payloads.envelope(859573249, 23, 41250, 1795296146)
_RECORD: list[tuple[str, Any]] = [
    (name, None if name in ("rings", "answer_s") else Fixed(3725, places) if places else 3) for name, places, _ in RECORD_FIELDS
]
_RECORD += [("phrases", Rows([("greeting", 1), ("farewell", 1)])), ("findings", Rows([("C1", 2)]))]
_RECORD += [("advice", Rows([("C11", Fixed(26, 1))])), ("overruns", 0)]
_RECORD += [("unmeasured", Rows([("rings", "no ringing"), ("answer_s", "no ringing")])), ("not_judged", Rows([("no clock", ["B5", "M2"])]))]
_MEASURES = [("level_dbfs", Fixed(-215, 1)), ("rate_per_min", 262)]


def examples() -> dict[str, list[str]]:
    """A few messages of each kind, as the device or the host writes them."""
    lamps = [("loud", "red", "slow"), ("pace", "green", "steady"), ("phrase", "off", "steady"), ("process", "off", "steady")]
    interval = [*_MEASURES, ("agent_activity", Fixed(58, 2)), ("customer_activity", None), ("phase", "talking")]
    phrase = [("label", "service"), ("channel", "agent"), ("posterior", Fixed(970, 3))]
    finding = [("rule", "C1"), ("state", "on"), ("value", Fixed(71, 1)), ("limit", Fixed(60, 1))]
    made = {
        "availability": [payloads.availability(_HEAD, "offline", "lost")],
        "meta": [payloads.meta(_HEAD, [("firmware", "0.1.0"), ("board", "rpi-usb"), ("model", "sidetone-zh 1.0")], [("resent", 0)])],
        "live": [payloads.live(_HEAD, [*_MEASURES, ("phase", "talking"), ("speaking", True)], lamps)],
        "interval": [payloads.interval(_HEAD, 12, 15000, interval)],
        "event": [
            payloads.event(_HEAD, 12, 11210, "phrase", phrase),
            payloads.event(_HEAD, 12, 24300, "finding", finding),
            payloads.event(_HEAD, 12, 31000, "help", [("by", "button")]),
            payloads.answer(_HEAD, "k7", "profile", "there is no profile night"),
        ],
        "call": [payloads.call(_HEAD, 12, None, False, _RECORD)],
    }
    texts = {name: [payload.decode() for payload in those] for name, those in made.items()}
    texts["cmd"] = [
        '{"schema":1,"id":"k5","cmd":"ping"}',
        '{"schema":1,"id":"k6","cmd":"call_state","phase":"ringing","by":null}',
        '{"schema":1,"id":"k7","cmd":"profile","name":"night","values":{"volume.loud_db":5.0}}',
        '{"schema":1,"id":"k9","cmd":"practice","on":true}',
        '{"schema":1,"id":"k8","cmd":"tag","tag":"test call 3"}',
    ]
    texts["ack"] = ['{"schema":1,"acked":[[859573249,21],[859573249,22]]}', '{"schema":1,"acked":[],"refused":[[859573249,23]]}']
    return texts


def _kind(field: dict[str, Any]) -> str:
    """A field's type in words."""
    if "const" in field:
        return json.dumps(field["const"])
    if "enum" in field:
        return ", ".join(f"`{json.dumps(value)}`" for value in field["enum"])
    kinds = field.get("type", "")
    return " or ".join(kinds) if isinstance(kinds, list) else str(kinds)


def _fields(schema: dict[str, Any]) -> Iterator[str]:
    yield "| field | type | always | meaning |"
    yield "|---|---|---|---|"
    for name, field in schema.get("properties", {}).items():
        yield f"| `{name}` | {_kind(field)} | {'yes' if name in schema.get('required', []) else ''} | {field.get('description', '')} |"


def page() -> str:
    """The whole document."""
    lines = [INTRODUCTION.rstrip("\n"), "", "| topic | written by | QoS | retained | what |", "|---|---|---|---|---|"]
    for name in schemas.NAMES:
        retained = "yes" if name in topics.RETAINED else ""
        what = schemas.schema(name)["description"].split(". ")[0].rstrip(".")
        lines.append(f"| [`{name}`](#{name}) | {WRITERS.get(name, 'device')} | {topics.QOS[name]} | {retained} | {what} |")
    lines += (RULES.rstrip("\n") + "\n" + _on_the_device().rstrip("\n")).split("\n")
    for name in schemas.NAMES:
        schema = schemas.schema(name)
        lines += ["", f"## {name}", "", schema["description"], "", "```json", *examples()[name], "```", ""]
        for form in schema.get("oneOf", []) if name == "cmd" else [schema]:
            if "title" in form and name == "cmd":
                lines += [f"`{form['properties']['cmd']['const']}`: {form['title']}.", ""]
            lines += [*_fields(form), ""]
        if name == "call":
            lines += ["`record` has these fields, null where `unmeasured` says why, and the maps of the schema:", ""]
            lines += ["| field | decimals | meaning |", "|---|---|---|"]
            lines += [f"| `{field}` | {places if places else ''} | {meaning} |" for field, places, meaning in RECORD_FIELDS]
            lines.append("")
        written = json.dumps(schema, indent=2, ensure_ascii=False).split("\n")
        lines += ["<details><summary>JSON Schema</summary>", "", "```json", *written, "```", "", "</details>"]
    return "\n".join(lines) + "\n"
