"""What the synthetic speakers say: agent scripts, customer speech, near-homophones and random common words.

Everything is drawn from a seed. A template belongs to the test side by the hash of its text, so that sentences kept
out of training differ in wording, not only in the words that fill their slots.

    python -m model.corpus.sentences train 20     # prints twenty
"""

import re
import sys
import zlib

import numpy as np

from model.corpus import labels
from model.corpus.language import SLOTS, reading, templates

SIDES = ("train", "test")


def side_of(template):
    """'train' or 'test'; one template in seven is the test's."""
    return SIDES[zlib.crc32(template.encode()) % 7 == 0]


class Writer:
    """Draws sentences for one side ('train' or 'test') from one seed."""

    def __init__(self, side, seed):
        self.side = side
        self.rng = np.random.default_rng(seed)
        self.agent = {k: [t for t in v if side_of(t) == side] or v[-1:] for k, v in templates.AGENT.items()}
        self.carriers = [t for t in templates.CARRIERS if side_of(t) == side]
        self.customer = [t for t in templates.CUSTOMER if side_of(t) == side]

    def pick(self, options):
        return options[int(self.rng.integers(len(options)))]

    def word(self, kind):
        words, cumulative = reading.common_words()[kind]
        return words[min(len(words) - 1, int(np.searchsorted(cumulative, self.rng.random())))]

    def fill(self, template):
        """Replace {slot}; slots of one letter are random common words."""

        def one(match):
            name = match.group(1)
            return self.word(name) if len(name) == 1 else self.pick(SLOTS[name])

        return re.sub(r"\{(\w+)\}", one, template)

    def plain(self):
        """A sentence of random common words in a plain frame: texts no script would bring."""
        return self.fill(self.pick(templates.PLAIN))

    def agent_line(self, label):
        """A line that holds the label's phrase: a script, or the phrase between random clauses."""
        roll = self.rng.random()
        if roll < 0.55:
            return self.fill(self.pick(self.agent[label]))
        phrase = self.pick(labels.LEARNED.get(label) or labels.TABOO[label])
        if roll < 0.62:
            return phrase
        return self.fill(self.pick(self.carriers)).replace("@", phrase)

    def near_line(self, group):
        word = self.pick(labels.NEAR[group])
        frame = self.pick(templates.NEAR_FRAMES)
        return self.fill(frame).replace("@", word)

    def any_line(self):
        """One sentence in the corpus's proportions -> (kind, text)."""
        roll = self.rng.random()
        if roll < 0.50:
            label = self.pick(CORE_TWICE)
            text = self.agent_line(label)
            if self.rng.random() < 0.25:
                text += self.pick(templates.JOINTS) + self.agent_line(self.pick(CORE_TWICE))
            return label, text
        if roll < 0.56:
            label = self.pick(list(labels.TABOO))
            return label, self.agent_line(label)
        if roll < 0.68:
            return "near", self.near_line(self.pick(list(labels.NEAR)))
        if roll < 0.82:
            return "customer", self.fill(self.pick(self.customer))
        return "plain", self.plain()

    def line(self, draw):
        """Draw until the text can be read and holds no homophone of a label that it does not say."""
        while True:
            kind, text = draw()
            text = reading.tidy(text)
            try:
                count = len(labels.target(text))
            except ValueError:
                continue
            if 3 <= count <= 90 and not labels.homophones(text):
                return kind, text


CORE_TWICE = list(labels.CORE) * 2 + list(labels.FULL)


def sentences(side, count, seed):
    """-> list of `count` unique (kind, text)."""
    writer, seen, out = Writer(side, seed), set(), []
    while len(out) < count:
        kind, text = writer.line(writer.any_line)
        if text not in seen:
            seen.add(text)
            out.append((kind, text))
    return out


if __name__ == "__main__":
    for kind_, text_ in sentences(sys.argv[1], int(sys.argv[2]), 1):
        print(kind_, text_, [s[0] for s in labels.spans(text_)], len(reading.units(text_)))
