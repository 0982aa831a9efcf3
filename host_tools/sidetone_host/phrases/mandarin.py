"""Chinese text -> tone-numbered pinyin -> toneless units (initials and finals): the alphabet that the Mandarin network hears in.

Phrases given as text are read here, without a word cutter and without anything of the training's; `model/corpus/pinyin.py` builds
on the same tables, so a phrase is spelled as the training's texts were. Where a reading is wrong, give the phrase as pinyin
(`chong2 fu4`).
"""

from __future__ import annotations

import re
from functools import cache

from sidetone_host.phrases import marks

# Unit 0 is the CTC blank. Zero-initial syllables are written by their final alone (ai, an, er, wu -> u,
# yi -> i, yu -> v); "i" after zh ch sh r is "ir" and after z c s "iz": other sounds than the i of "li".
from sidetone_host.wording import marked

INITIALS = "b p m f d t n l g k h j q x zh ch sh r z c s".split()
FINALS = ("a o e er ai ei ao ou an en ang eng ong i ia ie iao iu ian in iang ing iong u ua uo uai ui uan un uang v ve van vn ir iz").split()
BLANK = "<b>"
UNITS = [BLANK, *INITIALS, *FINALS]
UNIT_ID = {u: k for k, u in enumerate(UNITS)}

_PINYIN = re.compile(r"^[a-zü:]+[1-5]$")
# A syllable of pinyin, characters and digits, a word in other letters, or any other mark.
_PIECE = re.compile(r"[a-zü:]+[1-5](?!\d)|(?P<chinese>[\u4e00-\u9fff0-9０-９〇]+)|[^\W\d_\u4e00-\u9fff]+|(?P<mark>.)")

BASE = "default-zh"
CAPTION = marked("pinyin")
NOTHING = "no Chinese in it; write characters, or pinyin with tones such as huan1 ying2"
NUMBER = marked("write a number in characters: 二十四小时 for 24小时")
WORDS_PER_H = 4000  # an agent who speaks half of the time at 220 syllables a minute, 1.6 syllables a word

# Digits are read one by one, as numbers are given on the telephone (1 is yao).
DIGITS = str.maketrans("0123456789０１２３４５６７８９〇", "零幺二三四五六七八九" * 2 + "零")

# Readings that pypinyin's dictionaries get wrong in call-centre speech.
READINGS = {
    "您": [["nín"]],
    "为您服务": [["wèi"], ["nín"], ["fú"], ["wù"]],
    "为你服务": [["wèi"], ["nǐ"], ["fú"], ["wù"]],
    "为您": [["wèi"], ["nín"]],
    "为你": [["wèi"], ["nǐ"]],
    "还有": [["hái"], ["yǒu"]],
    "还是": [["hái"], ["shì"]],
    "还要": [["hái"], ["yào"]],
    "还在": [["hái"], ["zài"]],
    "对不起": [["duì"], ["bù"], ["qǐ"]],
    "谢谢": [["xiè"], ["xie"]],
    "姐姐": [["jiě"], ["jie"]],
    "管不着": [["guǎn"], ["bu"], ["zháo"]],
    "听不见": [["tīng"], ["bú"], ["jiàn"]],
    "听着": [["tīng"], ["zhe"]],
    "转接": [["zhuǎn"], ["jiē"]],
    "转给": [["zhuǎn"], ["gěi"]],
    "帮您转": [["bāng"], ["nín"], ["zhuǎn"]],
    "重复": [["chóng"], ["fù"]],
    "重新": [["chóng"], ["xīn"]],
    "好的": [["hǎo"], ["de"]],
    "记得": [["jì"], ["de"]],
    "得到": [["dé"], ["dào"]],
    "银行": [["yín"], ["háng"]],
    "那好": [["nà"], ["hǎo"]],
}


def is_pinyin(text: str) -> bool:
    """True for 'nin2 hao3' (pause marks , . ? ! may stand between)."""
    words = [w for w in re.split(r"[\s,.?!]+", text) if w]
    return bool(words) and all(_PINYIN.match(w) for w in words)


