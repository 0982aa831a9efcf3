"""English text -> words -> phonemes (misaki's lexicon, MIT) -> units (41 sounds without stress).

One reading of a text serves the synthesizer and the training targets, so that the label can never disagree with what was said. The sounds are
General American's, whoever speaks: British styles are given the same phonemes.
"""

import functools
import json
import re
from importlib import resources

import numpy as np

from sidetone_host.phrases.english import BLANK, CONSONANTS, DIGITS, UNIT_ID, UNITS, VOWELS

__all__ = ["BLANK", "PAUSES", "SYLLABIC", "UNITS", "UNITS_PER_SYLLABLE", "UNIT_ID", "cleaned", "common_words", "foreign", "frequencies", "hurried",
           "occurrences", "phonemes", "pronounced", "sounds", "starts", "syllables", "tidy", "tokens", "units", "word_list", "words"]  # fmt: skip

SYLLABIC = VOWELS  # each syllable has one
UNITS_PER_SYLLABLE = 2.6  # of our sentences
PAUSES = ",.?!;: "
_CONSONANT_IDS = {UNIT_ID[u] for u in CONSONANTS}
# Between a vowel and one of these the voice is quietest: a stop's closure or a fricative.
_OBSTRUENT_IDS = {UNIT_ID[u] for u in "b ch d dh f g hh jh k p s sh t th v z zh".split()}
_WORD = re.compile(r"[A-Za-z]+(?:['’][A-Za-z]+)*|[0-9]")
_PIECE = re.compile(_WORD.pattern + r"|[,.?!;:]")

# misaki's letters -> units; two letters before one.
_SOUNDS = {
    "ɜɹ": "er", "əɹ": "er", "ʔn": "t ax n", "ɜ": "er", "b": "b", "d": "d", "f": "f", "h": "hh", "j": "y", "k": "k", "l": "l", "m": "m", "n": "n",
    "p": "p", "s": "s", "t": "t", "v": "v", "w": "w", "z": "z", "ɡ": "g", "ŋ": "ng", "ɹ": "r", "ʃ": "sh", "ʒ": "zh", "ð": "dh", "θ": "th", "ʤ": "jh",
    "ʧ": "ch", "ɾ": "dx", "ʔ": "t", "ə": "ax", "i": "iy", "u": "uw", "ɑ": "aa", "ɔ": "ao", "ɛ": "eh", "ɪ": "ih", "ʊ": "uh", "ʌ": "ah", "æ": "ae",
    "A": "ey", "I": "ay", "W": "aw", "Y": "oy", "O": "ow", "ᵊ": "ax", "ᵻ": "ih", "ɐ": "ax",
}  # fmt: skip
_SPLIT = re.compile("|".join(_SOUNDS))
_STRESS = re.compile("[ˈˌ]")

# Words that sentences weaken, as misaki reads them in running speech; before a vowel the second.
_WEAK = {"the": ("ðə", "ði"), "a": ("ɐ", "ɐ"), "an": ("ɐn", "ɐn"), "to": ("tə", "tʊ"), "and": ("ænd", "ænd"), "of": ("ʌv", "ʌv")}
_VOWEL_LETTERS = "AIWYOəiuɑɔɛɜɪʊʌæᵊᵻɐ"



def _plural(last):
    return "ᵻz" if last in "szʃʒʧʤ" else "s" if last in "ptkfθ" else "z"


def _past(last):
    return "ᵻd" if last in "td" else "t" if last in "pkfθsʃʧ" else "d"


# (ending, what the lemma may have in its place, lemma's last sound -> the ending's sounds): regular inflections that the lexicon leaves out.
_ENDINGS = (
    ("ies", ("y",), _plural), ("s'", ("", "s"), _plural), ("'s", ("",), _plural), ("s", ("",), _plural),
    ("ied", ("y",), _past), ("ed", ("", "e"), _past), ("ing", ("", "e"), lambda last: "ɪŋ"),
)  # fmt: skip


@functools.cache
def _lexicon():
    """word -> phonemes with stress; the checked entries before the unchecked ones, lower case before capitals."""
    folder, out = resources.files("misaki") / "data", {}
    for name in ("us_silver.json", "us_gold.json"):
        table = json.loads((folder / name).read_text(encoding="utf-8"))
        for word in sorted(table, key=str.islower):
            spelled = table[word]["DEFAULT"] if isinstance(table[word], dict) else table[word]
            if spelled:
                out[word.lower()] = spelled
    return out


def pronounced(word):
    """A word in small letters -> misaki's phonemes; None where its lexicon has neither it nor what it is inflected from."""
    known = _lexicon()
    if word in known:
        return known[word]
    for ending, lemmas, suffix in _ENDINGS:
        if word.endswith(ending):
            stem = word.removesuffix(ending)
            for lemma in (stem + end for end in lemmas):
                if lemma in known:
                    return known[lemma] + suffix(_STRESS.sub("", known[lemma])[-1])
            if ending in ("ed", "ing") and len(stem) > 3 and stem[-1] == stem[-2] and stem[:-1] in known:  # a doubled consonant
                return known[stem[:-1]] + suffix(_STRESS.sub("", known[stem[:-1]])[-1])
    return None


def sounds(spelled):
    """misaki's phonemes -> unit names. ValueError names a letter that is none of them."""
    plain = _STRESS.sub("", spelled)
    left = _SPLIT.sub("", plain)
    if left:
        raise ValueError(f"{spelled!r}: no English sound {left[0]!r}")
    return " ".join(_SOUNDS[letters] for letters in _SPLIT.findall(plain)).split()


