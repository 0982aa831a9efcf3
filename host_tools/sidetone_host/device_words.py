"""What the device's own code (`firmware/`) says of a fault, in the terminal's language.

It says it in English on whatever it runs, because a board has no catalogue.
"""

from __future__ import annotations

import functools
import re

from sidetone_host.wording import marked, tr

# Each as the code puts it together, with places for the values; a test compares them with the code.
TEXTS = (
    # core/etiquette/profile.py
    marked("must be one number or [low, high]"),
    marked("must be true or false"),
    marked("{meaning} Remove the line"),
    marked("must be one of {choices}"),
    marked("must be a text"),
    marked('must be a time of day such as "05:00"'),
    marked('must be a list such as ["12:00-14:00"]'),
    marked("must be a list of at least one text"),
    marked("must be a list of texts"),
    marked("must be a number"),
    marked("is out of range; allowed is {low} to {high}"),
    marked("has its low end above its high end; write [low, high]"),
    marked("is not a setting"),
    marked("slow_below <= target_min < target_max <= red_above must hold"),
    marked("{key} must not be above {other}: {why}"),
    marked("{key} must be below {other}: {why}"),
    marked("loud_db - quiet_db must be more than 2 x hysteresis_db: else no level would be inside both limits"),
    marked("none of these words is one that a phrase label can hear; see `sidetone profile labels`"),
    # core/etiquette/site_phrases.py
    marked("a label has 1 to {most} of the characters a-z 0-9 _, a letter first"),
    marked("{label} is one of the network's own labels; choose another name"),
    marked('must be a table such as company = ["欢迎致电光明电力"]'),
    marked("must be rows of label, cutoff and texts"),
    marked("{label} stands there twice"),
    marked("{label}: the cutoff must be {low} to 0 natural-log units"),
    marked("{label}: a phrase must have 2 to 20 syllables"),
    marked("at most {labels} labels and {texts} texts are allowed"),
    # core/telemetry/received.py
    marked("a flood of commands: those beyond two a second are refused"),
    marked("a message on {leaf} {fault}; ignored ({count} so far)"),
    marked("the store refused {count} messages that break their schema: this firmware has a fault, report it"),
    # on_cpython/: the link
    marked("{count} damaged lines of the outbox were skipped"),
    marked("cannot save to the outbox ({why}): records wait in memory until that works; free some disk space"),
    marked("the outbox is saved again"),
    marked("{why}; trying again"),
    marked("connected to the broker {address}"),
    marked("no broker at {address} ({why}); records are kept, trying again"),
    marked("lost the broker {address}; records are kept, trying again"),
    marked("the broker {address} shows a certificate that is not trusted: {why}; trying again"),
    marked("the broker {address} ended the connection without an answer; trying again"),
    marked("the broker {address} ended the connection without an answer (does it trust this device's certificate?); trying again"),
    marked("the broker {address} refused the user name or the password; trying again"),
    marked("the broker {address} refused the connection: {why}; trying again"),
    marked("the broker {address} does not let this device read its own topics; trying again"),
    # on_cpython/: the board and its parts
    marked("live sound needs the package sounddevice; install sidetone-headset[live]"),
    marked("live sound needs the PortAudio library; install it (Debian: libportaudio2)"),
    marked("no sound from {device} ({why}); plug in a sound card, or name one in the board's [sound] device"),
    marked("the sound device went away; plug it in again"),
    marked("there is no board {name}: choose one of {names}, or give a .toml file"),
    marked("{path}: cannot be read: {why}"),
    marked("{path}: is not TOML: {why}"),
    marked("[{section}] is unknown; the sections are board, sound, lamps, clock, inputs"),
    marked("[{section}] is missing; add the section"),
    marked("[{section}] {key} is unknown here; remove it"),
    marked("[{section}] {key} must be a text in quotes"),
    marked("[{section}] {key} must be one of {choices}"),
    marked("[{section}] {key} must be a whole number from {low} to {high}"),
    marked("[sound] i2s_pins must name a pin from 0 to {last} for each of {names}"),
    marked("[sound] bits must be {choices}"),
    marked("[sound] customer_channel is the agent's; give the ear-piece a channel of its own, or remove the key"),
    marked("[sound] gain_bits needs bits = 32"),
    marked("[sound] source i2s needs runtime micropython; a Raspberry Pi's codec is reached by portaudio"),
    marked("[lamps] pins must give [red, green] for each lamp of kind gpio"),
    marked("[lamps] pins.{lamp} must be [red, green], two pins from 0 to {last}"),
    marked("[lamps] pins.{lamp} is unknown; the lamps are {lamps}"),
    marked("[inputs] {key} must be help_pin or hook_pin, a pin from 0 to {last}"),
    marked("pin {pin} is used more than once; give each signal its own"),
    marked("not a broker's address: {why}"),
    marked("not a broker's address; give mqtt://USER:PASSWORD@HOST:PORT or mqtts://HOST:PORT?ca=FILE&cert=FILE&key=FILE"),
    marked("a broker's address has no option {option}; there are ca, cert and key"),
    marked("certificates need mqtts://"),
    marked("a client certificate needs both cert= and key="),
    marked("cannot use the certificates of {address}: {why}"),
    marked("no TensorFlow Lite runtime is installed: run `make setup`"),
    marked("the model has {inputs} state inputs but {outputs} state outputs"),
    marked("state {number} of the model goes in as tensor {place} and comes out as tensor {result} of another kind"),
    marked("the model takes {taken} and gives {given}; int8 in and int8 or uint8 out are needed"),
    marked("the model takes shape {shape}; a batch of 1 is needed"),
    marked("{file}the model stopped: {why}"),
    marked("{file}the TensorFlow Lite runtime refuses the model: {why}"),
    marked("buttons on GPIO pins need the package gpiozero (extra `pi`); or take [inputs] out of the board"),
    marked("no buttons on GPIO pins here ({why}); take [inputs] out of the board"),
    marked("lamps on GPIO pins need the package gpiozero (extra `pi`); or choose --lamps terminal"),
    marked("no lamps on GPIO pins here ({why}); choose --lamps terminal or another board"),
    marked("cannot keep data in {folder}: {why}"),
    marked("{folder} is in use by another device process; stop it or give --data another folder"),
)


def said(text: str) -> str:
    """A device's `text`, or each line of it, in the terminal's language; what stands before the fault (a file's name) and what is not known stays."""
    return "\n".join(map(_line, text.split("\n")))


def _line(line: str) -> str:
    begins = [0, *(match.end() for match in re.finditer(": ", line))]
    for begin in begins:
        for text, pattern in _patterns():
            match = pattern.fullmatch(line, begin)
            if match:
                return line[:begin] + tr(text, **match.groupdict())
    return line


@functools.cache
def _patterns() -> list[tuple[str, re.Pattern[str]]]:
    """Each text with what it matches; the longer its own words, the earlier."""
    own = {text: re.sub(r"\{\w+\}", "", text) for text in TEXTS}
    ordered = sorted(TEXTS, key=lambda text: -len(own[text]))
    return [(text, re.compile(re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>.*?)", re.escape(text)))) for text in ordered]
