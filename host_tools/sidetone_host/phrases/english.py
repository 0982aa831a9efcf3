"""English text -> words -> sounds (ARPAbet without stress): the alphabet that the English network hears in.

A word is looked up among the common words that lie beside the network (`words.py`). What is not there, a company's name above all, is given
by its sounds between slashes: `welcome to /ae k m iy/ power`. `model/corpus/english` builds on the same sounds.

| sound | as in  | sound | as in    | sound | as in | sound | as in    |
|-------|--------|-------|----------|-------|-------|-------|----------|
| aa    | father | ax    | about    | ch    | chin  | ng    | sing     |
| ae    | cat    | ay    | my       | dh    | this  | sh    | she      |
| ah    | cup    | eh    | bed      | dx    | better | th   | thin     |
| ao    | law    | er    | bird, better | g | go    | y     | yes      |
| aw    | now    | ey    | day      | hh    | he    | z     | zoo      |
| ih    | sit    | iy    | see      | jh    | job   | zh    | vision   |
| ow    | go     | oy    | boy      | uh    | book  | uw    | too      |

b d f k l m n p r s t v w sound as they are written.
"""

from __future__ import annotations

import re
from functools import cache

from sidetone_host import released
from sidetone_host.phrases import marks
from sidetone_host.phrases.words import words
from sidetone_host.wording import marked

CONSONANTS = "b ch d dh dx f g hh jh k l m n ng p r s sh t th v w y z zh".split()
VOWELS = "aa ae ah ao aw ax ay eh er ey ih iy ow oy uh uw".split()  # one is one syllable
BLANK = "<b>"  # unit 0 is the CTC blank
UNITS = [BLANK, *CONSONANTS, *VOWELS]
UNIT_ID = {u: k for k, u in enumerate(UNITS)}

# Digits are read one by one, as numbers are given on the telephone.
DIGITS = dict(zip("0123456789", "zero one two three four five six seven eight nine".split(), strict=True))

LANGUAGE = "en"
BASE = "english"
CAPTION = marked("reading")
NOTHING = "no words in it; write English, or sounds between slashes such as /ae k m iy/"
NUMBER = marked("write a number in words: twenty four hours for 24 hours")
WORDS_PER_H = 4500  # an agent who speaks half of the time at 150 words a minute, the middle of what call-centre trainers ask (140-170)

# Sounds between slashes, or a word with its apostrophes, or one digit, or any other mark; hyphens and other punctuation part words.
_PIECE = re.compile(r"/[^/]+/|[^\W\d_]+(?:'[^\W\d_]+)*|[0-9]|(?P<mark>.)")
_SIBILANTS = "s z sh zh ch jh".split()
_VOICELESS = "p t k f th".split()


@cache
def _pronunciations() -> dict[str, tuple[str, ...]]:
    """Word in small letters -> its usual sounds. CannotDo where the list is absent."""
    out: dict[str, tuple[str, ...]] = {}
    for word in words(released.FOLDER / LANGUAGE):
        out.setdefault(word.text, word.units)
    return out


def read(text: str) -> list[str]:
    """English text -> its words in small letters, digits as words, sounds as they were given, `/ae k m iy/`, and marks that are said (`spell` refuses
    them)."""
    return [DIGITS.get(piece, piece) for _, piece in _pieces(text)]


def placed(text: str) -> list[tuple[int, str]]:
    """As `read`, each piece with the index of its first character."""
    return [(at, DIGITS.get(piece, piece)) for at, piece in _pieces(text)]


def _pieces(text: str) -> list[tuple[int, str]]:
    found = _PIECE.finditer(text.replace("’", "'"))
    return [(piece.start(), piece.group().lower()) for piece in found if not piece["mark"] or marks.is_said(piece["mark"])]


def spell(pieces: list[str]) -> list[str]:
    """What `read` gives -> unit names. ValueError names the first word or sound that is not known; CannotDo where the words are absent."""
    return [unit for piece in pieces for unit in (_given(piece) if piece.startswith("/") else _looked_up(piece))]


def syllables(pieces: list[str]) -> int:
    """How many syllables are said."""
    return sum(unit in VOWELS for unit in spell(pieces))


def shown(pieces: list[str]) -> str:
    """The reading as a user checks it: each word with its sounds."""
    return ", ".join(piece if piece.startswith("/") else f"{piece} /{' '.join(spell([piece]))}/" for piece in pieces)


def _given(piece: str) -> list[str]:
    names = piece.strip("/").split()
    for name in names:
        if name not in UNITS[1:]:
            raise ValueError(f"{piece}: there is no English sound {name!r}; there are {' '.join(UNITS[1:])}")
    return names


def _looked_up(word: str) -> list[str]:
    known = _pronunciations()
    if word in known:
        return list(known[word])
    # what ends in 's, s or es is said as the word without it and one more sound, which follows from the last one
    for ending in ("'s", "es", "s"):
        stem = known.get(word.removesuffix(ending)) if word.endswith(ending) else None
        if stem is None or (ending == "es" and stem[-1] not in _SIBILANTS):
            continue
        if stem[-1] in _SIBILANTS:
            return [*stem, "ih", "z"]
        return [*stem, "s" if stem[-1] in _VOICELESS else "z"]
    raise ValueError(f"{word}: not among the common English words; write how it is said, in words or in sounds between slashes such as /ae k m iy/")
