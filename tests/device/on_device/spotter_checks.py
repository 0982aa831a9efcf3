"""The spotter in viper gives what core's gives: detections, doubts and posteriors, step by step, on logits near the cutoffs."""

from array import array

from sidetone.core.speech.phrases import PhraseSpotter as PlainSpotter
from sidetone.on_micropython.spotter import PhraseSpotter

UNITS, TOKENS = 12, 4
MANIFEST = {
    "heads": {"units": {"first": 1, "count": UNITS}, "labels": {"first": 14, "count": TOKENS}},
    "output_scale_q16": 8738,
    "fit_limit": 60,
    "token_limit": 60,
    "syllable_units": [3, 4, 7, 9, 10],
    "text": {"cutoff_q8_by_units": [0, -100, -200, -300, -400], "refractory_ms": 90},
    "labels": [
        {"label": "a", "phrases": [[1, 2, 3, 2]], "cutoff_q8": -400, "doubt_q8": -900, "token": 0, "token_weight_q8": 60, "bias_q8": 11,
         "margin": True},
        {"label": "b", "phrases": [[4, 4], [5, 6]], "penalties": [0, 3], "cutoff_q8": -300, "doubt_q8": -500, "token": 3, "token_weight_q8": 200,
         "refractory_ms": 12000},  # fmt: skip
        {"label": "c", "phrases": [[7]], "cutoff_q8": -250, "token": None, "margin": True},
    ],
}
SITE = [("d", [[8, 9, 10], [2, 3]])]


class _Random:
    def __init__(self, seed):
        self.state = seed * 2654435 & 0x3FFFFFFF

    def below(self, limit):
        self.state = (self.state * 1103 + 12345) & 0xFFFFF
        return (self.state >> 6) % limit


def test_equal_to_the_plain_spotter():
    found = doubted = counted = 0
    for seed in range(12):
        random = _Random(seed + 1)
        personal = (("a", -700),) if seed & 1 else ()
        manifest = dict(MANIFEST)
        if seed & 3:
            manifest["unit_margin"] = (0, 6, 25, 200)[seed & 3]
        plain, ours = PlainSpotter(manifest, SITE, cutoffs_q8=personal), PhraseSpotter(manifest, SITE, cutoffs_q8=personal)
        assert ours.labels == plain.labels
        words = [phrase for row in MANIFEST["labels"] for phrase in row["phrases"]] + SITE[0][1]
        word, place = words[0], 0
        for step in range(400):
            logits = array("b", [random.below(90) - 128 for _ in range(20)])
            if random.below(9) == 0:
                logits = array("b", [random.below(256) - 128 for _ in range(20)])
            logits[1 + word[place]] = 20 + random.below(40)
            if random.below(3) == 0:
                logits[14 + random.below(TOKENS)] = 40
            if random.below(2):
                place += 1
                if place == len(word):
                    word, place = words[random.below(len(words))], 0
            expected = list(plain.step(30 * step, logits))
            assert list(ours.step(30 * step, logits)) == expected, (seed, step)
            assert list(ours.doubts) == list(plain.doubts), (seed, step)
            assert ours.heard_q8 == plain.heard_q8, (seed, step)
            assert ours.syllable == plain.syllable, (seed, step)
            assert ours.graph.unit_q8 == plain.graph.unit_q8, (seed, step)
            counted += plain.syllable
            found += len(expected)
            doubted += len(plain.doubts)
            if step == 250:
                plain.reset()
                ours.reset()
    assert counted > 50
    assert found > 50
    assert doubted > 50
