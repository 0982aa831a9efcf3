"""Chinese text -> words of tone-numbered pinyin -> toneless units (initials and finals).

One reading of a text serves the synthesizer and the training targets, so that the label can never
disagree with what was said. Sandhi of third tones, 不 and 一 follows pypinyin's rules.
"""

import re

from sidetone_host.phrases.reading import BLANK, DIGITS, FINALS, INITIALS, READINGS, UNIT_ID, UNITS, is_pinyin, split, toneless

__all__ = ["BLANK", "FINALS", "INITIALS", "UNITS", "UNIT_ID", "is_pinyin", "read", "split", "syllables", "toneless", "units"]

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
