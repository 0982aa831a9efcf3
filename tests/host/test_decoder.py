"""The keyword graph on arrays gives what core's plain loop gives, step by step, for any phrases and costs."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from sidetone.core.speech.decoder import UNIT_MOST_Q8
from sidetone.core.speech.decoder import KeywordGraph as PlainGraph
from sidetone.on_cpython.decoder import KeywordGraph

UNITS = 12
phrases = st.lists(st.lists(st.integers(1, UNITS - 1), min_size=1, max_size=9), min_size=1, max_size=12)


@settings(max_examples=200, deadline=None)
@given(phrases, st.integers(1, 120), st.integers(0, 2**32 - 1), st.sampled_from([0.2, 0.6, 0.95]))
def test_equal_to_the_plain_loop(words: list[list[int]], most: int, seed: int, said: float) -> None:
    """Costs as a network gives them: mostly one clear winner, at times a phrase spelt out, at times a long blank. With wider limits, every fit
    under a phrase's own limit is the same."""
    random = np.random.RandomState(seed)
    limits = random.randint(1, most + 1, len(words)).tolist()
    plain, arrays, wide = PlainGraph(words, limits), KeywordGraph(words, limits), PlainGraph(words, [most] * len(words))
    word, place = words[0], 0
    for step in range(120):
        costs = random.randint(0, 256, UNITS)
        if random.random_sample() < said:
            costs[word[place]] = random.randint(0, 4)
            place = (place + random.randint(0, 2)) % len(word)
        blank = int(random.choice([0, 3, 40, 255]))
        row = costs.tolist()
        if step != 80:  # there it is what a reset leaves
            plain.unit_q8 = arrays.unit_q8 = wide.unit_q8 = int(random.choice([1, 300, 768, UNIT_MOST_Q8]))
        assert arrays.step(row, blank) == plain.step(row, blank)
        assert arrays.fits == plain.fits
        wide.step(row, blank)
        assert all(own == far if 0 <= far < limit else own in (-1, limit) for own, far, limit in zip(plain.fits, wide.fits, limits, strict=True))
        if step == 79:
            plain.reset()
            arrays.reset()
            wide.reset()
            assert arrays.unit_q8 == plain.unit_q8 == UNIT_MOST_Q8
            assert arrays.fits == plain.fits
