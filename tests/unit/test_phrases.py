"""The phrase spotter: graph fits, fusion, cutoffs, refractory period. Runs on both runtimes."""

from sidetone.core.speech.decoder import STEPS_MORE, UNIT_MOST_Q8, KeywordGraph
from sidetone.core.speech.phrases import HOLD_STEPS, PAUSE_STEPS, STEP_MS, UNIT_LEAST_Q8, Pace, PhraseSpotter

UNITS = 8  # blank and seven units
TOKENS = 2


def manifest(**more):
    row = {"label": "hello", "phrases": [[1, 2, 3, 4]], "token": 0, "cutoff_q8": -256, "refractory_ms": 300,
           "bias_q8": 0, "unit_weight_q8": 256, "token_weight_q8": 64}  # fmt: skip
    row.update(more)
    return {
        "output_scale_q16": 1 << 14,  # 0.25 natural-log units a step
        "fit_limit": 16,
        "token_limit": 32,
        "heads": {"units": {"first": 0, "count": UNITS}, "labels": {"first": UNITS, "count": TOKENS}},
        "labels": [row],
        "text": {"cutoff_q8_by_units": [-128] * 25, "refractory_ms": 600},
    }


def row_saying(token, lead=60):
    row = [-lead] * (UNITS + TOKENS)
    row[token] = 0
    return row


def say(spotter, tokens, start=0):
    found = []
    for k, token in enumerate(tokens):
        for event in spotter.step((start + k) * 30, row_saying(token)):
            found.append(event)
    return found


def test_a_clean_phrase_is_heard_once_at_its_token():
    spotter = PhraseSpotter(manifest())
    found = say(spotter, [0, 1, 0, 2, 3, 0, 0, 4, 0, UNITS, 0, 0, 0])
    assert [(f[0], f[1]) for f in found] == [("hello", 9 * 30)]
    assert 500 <= found[0][2] <= 999


def test_without_its_token_a_phrase_needs_a_lower_cutoff():
    assert say(PhraseSpotter(manifest()), [1, 2, 3, 4, 0, 0]) == []
    found = say(PhraseSpotter(manifest(cutoff_q8=-640)), [1, 2, 3, 4, 0, 0])
    assert [f[1] for f in found] == [90]


def test_a_penalized_phrase_has_to_fit_better_than_its_label_s_others():
    both = {"phrases": [[1, 2, 3, 4], [5, 6]], "cutoff_q8": -256, "token_weight_q8": 0}
    for penalties, heard in (([0, 0], 2), ([0, 4], 2), ([0, 5], 1), ([5, 5], 0)):  # 4 steps of 0.25 are 1.0 under a perfect fit: the cutoff
        spotter = PhraseSpotter(manifest(penalties=penalties, **both))
        assert len(say(spotter, [1, 2, 3, 4] + [0] * 30 + [5, 6] + [0] * 30)) == heard, penalties


def test_a_unit_that_is_hardly_best_costs_nearly_the_margin():
    def heard(lead, margin):
        spotter = PhraseSpotter(dict(manifest(token_weight_q8=0, margin=True, cutoff_q8=-1024), unit_margin=margin))
        best = -32768
        for k, token in enumerate([0, 1, 2, 3, 4, 0]):
            spotter.step(30 * k, row_saying(token, lead))
            best = max(best, spotter.heard_q8[0])
        return best

    for lead, margin, cost in ((60, 0, 0), (1, 0, 0), (60, 12, 0), (12, 12, 0), (11, 12, 1), (4, 12, 8), (0, 12, 12)):
        assert heard(lead, margin) == -64 * cost, (lead, margin)  # a step is 0.25 natural-log units, 64 in Q8


def test_a_label_s_token_is_as_good_a_rival_as_a_unit():
    spotter = PhraseSpotter(dict(manifest(phrases=[[1, 2]], cutoff_q8=-256, token_weight_q8=0, margin=True), unit_margin=8))
    first, second = row_saying(1), row_saying(2)
    second[UNITS] = -3  # the token is 3 steps behind: 5 of the margin are missing, over two units 2
    spotter.step(0, first)
    spotter.step(30, second)
    assert spotter.heard_q8[0] == -64 * 2


def test_no_margin_is_asked_of_a_phrase_given_as_text():
    spotter = PhraseSpotter(dict(manifest(margin=True), unit_margin=8), [("site", [[5, 6, 7]])])
    for k, token in enumerate([5, 6, 7]):
        spotter.step(30 * k, row_saying(token, 1))
    assert spotter.heard_q8[1] == 0


