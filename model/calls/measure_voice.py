"""How good the measures of one voice are: level, the loud lamp, pace, melody, activity; beside other packages on the same sound.

Each function takes {talker: [Sentence]} and gives rows (see `row`). Everything is seeded; the streams' sentences are the talker's own.
"""

import numpy as np

from model.calls import calibrate, material, peers, praat
from model.calls.calibrate import listen
from model.calls.score import mean, poisson, wilson
from model.calls.script import AGENT_DBFS
from model.calls.speech import FRAME, RATE

SNRS_DB = (30, 20, 15)
RED_PER_MIN = 330  # rate.conversation.red_above
DEAD_BAND = 0.10
TEMPI = (0.7, 1.0, 1.25, 1.5, 1.8)


def row(key, text, target, met, estimate, n, unit="", digits=2, note=""):
    """One line of the table. estimate: (value, low, high); met: True, False or None where the target is not of this line."""
    value, low, high = (round(float(x), 4) for x in estimate)
    met = None if met is None else bool(met)
    return {"key": key, "text": text, "target": target, "met": met, "value": value, "low": low, "high": high, "n": n, "unit": unit, "digits": digits, "note": note}


def _rng(*seed):
    return np.random.default_rng([2026, *seed])


def level(talkers):
    """The record's level after 3, 10 and 20 s of speech against P.56 of the same sound without noise."""
    from model.corpus.calls import active_level_db

    ours, theirs = {3: [], 10: [], 20: []}, {3: [], 10: [], 20: []}
    for number, sentences in enumerate(talkers.values()):
        for k, (level_dbfs, snr_db) in enumerate(((-36, 30), (-26, 30), (-26, 20), (-26, 15), (-16, 30), (-16, 20))):
            stream = material.stream(sentences, 28, _rng(1, number, k), level_dbfs, snr_db, first=k * 3)
            due = list(ours)

            def watch(listener, due=due, stream=stream):
                if due and listener.agent.meter.speech_ms >= due[0] * 1000:
                    until = listener.t_ms * RATE // 1000
                    truth = active_level_db(stream.clean[:until])
                    ours[due[0]].append(listener.agent.meter.call_level_q8() / 256 - truth)
                    theirs[due[0]].append(peers.loudness(stream.clean[:until]) - truth)
                    due.pop(0)

            listen(stream.sound, watch=watch)
    rows = []
    for seconds, errors in ours.items():
        share = wilson(sum(abs(e) <= 1 for e in errors), len(errors))
        rows.append(row(f"level_{seconds}s", f"level after {seconds} s within 1 dB of P.56, share", "1.00", share[0] >= 0.995, share, len(errors)))
        rows.append(row(f"level_error_{seconds}s", f"level after {seconds} s, mean error", "<= 1 dB", None, mean([abs(e) for e in errors]), len(errors), "dB"))
    bias = float(np.median(np.concatenate(list(theirs.values()))))
    for seconds in (3, 20):
        errors = [abs(e - bias) for e in theirs[seconds]]
        rows.append(row(f"level_peer_{seconds}s", f"pyloudnorm after {seconds} s without noise, its median bias of {bias:.1f} dB taken off", "", None, mean(errors), len(errors), "dB"))
    return rows


