"""The topics: `sidetone/v1/{site}/{device}/{leaf}`, one tree a device.

leaf            who writes  QoS  retained
availability    device      1    yes       also the last will
meta            device      1    yes
live            device      0    no
interval        device      1    no
event           device      1    no
call            device      1    no
cmd             host        1    no
ack             host        1    no

A site and a device are named by 1 to 32 characters of a-z A-Z 0-9 _ -, so that a name is at the same time an MQTT level, a user
name in an access list (`pattern write sidetone/v1/+/%u/#`), a certificate's common name and a file name.
"""

ROOT = "sidetone/v1"
DEVICE_LEAVES = ("availability", "meta", "live", "interval", "event", "call")
HOST_LEAVES = ("cmd", "ack")
QOS = {"availability": 1, "meta": 1, "live": 0, "interval": 1, "event": 1, "call": 1, "cmd": 1, "ack": 1}
RETAINED = ("availability", "meta")
NAME_MAX = 32

_NAME_CHARACTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-"


class TopicError(ValueError):
    """A name or a topic that is not one of ours; the text says which and why, in one line."""


def name_fault(name):
    """What is wrong with a site's or device's name, in words, or None."""
    if not name:
        return "is empty"
    if len(name) > NAME_MAX:
        return "has " + str(len(name)) + " characters, " + str(NAME_MAX) + " are allowed"
    for char in name:
        if char not in _NAME_CHARACTERS:
            return "may hold only a-z A-Z 0-9 _ and -"
    return None


def topic(site, device, leaf):
    """The topic of `leaf`, str. TopicError for a bad name or an unknown leaf."""
    for what, name in (("site", site), ("device", device)):
        fault = name_fault(name)
        if fault:
            raise TopicError("the name of the " + what + " " + repr(name) + " " + fault)
    if leaf not in QOS:
        raise TopicError("no topic ends with " + repr(leaf))
    return ROOT + "/" + site + "/" + device + "/" + leaf


def parse(text):
    """A topic -> (site, device, leaf). TopicError for anything that `topic` would not have made."""
    parts = text.split("/")
    if len(parts) != 5 or parts[0] + "/" + parts[1] != ROOT:
        raise TopicError("not a topic of ours: " + repr(text[:80]))
    if topic(parts[2], parts[3], parts[4]) != text:
        raise TopicError("not a topic of ours: " + repr(text[:80]))
    return parts[2], parts[3], parts[4]


def every(leaf):
    """The subscription that covers `leaf` of every device."""
    return ROOT + "/+/+/" + leaf
