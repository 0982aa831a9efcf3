"""The site's own phrases as a profile carries them: rows of (label, cutoff_q8 or 0 for the network's own, texts).

A text is the names of its units with spaces between (`h uan i ing`), so it needs neither a dictionary nor a certain release of the
network where it is heard. The host makes them from characters (`sidetone_host/phrases/`); both sides check them here.
"""

from sidetone.core.etiquette.labels import LABELS

# Bounds of the site's phrases: each costs the device a few microseconds a step, and their names go into every record.
MOST_LABELS = 12
MOST_TEXTS = 24  # over all labels
LABEL_LENGTH = 24
UNITS_MIN = 2  # two syllables may have no initial (音乐)
UNITS_MAX = 40
CUTOFF_MIN_Q8 = -1024  # 4 natural-log units: the network's fit limit


def label_fault(label):
    """What is wrong with a site's label, or None: lower-case letters, digits and _, a letter first, none of the network's labels."""
    good = isinstance(label, str) and 0 < len(label) <= LABEL_LENGTH and label[0] in "abcdefghijklmnopqrstuvwxyz"
    if good:
        for char in label:
            good = good and char in "abcdefghijklmnopqrstuvwxyz0123456789_"
    if not good:
        return "a label has 1 to " + str(LABEL_LENGTH) + " of the characters a-z 0-9 _, a letter first"
    for row in LABELS:
        if row[0] == label:
            return label + " is one of the network's own labels; choose another name"
    return None


def phrases_fault(value):
    """What is wrong with compiled site phrases, rows of (label, cutoff_q8, texts), or None."""
    if not isinstance(value, (tuple, list)):
        return "must be a table such as company = [\"欢迎致电光明电力\"]"
    seen = []
    count = 0
    for row in value:
        if not isinstance(row, (tuple, list)) or len(row) != 3 or not isinstance(row[2], (tuple, list)) or not row[2]:
            return "must be rows of label, cutoff and texts"
        label, cutoff_q8, texts = row
        fault = label_fault(label)
        if fault is not None:
            return fault
        if label in seen:
            return label + " stands there twice"
        seen.append(label)
        if not isinstance(cutoff_q8, int) or isinstance(cutoff_q8, bool) or not CUTOFF_MIN_Q8 <= cutoff_q8 <= 0:
            return label + ": the cutoff must be " + str(CUTOFF_MIN_Q8 // 256) + " to 0 natural-log units"
        for text in texts:
            length = len(text.split()) if isinstance(text, str) else 0
            if not UNITS_MIN <= length <= UNITS_MAX:
                return label + ": a phrase must have 2 to 20 syllables"
            count += 1
    if len(seen) > MOST_LABELS or count > MOST_TEXTS:
        return "at most " + str(MOST_LABELS) + " labels and " + str(MOST_TEXTS) + " texts are allowed"
    return None