def _said(text):
    """Text -> [(index behind it, phonemes or a pause mark)] of its words and pauses."""
    found = [(m.end(), m.group().lower().replace("’", "'")) for m in _PIECE.finditer(text)]
    out = []
    for k in range(len(found) - 1, -1, -1):  # from the end: a weak word depends on what follows
        end, piece = found[k]
        if piece in ",.?!;:":
            out.append((end, piece))
            continue
        word = DIGITS.get(piece, piece)
        spelled = pronounced(word)
        if word in _WEAK:
            following = _STRESS.sub("", out[-1][1])[:1] if out else ""
            spelled = _WEAK[word][following != "" and following in _VOWEL_LETTERS]
        if spelled is None:
            raise ValueError(f"{text!r}: no pronunciation of {word!r}")
        out.append((end, spelled))
    return out[::-1]


def tokens(text):
    """Text -> [(index behind it, unit ids)] of each word, in order. ValueError names a word without a pronunciation."""
    return [(end, [UNIT_ID[u] for u in sounds(spelled)]) for end, spelled in _said(text) if spelled not in ",.?!;:"]


def units(text):
    """Text -> unit ids (no blanks). Raises ValueError as `tokens`."""
    return [unit for _, ids in tokens(text) for unit in ids]


def syllables(text):
    """Text -> the vowel of each syllable."""
    return [UNITS[unit] for unit in units(text) if UNITS[unit] in VOWELS]


def words(text):
    """Text -> [(syllables, unit ids)] of its words."""
    return [(sum(UNITS[u] in VOWELS for u in ids), ids) for _, ids in tokens(text)]


def starts(target):
    """Indices > 0 of a CTC target at which speech may be cut: behind a label's token, and between a vowel and a stop or fricative."""

    def quiet(k):
        return target[k] in _OBSTRUENT_IDS and target[k - 1] not in _CONSONANT_IDS

    return [k for k in range(1, len(target)) if target[k] < len(UNITS) and (target[k - 1] >= len(UNITS) or quiet(k))]


def occurrences(text, phrase):
    """-> [(begin, end)] of a phrase's characters in the text, in whole words, whatever the case; a final s may follow, and pauses stand between its words."""
    pattern = r"[ ,.?!;:]+".join(re.escape(word).replace("'", "['’]") for word in phrase.split())
    return [m.span() for m in re.finditer(rf"(?<![\w'’]){pattern}s?(?![\w'’])", text, re.IGNORECASE)]


def tidy(text):
    """What a grammar drew -> one pause at a place, one blank between words."""
    return re.sub(r"\s+", " ", re.sub(r"\s*([,.?!;:])(?:\s*[,.?!;:])*", r"\1", text)).strip()


def hurried(text):
    """The text without its pauses."""
    return text.replace(",", "")


def cleaned(text):
    """A transcript -> what of it can be read: words that have a pronunciation, and pauses."""
    return " ".join(m.group() for m in _PIECE.finditer(text) if not m.group()[0].isalpha() or pronounced(m.group().lower().replace("’", "'")) is not None)


def foreign(text):
    """True where something is said in the text that `cleaned` leaves out, or digits, which may have been read as numbers."""
    return bool(re.search(r"[0-9()]", text)) or any(pronounced(m.group().lower().replace("’", "'")) is None for m in _WORD.finditer(text))


def phonemes(text):
    """Text -> the string of IPA letters and stress marks that Kokoro reads."""
    out = ""
    for _, spelled in _said(text):
        out += spelled if spelled in ",.?!;:" else f" {spelled}"
    return out.strip()


@functools.cache
def frequencies():
    """-> ({word: count}, total) of symspellpy's list (MIT): counts of Google's books, for words of SCOWL's."""
    path, out = resources.files("symspellpy") / "frequency_dictionary_en_82_765.txt", {}
    for line in path.read_text(encoding="utf-8-sig").splitlines():
        word, count = line.split()
        if word.isalpha() and word.isascii() and pronounced(word) and (len(word) > 1 or word in "ai"):
            out[word] = int(count)
    return out, sum(out.values())


@functools.cache
def common_words():
    """{"w": single words, "b": pairs of words that stand together} -> (texts, cumulative weights after their frequency)."""
    path, pairs = resources.files("symspellpy") / "frequency_bigramdictionary_en_243_342.txt", []
    known, _ = frequencies()
    for line in path.read_text(encoding="utf-8-sig").splitlines():
        first, second, count = line.split()
        if first in known and second in known and int(count) >= 500_000:
            pairs.append((f"{first} {second}", int(count) ** 0.35))
    out = {"b": pairs, "w": [(word, count**0.35) for word, count in known.items() if count >= 1_000_000 and len(word) > 2]}
    return {kind: ([w for w, _ in rows], np.cumsum([w for _, w in rows]) / sum(w for _, w in rows)) for kind, rows in out.items()}


def word_list():
    """-> (where it is from, [(word, unit ids, per million words)]): every word that can be read, the commonest first; 0 for those not counted."""
    counts, total = frequencies()
    every = {word: counts.get(word, 0) / total * 1e6 for word in [*counts, *(w for w in _lexicon() if _WORD.fullmatch(w))]}
    rows = [(word, [UNIT_ID[u] for u in sounds(_WEAK[word][0] if word in _WEAK else pronounced(word))], often) for word, often in every.items()]
    return "symspellpy 6.10.1's list (MIT) and misaki 0.9.4's lexicon (MIT)", sorted(rows, key=lambda row: (-row[2], row[0]))
