"""Chinese text -> words of tone-numbered pinyin -> toneless units (initials and finals).

One reading of a text serves the synthesizer and the training targets, so that the label can never
disagree with what was said. Sandhi of third tones, 不 and 一 follows pypinyin's rules.
"""

import functools
import re

import numpy as np

from sidetone_host.phrases.mandarin import BLANK, DIGITS, FINALS, INITIALS, READINGS, UNIT_ID, UNITS, is_pinyin, split, toneless

__all__ = ["BLANK", "FINALS", "INITIALS", "PAUSES", "SYLLABIC", "UNITS", "UNITS_PER_SYLLABLE", "UNIT_ID", "cleaned", "common_words", "foreign", "hurried",
           "is_pinyin", "occurrences", "phonemes", "read", "split", "starts", "syllables", "tidy", "tokens", "toneless", "units", "word_list", "words"]  # fmt: skip

SYLLABIC = FINALS  # each syllable has one
UNITS_PER_SYLLABLE = 2
PAUSES = "，。！？、"
LEAST = 120  # of 60 million words in the count: the common ones
_INITIAL_IDS = {UNIT_ID[u] for u in INITIALS}

_SPLIT_SENTENCE = re.compile(r"([\u4e00-\u9fff]+|[，。！？、；：,.!?;:…]+)")
_PAUSE = {"，": ",", "、": ",", "；": ";", "：": ",", "。": ".", "！": "!", "？": "?", "…": "…"}

_loaded = False


def _prepare():
    global _loaded
    if not _loaded:
        import jieba
        from pypinyin import load_phrases_dict

        jieba.setLogLevel(60)
        load_phrases_dict(READINGS)
        for word in READINGS:
            if len(word) > 1:
                jieba.add_word(word, freq=200000)
        _loaded = True


def read(text):
    """Text (Chinese, or pinyin with tone digits) -> list of words; a word is a list of 'nin2' or one pause mark."""
    if is_pinyin(text):
        return [[s] for s in re.findall(r"[a-zü:]+[1-5]|[,.?!]", text)]
    from pypinyin import Style, lazy_pinyin

    _prepare()
    import jieba

    text = text.translate(DIGITS)
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


def units(text):
    """Text or pinyin -> unit ids (no blanks). Raises ValueError naming what has no reading."""
    out = []
    for s in syllables(text):
        parts = split(s)
        if parts is None:
            raise ValueError(f"{text!r}: no Mandarin syllable {s!r}")
        out.extend(UNIT_ID[p] for p in parts)
    return out


def tokens(text):
    """Text -> [(index behind it, unit ids)] of each character that is spoken, in order. ValueError names what has no reading."""
    flat = iter([s for word in read(text) for s in word if s[-1].isdigit()])
    out = []
    for at, ch in enumerate(text):
        if "\u4e00" <= ch <= "\u9fff" or ch.isdigit():
            syllable = next(flat)
            parts = split(syllable)
            if parts is None:
                raise ValueError(f"{text!r}: no Mandarin syllable {syllable!r}")
            out.append((at + 1, [UNIT_ID[p] for p in parts]))
    return out


def words(text):
    """Text -> [(syllables, unit ids)] of its words."""
    spoken = [w for w in read(text) if w[0][-1].isdigit()]
    return [(len(w), [UNIT_ID[p] for s in w for p in split(s)]) for w in spoken]


def starts(target):
    """Indices > 0 of a CTC target at which a syllable begins: where speech may be cut. Labels' tokens may stand in it."""

    def no_initial(k):  # a final that follows a final (or a label's token) begins a syllable of its own
        return target[k - 1] >= len(UNITS) or target[k - 1] not in _INITIAL_IDS

    return [k for k in range(1, len(target)) if target[k] < len(UNITS) and (target[k] in _INITIAL_IDS or no_initial(k))]


def occurrences(text, phrase):
    """-> [(begin, end)] of a phrase's characters in the text; they may overlap."""
    return [(m.start(), m.start() + len(phrase)) for m in re.finditer(f"(?={re.escape(phrase)})", text)]


def tidy(text):
    """What a grammar drew -> one pause at a place."""
    return re.sub(r"[，。]{2,}", "，", text)


def hurried(text):
    """The text without its pauses."""
    return text.replace("，", "")


def cleaned(text):
    """A transcript -> what of it can be read."""
    return "".join(c for c in text if "\u4e00" <= c <= "\u9fff" or c in PAUSES)


def foreign(text):
    """True where something is said in the text that `cleaned` leaves out."""
    return any(c.isalnum() and not "\u4e00" <= c <= "\u9fff" for c in text)


def phonemes(text):
    """Text or pinyin -> the string of IPA letters and tone arrows that Kokoro reads."""
    from misaki.zh import ZHG2P

    out = ""
    for word in read(text):
        if word[0][-1].isdigit():
            spelled = (ZHG2P.py2ipa(s.replace("u:", "v").replace("ü", "v")) for s in word)
            out += ("" if not out or out[-1] == " " else " ") + "".join(spelled)
        else:
            out += word[0] + " "
    return out.replace(chr(815), "").strip()


@functools.cache
def common_words():
    """jieba's dictionary (MIT): common Chinese words by part of speech, weights after their frequency."""
    import jieba

    by_tag = {}
    with open(jieba.__file__.replace("__init__.py", "dict.txt"), encoding="utf-8") as f:
        for line in f:
            word, count, tag = line.split()
            kind = {"n": "n", "vn": "n", "v": "v", "vi": "v", "a": "a", "ad": "d", "d": "d", "i": "i", "l": "i",
                    "ns": "n", "nz": "n", "an": "n", "t": "t", "nr": "n"}.get(tag)  # fmt: skip
            if kind and int(count) >= 60 and 1 < len(word) <= 4 and re.fullmatch("[\u4e00-\u9fff]+", word):
                by_tag.setdefault(kind, []).append((word, int(count) ** 0.35))
    out = {}
    for kind, rows in by_tag.items():
        weight = np.array([w for _, w in rows])
        out[kind] = ([w for w, _ in rows], np.cumsum(weight / weight.sum()))
    return out


def word_list():
    """-> (where it is from, [(word, unit ids, per million words)]): common words, the commonest first."""
    import jieba

    rows, total = [], 0
    with open(jieba.__file__.replace("__init__.py", "dict.txt"), encoding="utf-8") as f:
        for line in f:
            word, count, _ = line.split()
            total += int(count)
            if int(count) >= LEAST and 1 < len(word) <= 5 and re.fullmatch("[\u4e00-\u9fff]+", word):
                rows.append((word, int(count)))
    out = []
    for word, count in sorted(rows, key=lambda r: (-r[1], r[0])):
        try:
            out.append((word, units(word), count / total * 1e6))
        except ValueError:
            continue
    return "jieba 0.42.1's dictionary (MIT, Sun Junyi)", out
