"""The language that a corpus, a training, a release and an evaluation are of: SIDETONE_LANGUAGE=zh|en in the environment, zh without it.

One process works in one language, and its children in the same. A language is a folder beside this file with four modules:
reading (text -> units and the synthesizer's phonemes), phrases (what counts as each label), templates and slots (what its speakers say),
and voices (the styles that speak it).
"""

import importlib
import os

FOLDERS = {"zh": "mandarin", "en": "english"}
CODE = os.environ.get("SIDETONE_LANGUAGE") or "zh"
if CODE not in FOLDERS:
    raise SystemExit(f"SIDETONE_LANGUAGE={CODE}: none of {', '.join(FOLDERS)}")


def _module(name):
    return importlib.import_module(f"model.corpus.{FOLDERS[CODE]}.{name}")


reading, phrases, templates, voices = (_module(name) for name in ("reading", "phrases", "templates", "voices"))
SLOTS = _module("slots").SLOTS
