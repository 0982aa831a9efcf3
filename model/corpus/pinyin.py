"""Chinese text -> words of tone-numbered pinyin -> toneless units (initials and finals).

One reading of a text serves the synthesizer and the training targets, so that the label can never
disagree with what was said. Sandhi of third tones, 不 and 一 follows pypinyin's rules.
"""

import re

# Unit 0 is the CTC blank. Zero-initial syllables are written by their final alone (ai, an, er, wu -> u,
# yi -> i, yu -> v); "i" after zh ch sh r is "ir" and after z c s "iz": other sounds than the i of "li".
INITIALS = "b p m f d t n l g k h j q x zh ch sh r z c s".split()
FINALS = ("a o e er ai ei ao ou an en ang eng ong i ia ie iao iu ian in iang ing iong u ua uo uai ui uan un uang v ve van vn ir iz").split()
BLANK = "<b>"
UNITS = [BLANK, *INITIALS, *FINALS]
UNIT_ID = {u: k for k, u in enumerate(UNITS)}

_PINYIN = re.compile(r"^[a-zü:]+[1-5]$")
_SPLIT_SENTENCE = re.compile(r"([\u4e00-\u9fff]+|[，。！？、；：,.!?;:…]+)")
_PAUSE = {"，": ",", "、": ",", "；": ";", "：": ",", "。": ".", "！": "!", "？": "?", "…": "…"}

# Digits are read one by one, as numbers are given on the telephone (1 is yao).
_DIGITS = str.maketrans("0123456789", "零幺二三四五六七八九")

# Readings that pypinyin's dictionaries get wrong in call-centre speech.
_PHRASES = {
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
_loaded = False


def _prepare():
    global _loaded
    if not _loaded:
        import jieba
        from pypinyin import load_phrases_dict

        jieba.setLogLevel(60)
        load_phrases_dict(_PHRASES)
        for word in _PHRASES:
            if len(word) > 1:
                jieba.add_word(word, freq=200000)
        _loaded = True


def is_pinyin(text):
    """True for 'nin2 hao3' (pause marks , . ? ! may stand between)."""
    words = [w for w in re.split(r"[\s,.?!]+", text) if w]
    return bool(words) and all(_PINYIN.match(w) for w in words)


def read(text):
    """Text (Chinese, or pinyin with tone digits) -> list of words; a word is a list of 'nin2' or one pause mark."""
    if is_pinyin(text):
        return [[s] for s in re.findall(r"[a-zü:]+[1-5]|[,.?!]", text)]
    from pypinyin import Style, lazy_pinyin

    _prepare()
    import jieba

    text = text.translate(_DIGITS)
    out = []
    for piece in _SPLIT_SENTENCE.findall(text):
        if piece[0] < "\u4e00" or piece[0] > "\u9fff":
            out.append([_PAUSE.get(piece[0], piece[0])])
            continue
        words = jieba.lcut(piece)
        flat = lazy_pinyin(words, style=Style.TONE3, neutral_tone_with_five=True, tone_sandhi=True)
        at = 0
        for word in words:
            out.append(flat[at : at + len(word)])
            at += len(word)
    return out


def syllables(text):
    """Text or pinyin -> flat list of toneless syllables, ü written v."""
    return [toneless(s) for word in read(text) for s in word if s[-1].isdigit()]


def toneless(syllable):
    return re.sub(r"[1-5]$", "", syllable.replace("u:", "v").replace("ü", "v"))


def split(syllable):
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


def units(text):
    """Text or pinyin -> unit ids (no blanks). Raises ValueError naming what has no reading."""
    out = []
    for s in syllables(text):
        parts = split(s)
        if parts is None:
            raise ValueError(f"{text!r}: no Mandarin syllable {s!r}")
        out.extend(UNIT_ID[p] for p in parts)
    return out
