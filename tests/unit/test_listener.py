"""The straight path with instruments that only count: what is heard does not depend on how the sound is cut into blocks."""

from sidetone.listener import HOP_SAMPLES, Ear, Listener


class Kernels:
    def begin(self, samples):
        self.samples = samples

    def measure(self, hop, t_ms, meter):
        meter.hop(t_ms, self.samples[hop * HOP_SAMPLES])


class Words:
    """Like the real ones: the first frame is complete with the third hop, three frames are a step; a frame is its hop's first sample."""

    def __init__(self):
        self.hops = 0
        self.frames = []
        self.wakes = 0

    def begin(self, samples):
        self.samples = samples

    def hop(self, hop):
        self.hops += 1
        if self.hops >= 3:
            self.frames.append(self.samples[hop * HOP_SAMPLES])
        if len(self.frames) < 3:
            return False
        self.step, self.frames = self.frames, []
        return True

    def answer(self, hop):
        return self.step

    def wake(self):
        self.wakes += 1


class Meter:
    """The agent speaks where the hop's first sample is 9."""

    speaking = False
    syllables = 0

    def network_syllable(self):
        self.syllables += 1

    def hop(self, t_ms, value):
        self.speaking = value == 9


class Spotter:
    doubts = ()
    syllable = False

    def __init__(self):
        self.resets = 0

    def step(self, t_ms, logits):
        self.doubts = ["perhaps"] if 7 in logits else ()
        self.syllable = 3 in logits
        return [("said" + "-".join([str(value) for value in logits]), t_ms, 970)] if 5 in logits else ()

    def reset(self):
        self.resets += 1


class Conduct:
    def __init__(self):
        self.told = []

    def hop(self, t_ms, agent, customer):
        self.told.append(("hop", t_ms, agent.speaking))

    def phrase(self, t_ms, channel, label, posterior_pm):
        self.told.append(("phrase", t_ms, channel, label, posterior_pm))

    def doubt(self, t_ms, channel, label):
        self.told.append(("doubt", t_ms, channel, label))

    def call_state(self, t_ms, phase, by):
        self.told.append(("state", t_ms, phase, by))

    def end(self, t_ms, overruns):
        self.told.append(("end", t_ms, overruns))


def sound(*hops):
    return [value for hop in hops for value in [hop] * HOP_SAMPLES]


def ear(channel):
    return Ear(channel, Kernels(), Words(), Spotter(), Meter())


def play(channels, cuts):
    """Everything told, with the call cut into blocks of `cuts` hops, the last one repeated."""
    lines = []
    ears = [ear(name) for name, _ in channels]
    listener = Listener(ears, Conduct(), lambda t_ms, kind, rows: lines.append((t_ms, kind, rows[0][1], rows[1][1], rows[2][1].text())))
    listener.call_state(40, "talking", "agent")
    at = 0
    while at < len(channels[0][1]):
        end = at + cuts[0] * HOP_SAMPLES
        cuts = cuts[1:] or cuts
        listener.feed([samples[at:end] for _, samples in channels])
        at = end
    listener.finish()
    return lines, listener.conduct.told, ears


AGENT = sound(1, 2, 3, 4, 5, 6, 7, 9, 9, 9, 1, 1, 1, 1, 1)
CUSTOMER = sound(1, 1, 5, 1, 1, 1, 5, 1, 1, 1, 5, 1, 1, 1, 1)


def test_a_step_is_heard_with_the_hop_that_completes_it():
    lines, told, ears = play([("agent", AGENT)], [1])
    assert lines == [(50, "phrase", "said3-4-5", "agent", "0.970")]  # frames of hops 3, 4 and 5
    assert ears[0].meter.syllables == 1  # the step with a 3 in it
    assert told.index(("phrase", 50, "agent", "said3-4-5", 970)) == told.index(("hop", 50, False)) + 1


def test_a_doubt_is_told_to_the_rules_and_to_nobody_else():
    lines, told, _ = play([("agent", AGENT)], [1])
    assert ("doubt", 80, "agent", "perhaps") in told
    assert not [line for line in lines if line[2] == "perhaps"]


def test_how_the_sound_is_cut_changes_nothing():
    channels = [("agent", AGENT), ("customer", CUSTOMER)]
    whole = play(channels, [15])
    for cuts in ([1], [2], [3, 1, 4], [10, 5], [7, 8]):
        lines, told, _ = play(channels, cuts)
        assert lines == whole[0]
        assert told == whole[1]


def test_a_call_state_takes_effect_before_the_hop_at_its_time():
    _, told, _ = play([("agent", AGENT)], [5])
    assert told.index(("state", 40, "talking", "agent")) == told.index(("hop", 40, False)) - 1


def test_the_customer_is_heard_only_while_the_agent_is_silent_and_wakes_without_a_past():
    lines, _, ears = play([("agent", AGENT), ("customer", CUSTOMER)], [4])
    said = [line for line in lines if line[3] == "customer"]
    # hops 3-5 are heard (the agent is silent at 50 ms), hops 6-8 are not (he speaks at 80 ms), hops 9-11 are again
    assert [line[0] for line in said] == [50, 110]
    assert ears[1].words.wakes == 1
    assert ears[1].spotter.resets == 1


def test_the_end_tells_the_time_heard_and_the_overruns():
    _, told, _ = play([("agent", AGENT)], [15])
    assert told[-1] == ("end", 150, 0)


def test_without_a_network_only_the_meters_hear():
    agent = Ear("agent", Kernels(), None, None, Meter())
    listener = Listener([agent], Conduct(), None)
    listener.feed([AGENT])
    assert listener.t_ms == 150