def loud(talkers, steps=90):
    """Steps of +12 dB at a random place of a talk at the baseline: from the step to `C1 on`."""
    late, missed = [], 0
    trials = steps // len(talkers)
    for number, sentences in enumerate(talkers.values()):
        rng = _rng(2, number)
        for trial in range(trials):
            stream = material.stream(sentences, 12, rng, snr_db=SNRS_DB[trial % 3], first=trial * 2, gap_s=(0.15, 0.3))
            begin, end = stream.spans[int(np.searchsorted([span[0] for span in stream.spans], 6 * RATE)) % len(stream.spans)]
            step = int(begin + rng.uniform(0, 0.6) * (end - begin))
            # the clock starts with the first loud speech, not in a pause
            on = material.spoken(stream.clean, stream.spans)
            while step // FRAME < len(on) and not on[step // FRAME]:
                step += FRAME
            gain = np.ones(len(stream.clean))
            gain[step:] = 10 ** (12 / 20)
            noise = stream.sound / 32768 - stream.clean
            lines, _ = listen(material.int16(np.clip(stream.clean * gain + noise, -1, 1)))
            step_ms = step * 1000 // RATE
            found = [t_ms for t_ms, kind, rows in lines if kind == "finding" and rows["rule"] == "C1" and rows["state"] == "on" and t_ms >= step_ms]
            if found:
                late.append(found[0] - step_ms)
            else:
                missed += 1
    n = len(late) + missed
    late = np.array(late + [60_000] * missed) / 1000
    boot = _rng(3).choice(late, (2000, n))
    rows = []
    for key, share, limit in (("median", 0.5, 0.6), ("p95", 0.95, 1.3)):
        values = np.quantile(boot, share, axis=1)
        estimate = (np.quantile(late, share), np.quantile(values, 0.025), np.quantile(values, 0.975))
        rows.append(row(f"loud_{key}", f"`loud` red after +12 dB, {key}", f"<= {limit} s", estimate[0] <= limit, estimate, n, "s"))
    return rows


def false_loud(talkers, minutes=6):
    """`C1 on` of a steady talker 3 dB under the limit, and at the baseline; each sentence set to the level."""
    rows = []
    for key, over_db, per, target, limit in (("near", 3, 60, "<= 1.5 a minute", 1.5), ("baseline", 0, 3600, "<= 1 an hour", 1.0)):
        count, seconds = 0, 0.0
        for number, sentences in enumerate(talkers.values()):
            for k in range(3 if over_db else 6):
                length = min(minutes * 60 / len(talkers) * (1 if over_db else 3), 240)
                stream = material.stream(sentences, length, _rng(4, number, k, over_db), AGENT_DBFS + over_db, SNRS_DB[k % 3], first=k)
                lines, _ = listen(stream.sound)
                count += sum(kind == "finding" and rows["rule"] == "C1" and rows["state"] == "on" for _, kind, rows in lines)
                seconds += len(stream.sound) / RATE
        estimate = poisson(count, seconds / per)
        text = f"`loud` falsely on, talker {'3 dB under the limit' if over_db else 'at the baseline'}"
        rows.append(row(f"loud_false_{key}", text, target, estimate[0] <= limit, estimate, round(seconds / 60), "min" if per == 60 else "h", note=f"{count} in {seconds / 60:.0f} min"))
    return rows


def pace(talkers):
    """Rate over 20 s after calibration on other sentences of the talker, and `too fast` (D1)."""
    errors, usual, theirs, hits = [], [], [], {True: [0, 0], False: [0, 0]}
    for number, sentences in enumerate(talkers.values()):
        half = len(sentences) // 2
        passage = material.stream(sentences[:half], min(30, sum(len(s.samples) for s in sentences[:half]) / RATE + 2), _rng(5, number))
        _, listener = listen(passage.sound, network=True)
        said = sum(passage.syllables)
        scale_pm = round(1000 * said / max(1, listener.agent.meter.syllables))
        praat_scale = said / max(1, praat.syllables(passage.clean))
        for k, tempo in enumerate(TEMPI):
            stream = material.stream(sentences[half:], 26, _rng(6, number, k), snr_db=SNRS_DB[(number + k) % 3], tempo=tempo, first=k)
            lines, listener = listen(stream.sound, scale_pm=scale_pm, network=True)
            begin, end = stream.spans[0][0], stream.spans[-1][1]
            truth = sum(stream.syllables) * 60 / ((end - begin) / RATE)
            if 80 < truth < 520:
                got = listener.agent.meter.syllables * 60_000 / max(1, listener.agent.meter.speech_with_pauses_ms)
                errors.append(got - truth)
                if truth < RED_PER_MIN:
                    usual.append(abs(got - truth))
                theirs.append(praat.syllables(stream.sound / 32768) * praat_scale * 60 / ((end - begin) / RATE) - truth)
            if abs(truth / RED_PER_MIN - 1) > DEAD_BAND:
                fast = truth > RED_PER_MIN
                red = any(kind == "finding" and rows["rule"] == "D1" and rows["state"] == "on" and rows["limit"] == RED_PER_MIN for _, kind, rows in lines)
                hits[fast][red] += 1
    miss, hit = hits[True]
    false = hits[False][1]
    error = mean([abs(e) for e in errors])
    rows = [row("rate", f"rate over 26 s after calibration, tempo x{TEMPI[0]} to x{TEMPI[-1]}, mean error", "<= 10 /min", error[0] <= 10, error, len(errors), "/min", 1)]
    rows.append(row("rate_usual", f"the same, talkers under {RED_PER_MIN} /min only", "<= 10 /min", mean(usual)[0] <= 10, mean(usual), len(usual), "/min", 1))
    rows.append(row("rate_bias", "the same, mean signed error", "", None, mean(errors), len(errors), "/min", 1))
    rows.append(row("rate_peer", "Praat's syllable nuclei, scaled on the same passage", "", None, mean([abs(e) for e in theirs]), len(theirs), "/min", 1))
    for key, right, n in (("precision", hit, hit + false), ("recall", hit, hit + miss)):
        share = wilson(right, n)
        rows.append(row(f"fast_{key}", f"`too fast` {key}, away from a 10 % dead band", ">= 0.95", share[0] >= 0.95, share, n))
    return rows


