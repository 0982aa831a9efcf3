"""Scripted two-channel calls with a truth of what happens when: the bundled demo call, and calls to measure on.

    python -m model.corpus.calls demo OUT_FOLDER          # demo_call.flac and demo_call.truth.json
    python -m model.corpus.calls many OUT_FOLDER -n 40    # call-000.flac, call-000.truth.json ...

Left is the agent, right the customer. A call is a list of `Turn`s laid one after another (or over one another), each
spoken by Kokoro and set to its talker's active speech level; noise and cross-talk of the customer into the agent's
microphone are added at known levels. The same seed gives the same call.
"""

import argparse
import hashlib
import json
from pathlib import Path

import numpy as np

from model.corpus import tts
from model.corpus.mandarin import reading

RATE = 16000
AGENT, CUSTOMER = "agent", "customer"
AGENT_DBFS = -26.0  # the default baseline of a device that has not been calibrated
CUSTOMER_DBFS = -27.0
LEAK_DELAY = 24  # samples: ear-piece to boom microphone, 50 cm
SNRS_DB = (30, 20, 15)
LEAKS_DB = (-35, -25, -20)


class Turn:
    """One utterance. Starts `gap_s` after the last one ended (negative = over it), `gain_db` over the talker's level.

    `speed` is the synthesizer's, `tempo` a stretch of its sound: asked to hurry, the synthesizer melts syllables as people
    do not (at 440 a minute it has a fifth fewer nuclei than read speech played at that rate), so hurry is made by `tempo`.
    """

    def __init__(self, side, text, gap_s=0.6, speed=0.78, gain_db=0.0, kind="speech", tempo=1.0):
        self.side = side
        self.text = text
        self.gap_s = gap_s
        self.speed = speed
        self.gain_db = gain_db
        self.tempo = tempo
        self.kind = kind  # speech, backchannel or interruption

    def syllables(self):
        return len(reading.syllables(self.text))


def active_level_db(signal):
    """ITU-T P.56 method B of float samples at 16 kHz: dB re RMS 1.0; None for silence."""
    from scipy.signal import lfilter

    keep = np.exp(-1 / (RATE * 0.03))
    q = lfilter([1 - keep], [1, -keep], lfilter([1 - keep], [1, -keep], np.abs(signal)))
    energy = float(np.dot(signal, signal))
    at = np.arange(len(q))
    before = None
    for j in range(-15, 0):
        threshold_db = 20 * np.log10(2.0**j)
        last = np.maximum.accumulate(np.where(q >= 2.0**j, at, -(10**9)))
        count = np.count_nonzero(at - last < 0.2 * RATE)
        if not count:
            return None
        level = 10 * np.log10(energy / count)
        if level - threshold_db <= 15.9:
            if before is None:
                return level
            part = (before[1] - 15.9) / (before[1] - (level - threshold_db))
            return before[0] + part * (level - before[0])
        before = (level, level - threshold_db)
    return None


def speak(text, voice, speed):
    """float32 16 kHz of one utterance, kept under the work folder because speech synthesis is what costs."""
    key = hashlib.sha256(f"{text}|{voice}|{speed:.3f}".encode()).hexdigest()[:24]
    path = tts.work_dir() / "calls" / f"{key}.npy"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_suffix(".part.npy")
        np.save(temporary, tts.synth(text, voice, speed).astype(np.float32))
        temporary.replace(path)
    return np.load(path)


def stretched(signal, tempo):
    """The same voice `tempo` times as fast: overlap-add of 40 ms frames, each taken where it fits the last one best."""
    if tempo == 1.0:
        return signal
    frame, step, search = 640, 320, 160
    window = np.hanning(frame + 1)[:frame]
    padded = np.concatenate((np.zeros(search), signal, np.zeros(frame + 2 * search)))
    count = int(len(signal) / tempo) // step
    out = np.zeros(count * step + frame)
    follow = None
    for k in range(count):
        at = int(k * step * tempo)
        if follow is not None and at + frame + 2 * search <= len(padded):
            region = padded[at : at + frame + 2 * search]
            at += int(np.argmax(np.correlate(region, follow, "valid")))
        else:
            at += search
        piece = padded[at : at + frame]
        out[k * step : k * step + len(piece)] += window[: len(piece)] * piece
        follow = padded[at + step : at + step + frame]
        if len(follow) < frame:
            break
    return out


def _limited(signal):
    """A microphone amplifier's soft knee: linear to -4.4 dBFS, never over full scale."""
    knee = 0.6
    over = np.abs(signal) > knee
    out = signal.copy()
    rest = 1 - knee
    out[over] = np.sign(signal[over]) * (knee + rest * np.tanh((np.abs(signal[over]) - knee) / rest))
    return out


def _room_noise(rng, length, level_db):
    """Noise that falls 3 dB an octave, RMS at `level_db`."""
    spectrum = np.fft.rfft(rng.standard_normal(length))
    f = np.maximum(np.arange(len(spectrum)) * RATE / length, 40.0)
    noise = np.fft.irfft(spectrum / np.sqrt(f), length)
    return noise * (10 ** (level_db / 20) / np.sqrt(np.mean(noise**2)))


