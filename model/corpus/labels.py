"""The labels of the standard: where their phrases stand in a text, and where their tokens stand among its units.

What counts as each label is the language's (`language.phrases`), after keywords.tsv: tiers core and full are learned (a token after the phrase's
last unit), tier taboo is spotted from its units alone.
"""

from model.corpus.language import phrases, reading

CORE, FULL, TABOO, NEAR = phrases.CORE, phrases.FULL, phrases.TABOO, phrases.NEAR
# The part of the day that a greeting names (rule B5) and the wordings that a coach looks at (G2, G4, G6) have no token either.
GIVEN = {**TABOO, **phrases.DAY_PARTS, **phrases.WORDING}  # as text only
LEARNED = {**CORE, **FULL}
LABELS = list(LEARNED)
LABEL_ID = {name: k for k, name in enumerate(LABELS)}


def spans(text):
    """Text -> [(label, start, end)] in characters, ordered by end; overlapping spans of one label are one."""
    found = []
    for label, wordings in LEARNED.items():
        hits = sorted(hit for wording in wordings for hit in reading.occurrences(text, wording))
        merged = []
        for a, b in hits:
            if merged and a < merged[-1][1]:
                merged[-1] = (merged[-1][0], max(b, merged[-1][1]))
            else:
                merged.append((a, b))
        found.extend((label, a, b) for a, b in merged)
    return sorted(found, key=lambda s: (s[2], s[1]))


def target(text):
    """Text -> CTC target: unit ids, label k after its phrase's last unit as len(UNITS) + k."""
    ends = {}
    for label, _, b in spans(text):
        ends.setdefault(b, []).append(len(reading.UNITS) + LABEL_ID[label])
    out = []
    for end, units in reading.tokens(text):
        out += units + ends.get(end, [])
    return out


_phrase_units = {}


def phrase_units(label):
    """Label -> list of unit id tuples, one for each distinct sound of its phrases."""
    if label not in _phrase_units:
        wordings = LEARNED.get(label) or GIVEN[label]
        _phrase_units[label] = list(dict.fromkeys(tuple(reading.units(p)) for p in wordings))
    return _phrase_units[label]


def homophones(text):
    """Labels whose units occur in the text more often than the phrase itself: the sentence can't be a negative."""
    sounds = reading.units(text)
    said = {}
    for label, _, _ in spans(text):
        said[label] = said.get(label, 0) + 1
    out = []
    for label in LABELS:
        count = 0
        for seq in phrase_units(label):
            n = len(seq)
            count += sum(tuple(sounds[k : k + n]) == seq for k in range(len(sounds) - n + 1))
        if count and not said.get(label):
            out.append(label)
    return out