def test_between_its_levels_a_phrase_is_in_doubt_and_not_heard():
    spotter = PhraseSpotter(manifest(doubt_q8=-640))
    doubts = []
    for k, token in enumerate([1, 2, 3, 4, 0, 0]):
        assert not spotter.step(30 * k, row_saying(token))
        doubts += spotter.doubts
    assert doubts and set(doubts) == {PhraseSpotter(manifest()).labels[0]}
    spotter = PhraseSpotter(manifest())
    for k, token in enumerate([1, 2, 3, 4, 0, 0]):
        spotter.step(30 * k, row_saying(token))
        assert spotter.doubts == ()


def test_other_words_are_not_heard():
    spotter = PhraseSpotter(manifest())
    assert say(spotter, [1, 5, 3, 6, 0, 7, 4, 3, 2, 1, 0]) == []


def test_a_long_pause_inside_breaks_the_phrase():
    assert say(PhraseSpotter(manifest(cutoff_q8=-640)), [1, 2] + [0] * 60 + [3, 4, 0]) == []


def test_the_refractory_period_ends():
    spotter = PhraseSpotter(manifest())
    phrase = [1, 2, 3, 4, UNITS] + [0] * (HOLD_STEPS + 12)
    assert len(say(spotter, phrase * 3)) == 3


def test_a_second_phrase_inside_the_refractory_period_is_not_told_again():
    spotter = PhraseSpotter(manifest(refractory_ms=3000))
    assert len(say(spotter, [1, 2, 3, 4, UNITS, 0, 1, 2, 3, 4, UNITS, 0])) == 1


def test_text_phrases_take_the_cutoff_for_their_length():
    spotter = PhraseSpotter(manifest(), [("company", [[5, 6, 7, 5]]), {"label": "slogan", "phrases": [[7, 6, 5]]}])
    assert spotter.labels == ["hello", "company", "slogan"]
    assert [f[0] for f in say(spotter, [5, 6, 0, 7, 5, 0, 0, 0])] == ["company"]
    assert [f[0] for f in say(spotter, [0] * 40 + [7, 6, 5, 0, 0])] == ["slogan"]


def test_reset_forgets_the_pace():
    given = dict(manifest(), syllable_units=[5, 6])
    spotter, fresh = PhraseSpotter(given), PhraseSpotter(given)
    say(spotter, [5, 6] * 40)  # hurried
    assert spotter.graph.unit_q8 < UNIT_MOST_Q8
    spotter.reset()
    say(spotter, [5, 0, 0, 0, 6, 0, 0, 0] * 2)
    say(fresh, [5, 0, 0, 0, 6, 0, 0, 0] * 2)
    assert spotter.graph.unit_q8 == fresh.graph.unit_q8


def test_reset_forgets_a_begun_phrase():
    spotter = PhraseSpotter(manifest(cutoff_q8=-640))
    say(spotter, [1, 2, 3])
    spotter.reset()
    assert say(spotter, [4, 0, 0]) == []


class Unbounded(PhraseSpotter):
    """Follows every path up to the manifest's `fit_limit`."""

    def _limits(self, most):
        return [most] * len(self._owner)


def test_paths_that_are_not_followed_would_have_told_nothing():
    rows = [
        {"label": "hello", "phrases": [[1, 2, 3, 4], [5, 2, 6]], "penalties": [0, 3], "cutoff_q8": -256, "doubt_q8": -420,
         "token": 0, "token_weight_q8": 64},
        {"label": "bye", "phrases": [[4, 4, 7]], "margin": True, "cutoff_q8": -130, "doubt_q8": -600, "token": 1, "token_weight_q8": 20},
    ]  # fmt: skip
    site = [("site", [[3, 1, 6, 2]])]
    given = dict(manifest(), labels=rows, unit_margin=5)
    bounded, all_paths = PhraseSpotter(given, site), Unbounded(given, site)
    assert bounded._limits(16) == [7, 4, 10, 3]  # 420, 600 and 128 in steps of 64, less the penalty, and one
    words, state, told, doubted = [[1, 2, 3, 4], [5, 2, 6], [4, 0, 4, 7], [3, 1, 6, 2]], 7, 0, 0
    for word in range(400):
        for unit in words[word % 4]:
            row = []
            for _ in range(UNITS + TOKENS):
                state = (state * 1103 + 12345) & 0xFFFFF
                row.append(-12 - (state >> 8) % 40)
            row[unit] = (state >> 6) % 14 - 18  # at times not the best
            found = bounded.step(0, row)
            assert list(found) == list(all_paths.step(0, row))
            assert list(bounded.doubts) == list(all_paths.doubts)
            told += len(found)
            doubted += len(bounded.doubts)
    assert told > 20 and doubted > 20, (told, doubted)


