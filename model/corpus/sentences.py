"""What the synthetic speakers say: agent scripts, customer speech, near-homophones and random common words.

Everything is drawn from a seed. A template belongs to the test side by the hash of its text, so that sentences kept
out of training differ in wording, not only in the words that fill their slots.

    python -m model.corpus.sentences train 20     # prints twenty
"""

import functools
import re
import sys
import zlib

import numpy as np

from model.corpus import labels, pinyin
from model.corpus.slots import SLOTS
from model.corpus.templates import AGENT, CARRIERS, CUSTOMER

SIDES = ("train", "test")


def side_of(template):
    """'train' or 'test'; one template in seven is the test's."""
    return SIDES[zlib.crc32(template.encode()) % 7 == 0]


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


class Writer:
    """Draws sentences for one side ('train' or 'test') from one seed."""

    def __init__(self, side, seed):
        self.side = side
        self.rng = np.random.default_rng(seed)
        self.agent = {k: [t for t in v if side_of(t) == side] or v[-1:] for k, v in AGENT.items()}
        self.carriers = [t for t in CARRIERS if side_of(t) == side]
        self.customer = [t for t in CUSTOMER if side_of(t) == side]

    def pick(self, options):
        return options[int(self.rng.integers(len(options)))]

    def word(self, kind):
        words, cumulative = common_words()[kind]
        return words[min(len(words) - 1, int(np.searchsorted(cumulative, self.rng.random())))]

    def fill(self, template):
        """Replace {slot}; {n} {v} {a} {d} {i} {t} are random common words."""

        def one(match):
            name = match.group(1)
            return self.word(name) if len(name) == 1 else self.pick(SLOTS[name])

        return re.sub(r"\{(\w+)\}", one, template)

    def plain(self):
        """A sentence of random common words in a plain frame: texts no script would bring."""
        return self.fill(self.pick(PLAIN))

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
        frame = self.pick(("@", "@，{n}{v}", "{t}{n}@{v}", "我想{v}@", "{n}的@{v}了", "{v}{n}，@{d}{v}", "这个@怎么{v}",
                           "请问@是{n}吗", "{surname}{given}说@{a}", "那@就{verb}{matter}", "@，@{n}"))  # fmt: skip
        return self.fill(frame).replace("@", word)

    def any_line(self):
        """One sentence in the corpus's proportions -> (kind, text)."""
        roll = self.rng.random()
        if roll < 0.50:
            label = self.pick(CORE_TWICE)
            text = self.agent_line(label)
            if self.rng.random() < 0.25:
                text += self.pick("，。") + self.agent_line(self.pick(CORE_TWICE))
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
            text = re.sub(r"[，。]{2,}", "，", text)
            try:
                count = len(labels.target(text))
            except ValueError:
                continue
            if 3 <= count <= 90 and not labels.homophones(text):
                return kind, text


CORE_TWICE = list(labels.CORE) * 2 + list(labels.FULL)

PLAIN = [
    "{n}和{n}{d}{v}{n}", "{t}{n}{v}了{n}", "{a}的{n}在{place}{v}", "{n}{v}，{n}{d}{v}", "{i}，{n}也{v}",
    "我们{d}{v}{n}，{d}{v}{n}", "{n}{n}{v}{n}{n}", "他{v}了{num}个{n}", "{place}的{n}{d}{a}", "{n}比{n}{a}，{i}",
    "如果{n}{v}，就{v}{n}", "因为{n}{a}，所以{d}{v}", "{clock}，{n}{v}{n}", "{n}：{v}、{v}和{v}", "把{n}{v}到{n}",
    "被{n}{v}的{n}{a}", "{n}{a}，{n}{a}，{n}{a}", "{v}{n}的时候{i}", "{n}跟{n}说：{i}", "{num}{n}，{num}{n}，{v}",
    "{n}{v}{n}，不过{n}{d}{a}", "{n}、{n}、{n}", "{i}{i}", "{d}{v}{n}的{n}", "{n}是{n}，{n}是{n}",
]  # fmt: skip


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
        print(kind_, text_, [s[0] for s in labels.spans(text_)], len(pinyin.units(text_)))
