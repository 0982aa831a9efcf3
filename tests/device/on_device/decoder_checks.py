"""The keyword graph in viper gives what core's plain loop gives, step by step, for any phrases and costs."""

from sidetone.core.speech.decoder import UNIT_MOST_Q8
from sidetone.core.speech.decoder import KeywordGraph as PlainGraph
from sidetone.on_micropython.decoder import KeywordGraph

UNITS = 12


class _Random:
    def __init__(self, seed):
        self.state = seed * 2654435 & 0x3FFFFFFF

    def below(self, limit):
        self.state = (self.state * 1103 + 12345) & 0xFFFFF
        return (self.state >> 6) % limit


def _compare(seed, most):
    random = _Random(seed)
    phrases = [[1 + random.below(UNITS - 1) for _ in range(1 + random.below(8))] for _ in range(1 + random.below(10))]
    limits = [1 + random.below(most) for _ in phrases]
    plain, ours = PlainGraph(phrases, limits), KeywordGraph(phrases, limits)
    word, place, fitted = phrases[0], 0, 0
    for step in range(150):
        costs = [random.below(256) for _ in range(UNITS)]
        if random.below(5):
            costs[word[place]] = random.below(4)
            place = (place + random.below(2)) % len(word)
        blank = (0, 3, 40, 255)[random.below(4)]
        plain.unit_q8 = ours.unit_q8 = (1, 300, 768, UNIT_MOST_Q8)[random.below(4)]
        some = plain.step(costs, blank)
        assert ours.step(costs, blank) == some, (seed, step)
        if some:
            fitted += 1
            assert list(ours.fits) == plain.fits, (seed, step)
        if step == 100:
            plain.reset()
            ours.reset()
            assert list(ours.fits) == plain.fits
    return fitted


def test_equal_to_the_plain_loop():
    fitted = 0
    for seed in range(40):
        fitted += _compare(seed, (1, 15, 60, 120)[seed % 4])
    assert fitted > 100