def test_nothing_detected_allocates_no_list():
    spotter = PhraseSpotter(manifest())
    assert spotter.step(0, row_saying(0)) is spotter.step(30, row_saying(0))


def test_a_doubled_unit_needs_the_blank_between():
    graph = KeywordGraph([[1, 1]], [16])
    costs = [60] * UNITS
    costs[1] = 0
    graph.step(costs, 60)
    assert graph.fits[0] < 0  # one long unit is not two
    silent = [60] * UNITS
    graph.step(silent, 0)
    assert graph.step(costs, 60)
    assert graph.fits[0] == 0


def test_the_fit_is_the_mean_cost_per_unit():
    graph = KeywordGraph([[1, 2, 3, 4]], [16])
    for unit, cost in ((1, 0), (2, 8), (3, 0), (4, 4)):
        costs = [60] * UNITS
        costs[unit] = cost
        graph.step(costs, 60)
    assert graph.fits[0] == 3


def test_a_vowel_that_becomes_the_best_unit_is_a_syllable():
    counting = manifest()
    counting["syllable_units"] = [2, 4]
    spotter = PhraseSpotter(counting)
    assert spotter.counts_syllables and not PhraseSpotter(manifest()).counts_syllables
    told = []
    for k, unit in enumerate([0, 1, 2, 2, 0, 2, 4, 1, 4, UNITS]):
        row = row_saying(unit)
        if unit == UNITS:
            row[4] = -5  # a label's token is best, among the units still 4
        spotter.step(k * 30, row)
        told.append(spotter.syllable)
    assert told == [False, False, True, False, False, True, True, False, True, False]
    spotter.reset()
    spotter.step(0, row_saying(4))
    assert spotter.syllable


def paced(gap, syllables=40):
    """A pace after so many vowels, one every `gap` steps, and when the last one began."""
    pace = Pace()
    for k in range(syllables):
        pace.vowel(k * gap * STEP_MS)
    return pace, k * gap * STEP_MS


def test_the_pace_is_that_of_the_vowels_just_heard():
    assert Pace().vowel(0) == UNIT_MOST_Q8
    for gap in (6, 8, 10):  # five eighths of a syllable a unit; what is left of the beginning, and rounding, are under a quarter of a step
        assert 0 <= paced(gap)[0].unit_q8 - gap * 160 < 64, gap
    assert paced(2)[0].unit_q8 == UNIT_LEAST_Q8
    assert paced(PAUSE_STEPS)[0].unit_q8 == UNIT_MOST_Q8
    quick, last_ms = paced(6)
    before = quick.unit_q8
    for k in range(1, 3):  # a pause says nothing of the pace
        assert quick.vowel(last_ms + k * (PAUSE_STEPS + 1) * STEP_MS) == before
    assert quick.vowel(last_ms + k * (PAUSE_STEPS + 1) * STEP_MS + PAUSE_STEPS * STEP_MS) > before
    quick.reset()
    assert quick.unit_q8 == UNIT_MOST_Q8


def test_a_phrase_may_last_as_long_as_its_units_and_a_pause():
    for unit_q8 in (UNIT_LEAST_Q8, 900, UNIT_MOST_Q8):
        longest = (4 * unit_q8 >> 8) + STEPS_MORE
        for steps, heard in ((longest, True), (longest + 1, False)):
            graph = KeywordGraph([[1, 2, 3, 4]], [8])
            graph.unit_q8 = unit_q8
            fits = []
            for unit in [1, 2, 3] + [0] * (steps - 4) + [4]:
                costs = [60] * UNITS
                costs[unit] = 0
                graph.step(costs, 0 if unit == 0 else 60)
                fits.append(graph.fits[0])
            assert fits[:-1] == [-1] * (steps - 1)
            assert (fits[-1] == 0) is heard, (unit_q8, steps)


def test_who_speaks_fast_says_no_phrase_slowly_by_chance():
    spread = [1] + [0] * 7 + [2] + [0] * 7 + [3] + [0] * 7 + [4, 0, UNITS]  # 25 steps
    for gap, heard in ((5, 0), (9, 1)):
        counting = manifest()
        counting["syllable_units"] = [5, 6]
        spotter = PhraseSpotter(counting)
        say(spotter, ([5] + [0] * (gap - 1) + [6] + [0] * (gap - 1)) * 30)
        assert len(say(spotter, spread)) == heard, gap
        spotter.reset()
        assert len(say(spotter, spread)) == 1  # of a new speaker nothing is known