@cache
def _dictionary() -> None:
    """Our readings into pypinyin's tables, once."""
    from pypinyin import load_phrases_dict

    load_phrases_dict(READINGS)


def read(text: str) -> list[str]:
    """Characters, pinyin with tone digits, or both -> tone-numbered syllables. Words in other letters stay, and marks that are said (`spell` refuses
    both); punctuation goes."""
    return [piece for _, piece in placed(text)]


def placed(text: str) -> list[tuple[int, str]]:
    """As `read`, each piece with the index of its first character."""
    from pypinyin import Style, lazy_pinyin

    _dictionary()
    out: list[tuple[int, str]] = []
    for found in _PIECE.finditer(text):
        if found["chinese"]:
            said = lazy_pinyin(found["chinese"].translate(DIGITS), style=Style.TONE3, neutral_tone_with_five=True, tone_sandhi=True)
            out += zip(range(found.start(), found.end()), said, strict=True)
        elif not found["mark"] or marks.is_said(found["mark"]):
            out.append((found.start(), found.group()))
    return out


def spell(pieces: list[str]) -> list[str]:
    """What `read` gives -> unit names. ValueError names the first that is none of Mandarin's."""
    out: list[str] = []
    for piece in pieces:
        if not piece[-1].isdigit():
            raise ValueError(f"{piece}: no Chinese; write how it is said, in characters or in pinyin with tones such as wei1 ai1 pi1")
        parts = split(piece)
        if parts is None:
            raise ValueError(f"no Mandarin syllable {piece!r}")
        out += parts
    return out


def syllables(pieces: list[str]) -> int:
    """How many syllables are said: each piece is one."""
    return len(pieces)


def shown(pieces: list[str]) -> str:
    """The reading as a user checks it."""
    return " ".join(pieces)


def toneless(syllable: str) -> str:
    return re.sub(r"[1-5]$", "", syllable.replace("u:", "v").replace("ü", "v"))


def split(syllable: str) -> tuple[str, ...] | None:
    """'zhuan' -> ('zh', 'uan'); 'yuan' -> ('van',); None where it is no syllable of Mandarin."""
    s = toneless(syllable)
    if s in ("r", "er"):
        return ("er",)
    if s in ("m", "n", "ng", "hm", "hng"):
        return ("en",)
    if s == "ê":
        return ("e",)
    if s == "yo":
        return ("i", "o")
    if s == "lo":
        return ("l", "o")
    if s.startswith("y"):
        rest = s[1:]
        table = {
            "i": "i", "a": "ia", "e": "ie", "ao": "iao", "ou": "iu", "an": "ian", "in": "in", "ang": "iang",
            "ing": "ing", "ong": "iong", "u": "v", "ue": "ve", "uan": "van", "un": "vn", "ai": "ai",
            "v": "v", "ve": "ve", "van": "van", "vn": "vn",
        }  # fmt: skip
        return (table[rest],) if rest in table else None
    if s.startswith("w"):
        rest = s[1:]
        table = {
            "u": "u", "a": "ua", "o": "uo", "ai": "uai", "ei": "ui", "an": "uan", "en": "un", "ang": "uang",
            "eng": "ong",
        }  # fmt: skip
        return (table[rest],) if rest in table else None
    initial = s[:2] if s[:2] in UNIT_ID and s[1:2] == "h" else s[:1]
    if initial not in UNIT_ID or initial not in INITIALS:
        return (s,) if s in FINALS else None
    final = s[len(initial) :]
    if final == "i" and initial in ("zh", "ch", "sh", "r"):
        final = "ir"
    elif final == "i" and initial in ("z", "c", "s"):
        final = "iz"
    elif initial in ("j", "q", "x") and final.startswith("u"):
        final = "v" + final[1:]
    elif final == "ue":
        final = "ve"
    elif final == "ueng":
        final = "ong"
    return (initial, final) if final in FINALS else None