def render(turns, voices, rng, snr_db=30.0, leak_db=-30.0, lead_s=0.8, tail_s=1.2):
    """Turns -> (int16 [n, 2], truth dict). `voices`: {side: voice}; snr_db: active speech to noise, both sides."""
    levels = {AGENT: AGENT_DBFS, CUSTOMER: CUSTOMER_DBFS}
    placed = []
    end = lead_s
    for turn in turns:
        audio = stretched(speak(turn.text, voices[turn.side], turn.speed), turn.tempo)
        gain = 10 ** ((levels[turn.side] + turn.gain_db - active_level_db(audio)) / 20)
        begin = max(0.0, end + turn.gap_s)
        placed.append((turn, begin, audio * gain))
        # a back-channel is laid into the other's speech and moves nothing
        if turn.kind != "backchannel":
            end = max(end, begin + len(audio) / RATE) if turn.kind == "interruption" else begin + len(audio) / RATE
    length = int((max(b + len(a) / RATE for _, b, a in placed) + tail_s) * RATE)
    length -= length % (RATE // 100)
    tracks = {AGENT: np.zeros(length), CUSTOMER: np.zeros(length)}
    rows = []
    for turn, begin, audio in placed:
        at = int(begin * RATE)
        tracks[turn.side][at : at + len(audio)] += audio
        rows.append(
            {
                "side": turn.side,
                "kind": turn.kind,
                "begin_ms": int(begin * 1000),
                "end_ms": int(begin * 1000 + len(audio) * 1000 / RATE),
                "text": turn.text,
                "syllables": turn.syllables(),
                "gain_db": turn.gain_db,
                "speed": turn.speed,
                "tempo": turn.tempo,
            }
        )
    leak = np.concatenate((np.zeros(LEAK_DELAY), tracks[CUSTOMER][:-LEAK_DELAY])) * 10 ** (leak_db / 20)
    mixed = []
    for side in (AGENT, CUSTOMER):
        noise = _room_noise(rng, length, levels[side] - snr_db)
        mixed.append(_limited(tracks[side] + noise + (leak if side == AGENT else 0)))
    sound = np.clip(np.rint(np.stack(mixed, 1) * 32768), -32768, 32767).astype(np.int16)
    truth = {
        "duration_ms": length * 1000 // RATE,
        "agent_side": "left",
        "voices": {side: voices[side] for side in (AGENT, CUSTOMER)},
        "baseline_dbfs": AGENT_DBFS,
        "snr_db": snr_db,
        "leak_db": leak_db,
        "syllables": {side: sum(r["syllables"] for r in rows if r["side"] == side) for side in (AGENT, CUSTOMER)},
        "turns": rows,
    }
    return sound, truth


# ---- the bundled call -------------------------------------------------------------------------------------------

FAST = (  # two breaths: in one, the synthesizer hurries by itself
    "好，查到了，您上个月除了基本套餐五十八元以外，还订购了一个视频会员和一个来电彩铃，这两个业务都是每个月自动续费的，"
    "视频会员是三十元，来电彩铃是十元。",
    "另外您上个月的流量超出了套餐，超出的部分是按照每兆两毛九来收的，一共超了三十多兆，"
    "所以加起来就是您看到的这个金额，如果不够用，可以换成八十八元的套餐。",
)


def demo_turns():
    """The bundled call: every fault that the demo shows, and when."""
    a, c = AGENT, CUSTOMER
    return [
        Turn(a, "喂，请讲。", 0.0),
        Turn(c, "那个，我想查一下上个月的话费，怎么一下子扣了我那么多钱？", 0.5),
        # B1: greeted more than 5 s after the first words
        Turn(a, "您好，很高兴为您服务，请问有什么可以帮您？", 0.7),
        Turn(c, "我刚才说过了呀，上个月的账单，比平时多了五十块。", 0.6),
        Turn(a, "嗯。", -1.6, kind="backchannel"),
        Turn(a, "这个我现在看不到啊，您要先把手机号码告诉我，没有号码我怎么查呢？", 0.5, gain_db=11.0),
        Turn(c, "好吧，幺三八，零零零零，五六七八。", 0.7),
        Turn(a, "好的，请您稍等。", 0.5),
        Turn(c, "喂？还在吗？", 8.0),
        Turn(a, FAST[0], 7.3, tempo=1.6),
        Turn(a, FAST[1], 0.1, tempo=1.6),
        Turn(c, "嗯。", -9.0, kind="backchannel"),
        Turn(c, "可是那个来电彩铃，我从来都没有订过，你们不能随便给我开通吧。", 0.5),
        Turn(a, "您先听我说，这个是您自己在网上开通的。", -1.8, kind="interruption"),
        Turn(c, "那你帮我取消了吧。", 0.7),
        Turn(a, "好的，已经帮您取消了，请问还有什么可以帮您？", 0.6),
        Turn(c, "没有了。", 0.6),
        Turn(a, "再见。", 0.6),
    ]


def demo_plants(rows):
    """The faults as (rule, begin, end, what), times from the rendered turns."""
    by_text = {row["text"]: row for row in rows}
    first = rows[0]
    greeting = next(r for r in rows if r["text"].startswith("您好"))
    loud = next(r for r in rows if r["gain_db"] > 6)
    fast, fast_end = (by_text[text] for text in FAST)
    hold = next(r for r in rows if "稍等" in r["text"])
    cut_in = next(r for r in rows if r["kind"] == "interruption")
    return [
        {
            "rule": "B1",
            "begin_ms": first["begin_ms"] + 5000,
            "end_ms": greeting["end_ms"],
            "what": "greeted more than 5 s after the first words",
        },
        {"rule": "C1", "begin_ms": loud["begin_ms"], "end_ms": loud["end_ms"], "what": "11 dB over the baseline"},
        {"rule": "D1", "begin_ms": fast["begin_ms"], "end_ms": fast_end["end_ms"], "what": "faster than 330 syllables a minute"},
        {"rule": "H2", "begin_ms": hold["end_ms"] + 15000, "end_ms": fast["begin_ms"], "what": "hold without a word for more than 15 s"},
        {"rule": "F1", "begin_ms": cut_in["begin_ms"], "end_ms": cut_in["end_ms"], "what": "agent cuts in"},
        {"rule": "J2", "begin_ms": rows[-1]["end_ms"], "end_ms": rows[-1]["end_ms"], "what": "no thanks before the farewell"},
    ]


def demo():
    """(int16 [n, 2], truth) of the bundled call; its voices are kept out of all training."""
    voices = {AGENT: "zf_xiaoyi", CUSTOMER: "zm_yunyang"}
    sound, truth = render(demo_turns(), voices, np.random.default_rng(2026), snr_db=32.0, leak_db=-32.0)
    truth["plants"] = demo_plants(truth["turns"])
    return sound, truth


# ---- many calls -------------------------------------------------------------------------------------------------

OPENINGS = ("您好，很高兴为您服务，请问有什么可以帮您？", "您好，这里是客户服务中心，请问有什么可以帮助您？")
CLOSINGS = ("感谢您的来电，祝您生活愉快，再见。", "不客气，谢谢您，再见。")
BACKCHANNELS = ("嗯。", "对。", "是的。", "好的。")


def random_call(seed):
    """One deterministic call of about a minute: (int16 [n, 2], truth). Voices, tempo, noise and leakage vary with the seed."""
    from model.corpus.sentences import Writer

    rng = np.random.default_rng([77, seed])
    voices = tts.test_voices(8, seed=2)
    agent, customer = rng.permutation(len(voices))[:2]
    writer = Writer("test", [77, seed])
    tempo = round(float(rng.uniform(0.8, 1.45)), 2)

    def lines(count, draw):
        out = ""
        while len(out) < count:
            out += draw().rstrip("。，？！.,?!") + "，"
        return out[:-1] + "。"

    turns = [Turn(AGENT, OPENINGS[seed % 2], 0.0, tempo=tempo)]
    for _ in range(4):
        turns.append(Turn(CUSTOMER, lines(12, lambda: writer.fill(writer.pick(writer.customer))), float(rng.uniform(0.3, 1.5))))
        if rng.random() < 0.5:
            turns.append(Turn(AGENT, BACKCHANNELS[int(rng.integers(4))], -float(rng.uniform(1.0, 2.0)), kind="backchannel"))
        turns.append(Turn(AGENT, lines(24, writer.plain), float(rng.uniform(0.3, 1.2)), tempo=tempo))
    turns.append(Turn(AGENT, CLOSINGS[seed % 2], 0.8, tempo=tempo))
    return render(
        turns,
        {AGENT: voices[agent], CUSTOMER: voices[customer]},
        rng,
        snr_db=SNRS_DB[seed % 3],
        leak_db=LEAKS_DB[seed // 3 % 3],
    )


def write(folder, name, sound, truth):
    """NAME.flac and NAME.truth.json."""
    import soundfile

    folder.mkdir(parents=True, exist_ok=True)
    soundfile.write(folder / f"{name}.flac", sound, RATE, subtype="PCM_16")
    (folder / f"{name}.truth.json").write_text(json.dumps(truth, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("demo", "many"))
    parser.add_argument("folder", type=Path)
    parser.add_argument("-n", type=int, default=40, help="how many calls")
    args = parser.parse_args()
    if args.what == "demo":
        write(args.folder, "demo_call", *demo())
        return
    for seed in range(args.n):
        if not (args.folder / f"call-{seed:03d}.truth.json").exists():
            write(args.folder, f"call-{seed:03d}", *random_call(seed))
        print(f"{seed + 1}/{args.n}", flush=True)


if __name__ == "__main__":
    main()