def _auc(flat, lively):
    pairs = [(x < y) + 0.5 * (x == y) for x in flat for y in lively]
    return sum(pairs) / len(pairs)


def melody(talkers):
    """Flattened to 1.1 semitones against as spoken: can the spread over 15 s voiced tell them apart?"""
    ours, theirs = {True: [], False: []}, {True: [], False: []}
    for number, sentences in enumerate(talkers.values()):
        for flat in (True, False):
            changed = [material.Sentence(praat.flattened(s.samples, 1.1) if flat else s.samples, s.syllables) for s in sentences]
            for k in range(2):
                stream = material.stream(changed, 40, _rng(7, number, k, flat), snr_db=SNRS_DB[(number + k) % 3], first=k * 4)
                seen = []

                def watch(listener, seen=seen):
                    if listener.agent.meter.pitch_recent_sd_st_q8 is not None and not seen:
                        seen.append((listener.agent.meter.pitch_recent_sd_st_q8 / 256, listener.t_ms))

                listen(stream.sound, watch=watch)
                if seen:
                    ours[flat].append(seen[0][0])
                    theirs[flat].append(praat.spread_st(stream.sound[: seen[0][1] * RATE // 1000] / 32768))
    rows = []
    for key, name, spread, target in (("monotone", "monotone, AUC on 15 s voiced", ours, ">= 0.97"), ("monotone_peer", "the same by Praat's pitch", theirs, "")):
        boot = [_auc(_rng(8, b).choice(spread[True], len(spread[True])), _rng(9, b).choice(spread[False], len(spread[False]))) for b in range(300)]
        estimate = (_auc(spread[True], spread[False]), np.quantile(boot, 0.025), np.quantile(boot, 0.975))
        note = f"flat {np.median(spread[True]):.2f} st, as spoken {np.median(spread[False]):.2f} st (medians)"
        rows.append(row(key, name, target, estimate[0] >= 0.97 if target else None, estimate, len(spread[True]) + len(spread[False]), "", 3, note))
    return rows


def activity(talkers):
    """Balanced accuracy per 10 ms of speech and silence, by noise."""
    rows = []
    for snr_db in SNRS_DB:
        scores = {"meter": [], "webrtcvad": [], "silero-vad": []}
        for number, sentences in enumerate(talkers.values()):
            stream = material.stream(sentences, 20, _rng(10, number, snr_db), snr_db=snr_db, gap_s=(0.4, 1.5))
            truth = material.spoken(stream.clean, stream.spans)
            got = {"meter": calibrate.activity_of(stream.sound), "webrtcvad": peers.webrtc_active(stream.sound), "silero-vad": peers.silero_active(stream.sound)}
            for name, on in got.items():
                n = min(len(on), len(truth))
                scores[name].append(0.5 * (on[:n][truth[:n]].mean() + (~on[:n][~truth[:n]]).mean()))
        for name, values in scores.items():
            rows.append(row(f"activity_{name}_{snr_db}", f"speech against silence at {snr_db} dB SNR, balanced accuracy: {name}", "", None, mean(values), len(values), "", 3))
    return rows
