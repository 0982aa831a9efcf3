"""The agent's usual voice, kept where records are kept."""

from sidetone import app
from sidetone.agent import FILE, Agent
from sidetone.core.etiquette.profile import Profile

BASELINE_Q8 = -26 * 256
LOUDER = (BASELINE_Q8 + 512, 20 * 256, 700, 60_000, 0)


class Storage:
    def __init__(self, files=None, full=False):
        self.files = files or {}
        self.full = full

    def read(self, name):
        return self.files.get(name)

    def write(self, name, data):
        if self.full:
            raise OSError(28)
        self.files[name] = data


def agent(storage, calibration=None):
    return Agent(calibration or app.Calibration(BASELINE_Q8, 1100, (("greeting", -9),)), Profile(), storage, lambda: 0)


def test_what_was_learned_is_there_after_a_restart():
    storage = Storage()
    first = agent(storage)
    for _ in range(5):
        first.learn(LOUDER)
    again = agent(storage)
    assert again.restored and not agent(Storage()).restored
    assert again.voice().baseline_q8 == first.voice().baseline_q8 > BASELINE_Q8
    assert again.voice().usual.pitch_st_q8 == 20 * 256
    assert (again.voice().rate_scale_pm, again.voice().cutoffs_q8) == (1100, (("greeting", -9),))


def test_another_calibration_begins_anew():
    storage = Storage()
    agent(storage).learn(LOUDER)
    other = agent(storage, app.Calibration(BASELINE_Q8 - 256))
    assert not other.restored and other.voice().baseline_q8 == BASELINE_Q8 - 256


def test_a_damaged_file_a_full_disk_and_no_disk_are_survived():
    for kept in (b"", b"\xff\xfe", b"1 2", b"9" * 500):
        assert not agent(Storage({FILE: kept})).restored
    full = agent(Storage(full=True))
    full.learn(LOUDER)
    assert full.unsaved == 1 and full.voice().baseline_q8 > BASELINE_Q8
    none = agent(None)
    none.learn(LOUDER)
    assert none.voice().baseline_q8 > BASELINE_Q8
