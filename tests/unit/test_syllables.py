"""The peak counter on levels made by hand."""

from sidetone.core.speech.syllables import PeakCounter, SyllableCounter

DB = 256
OWN = -26 * DB


def wave(count, hops, high_db, low_db):
    """`count` triangular syllables of `hops` hops each, levels in Q8."""
    out = [low_db * DB] * 20
    half = hops // 2
    for _ in range(count):
        for k in range(hops):
            up = k if k < half else hops - k
            out.append(low_db * DB + (high_db - low_db) * DB * up // half)
    return out + [low_db * DB] * 20


def peaks(levels, gate=OWN - 11 * DB):
    counter = PeakCounter()
    return sum(1 for level in levels if counter.hop(level, gate))


def test_each_rise_and_fall_is_one_peak():
    for count in (1, 5, 12):
        assert peaks(wave(count, 20, -24, -40)) == count


def test_ripple_under_a_decibel_is_no_peak():
    levels = [(-24 * DB) + (k % 10) * 20 for k in range(400)]
    assert peaks(levels) <= 1


def test_peaks_under_the_gate_are_not_counted():
    assert peaks(wave(5, 20, -45, -60)) == 0


def count(levels, active=True):
    counter = SyllableCounter()
    total = sum(counter.hop(active, level, level - 2 * DB, OWN) for level in levels)
    assert total == counter.milli
    return counter.milli


def test_usual_speech_counts_one_a_syllable():
    # five a second
    milli = count(wave(50, 20, -24, -40))
    assert 40000 <= milli <= 55000, milli


def test_dense_peaks_weigh_more_than_sparse_ones():
    dense = count(wave(50, 12, -24, -40))
    sparse = count(wave(50, 40, -24, -40))
    assert dense > sparse * 6 // 5, (dense, sparse)


def test_silence_has_no_syllables():
    assert count([-120 * DB] * 300, False) == 0
