"""How well two talkers are told apart in time: interruptions, listening sounds, false ones, at -30 and -20 dB cross-talk.

A call of 100 s is laid from two talkers' sentences: turns of the customer of one to three sentences, each followed by an answer after
0.3-1.5 s or by an interruption 0.9-1.5 s before its end; listening sounds are dropped into long sentences. Noise at 30, 20 and 15 dB.
"""

import random

import numpy as np

from model.calls import material, peers
from model.calls.calibrate import listen
from model.calls.measure_voice import row
from model.calls.score import mean, poisson, wilson
from model.calls.script import AGENT_DBFS, CUSTOMER_DBFS
from model.calls.sound import LEAK_DELAY, room_noise
from model.calls.speech import RATE

CALL_S = 100
LEAKS_DB = (-30, -20)
SNRS_DB = (30, 20, 15)
BACKCHANNEL_DB = -2.0


def lay(seed, agent, customer, sounds):
    """(agent's track, customer's track, truth): truth rows are (kind, begin s, end s); an answer's end is its latency."""
    choose = random.Random(seed)
    tracks = [np.zeros(RATE * CALL_S), np.zeros(RATE * CALL_S)]
    truth = []

    def put(track, sentence, level_db, at_s):
        first = int(at_s * RATE)
        samples = sentence.samples * 10 ** (level_db / 20)
        part = tracks[track][first : first + len(samples)]
        part += samples[: len(part)]
        return at_s + len(samples) / RATE

    now_s = put(0, choose.choice(agent), AGENT_DBFS, 1.0)
    while now_s < CALL_S - 25:
        now_s += choose.uniform(0.3, 1.2)
        spans = []
        for _ in range(choose.randint(1, 3)):
            end_s = put(1, choose.choice(customer), CUSTOMER_DBFS, now_s)
            spans.append((now_s, end_s))
            now_s = end_s + choose.uniform(0.2, 0.6)
        now_s = spans[-1][1]
        kind = choose.choice(["answer", "interruption", "interruption", "backchannel", "backchannel"])
        long = [span for span in spans if span[1] - span[0] > 2.5]
        if kind == "backchannel" and long:
            begin_s, end_s = choose.choice(long)
            at_s = choose.uniform(begin_s + 0.7, end_s - 1.2)
            truth.append(("backchannel", at_s, put(0, choose.choice(sounds), AGENT_DBFS + BACKCHANNEL_DB, at_s)))
        if kind == "interruption" and spans[-1][1] - spans[-1][0] > 2.2:
            at_s = now_s - choose.uniform(0.9, 1.5)
            now_s = max(now_s, put(0, choose.choice(agent), AGENT_DBFS, at_s))
            truth.append(("interruption", at_s, now_s))
        else:
            latency_s = choose.uniform(0.3, 1.5)
            truth.append(("answer", now_s + latency_s, latency_s))
            now_s = put(0, choose.choice(agent), AGENT_DBFS, now_s + latency_s)
    return tracks, truth


def mixed(tracks, snr_db, leak_db, rng):
    out = []
    for own, other, level in ((0, 1, AGENT_DBFS), (1, 0, CUSTOMER_DBFS)):
        late = np.concatenate((np.zeros(LEAK_DELAY), tracks[other][:-LEAK_DELAY])) * 10 ** (leak_db / 20)
        out.append(material.int16(tracks[own] + late + room_noise(rng, len(late), level - snr_db)))
    return out


def heard(channels):
    """{"interruption": [s], "backchannel": [s], "answer": [latency s]} by the product's listener."""
    got = {"interruption": [], "backchannel": [], "answer": []}
    state = {"backchannels": 0}

    def watch(listener):
        turns = listener.conduct._turns
        if turns.backchannels > state["backchannels"]:
            state["backchannels"] = turns.backchannels
            got["backchannel"].append(turns.last_backchannel_ms / 1000)

    lines, listener = listen(channels[0], channels[1], watch=watch)
    got["interruption"] = [t_ms / 1000 for t_ms, kind, rows in lines if kind == "finding" and rows["rule"] == "F1"]
    got["answer"] = [latency / 1000 for latency in listener.conduct._turns.latencies_ms]
    return got


