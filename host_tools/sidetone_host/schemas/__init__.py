"""The wire's JSON Schemas, one file a message (docs/mqtt.md is made from them), and the validators compiled from them."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from importlib import resources
from typing import Any

import fastjsonschema

NAMES = ("availability", "meta", "live", "interval", "event", "call", "cmd", "ack")


class Invalid(ValueError):
    """A message that breaks its schema; the text says where, in one line."""


@cache
def schema(name: str) -> dict[str, Any]:
    """The JSON Schema of one message."""
    loaded: dict[str, Any] = json.loads(resources.files(__name__).joinpath(f"{name}.json").read_text("utf-8"))
    return loaded


@cache
def _validator(name: str) -> Callable[[Any], Any]:
    compiled: Callable[[Any], Any] = fastjsonschema.compile(schema(name), use_default=False)
    return compiled


def check(name: str, message: Any) -> None:
    """Invalid if `message` breaks the schema `name`."""
    try:
        _validator(name)(message)
    except fastjsonschema.JsonSchemaValueException as fault:
        raise Invalid(str(fault.message)[:160]) from None