def heard_by(active, channels):
    """The same from any two activity detectors: spurts with a hangover of 250 ms, overlaps as the product counts them."""
    spurts = []
    for channel in channels:
        on = active(channel)
        rows, last = [], None
        for hop in np.flatnonzero(on):
            if last is None or hop - last > 25:
                rows.append([hop, hop])
            rows[-1][1] = last = hop
        spurts.append([(begin / 100, (end + 1) / 100) for begin, end in rows])
    got = {"interruption": [], "backchannel": []}
    for begin, end in spurts[0]:
        over = sum(max(0, min(end, e) - max(begin, b)) for b, e in spurts[1] if b < begin)
        if end - begin > 1.0 and over >= 0.5:
            got["interruption"].append(begin + 1.0)
        elif end - begin <= 1.0 and 2 * over >= end - begin:
            got["backchannel"].append(end)
    return got


def match(truth, got, kind):
    """(found, false, missed): a hit lies from 0.2 s before a true begin to 1 s after it (a listening sound's end) or 2.5 s."""
    left = list(got[kind])
    found = missed = 0
    for what, begin_s, end_s in truth:
        if what != kind:
            continue
        until_s = end_s + 1.0 if kind == "backchannel" else begin_s + 2.5
        hits = [at for at in left if begin_s - 0.2 <= at <= until_s]
        if hits:
            left.remove(hits[0])
            found += 1
        else:
            missed += 1
    return found, len(left), missed


def _f1(rows):
    found, false, missed = (sum(r[k] for r in rows) for k in range(3))
    return 2 * found / max(1, 2 * found + false + missed)


def _f1_row(key, text, target, limit, counts, seed):
    rng = np.random.default_rng(seed)
    boot = [_f1([counts[k] for k in rng.integers(0, len(counts), len(counts))]) for _ in range(500)]
    estimate = (_f1(counts), np.quantile(boot, 0.025), np.quantile(boot, 0.975))
    n = sum(r[0] + r[2] for r in counts)
    return row(key, text, target, estimate[0] >= limit if limit else None, estimate, n, "", 3, f"found, false, missed: {[sum(r[k] for r in counts) for k in range(3)]}")


def turns(talkers, sounds, calls=6):
    """sounds: [Sentence] of listening sounds of the agent's voice, by talker, or one list for all."""
    names = list(talkers)
    rows = []
    for leak_db in LEAKS_DB:
        counts = {name: {"interruption": [], "backchannel": []} for name in ("meter", "webrtcvad", "silero-vad")}
        latencies, minutes = [], 0.0
        for seed in range(calls):
            agent, customer = names[seed % len(names)], names[(seed + 1) % len(names)]
            own = sounds[agent] if isinstance(sounds, dict) else sounds
            tracks, truth = lay(seed, talkers[agent], talkers[customer], own)
            for snr_db in SNRS_DB:
                channels = mixed(tracks, snr_db, leak_db, np.random.default_rng([11, seed, snr_db, -leak_db]))
                minutes += CALL_S / 60
                got = heard(channels)
                wanted = [end_s for what, _begin_s, end_s in truth if what == "answer"]
                latencies += [abs(np.median(got["answer"]) - np.median(wanted))] if got["answer"] and wanted else []
                theirs = {"webrtcvad": heard_by(peers.webrtc_active, channels), "silero-vad": heard_by(peers.silero_active, channels)}
                for name, result in {"meter": got, **theirs}.items():
                    for kind in ("interruption", "backchannel"):
                        counts[name][kind].append(match(truth, result, kind))
        own = counts["meter"]
        limit = 0.92 if leak_db == -30 else 0.88
        rows.append(_f1_row(f"interruptions{leak_db}", f"interruptions at {leak_db} dB cross-talk, F1", f">= {limit}", limit, own["interruption"], 1))
        false = poisson(sum(r[1] for r in own["interruption"]), minutes)
        rows.append(row(f"interruptions_false{leak_db}", f"false interruptions at {leak_db} dB", "<= 0.1 a minute", false[0] <= 0.1, false, round(minutes), "min", 3))
        found = sum(r[0] for r in own["backchannel"])
        n = found + sum(r[1] + r[2] for r in own["backchannel"])
        share = wilson(found, n)
        rows.append(row(f"backchannels{leak_db}", f"listening sounds counted apart at {leak_db} dB, found of found, false and missed", ">= 0.9", share[0] >= 0.9, share, n))
        rows.append(row(f"latency_median{leak_db}", f"median response latency of a call at {leak_db} dB, mean error", "<= 0.3 s", mean(latencies)[0] <= 0.3, mean(latencies), len(latencies), "s"))
        for name in ("webrtcvad", "silero-vad"):
            rows.append(_f1_row(f"interruptions_{name}{leak_db}", f"interruptions by {name} on both channels at {leak_db} dB, F1", "", None, counts[name]["interruption"], 2))
    return rows
