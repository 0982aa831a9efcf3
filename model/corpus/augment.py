"""Make clean clips sound like a headset in a busy room: all in numpy, 16 kHz float32, seeded by the caller.

The chain of one sequence: clips with gaps -> tempo and pitch (resampling) -> room -> headset response -> cross-talk,
babble, noise, clicks -> band limit or G.711 -> gain and rounding to int16.
"""

import numpy as np
from scipy.signal import fftconvolve, firwin, firwin2, lfilter, resample_poly

RATE = 16000


def resample_by(x, factor):
    """Play `factor` times faster: tempo, pitch and formants move together."""
    if abs(factor - 1) < 0.01:
        return x
    positions = np.arange(0, len(x) - 1, factor)
    if factor > 1.05:  # keep what would alias out
        x = lfilter(firwin(31, 0.97 / factor), 1.0, x)
    return np.interp(positions, np.arange(len(x)), x).astype(np.float32)


def stretch(x, factor):
    """Tempo alone: overlap-add of 40 ms windows, each moved by up to 8 ms to where it fits best."""
    if abs(factor - 1) < 0.03 or len(x) < 4000:
        return x
    window, hop, seek = 640, 320, 128
    shape = np.hanning(window).astype(np.float32)
    count = int(len(x) / factor) // hop - 4
    out = np.zeros((count + 3) * hop, np.float32)
    last = 0
    for k in range(count):
        want = int(k * hop * factor)
        if k:
            natural = x[last + hop : last + hop + window]
            lo = max(0, want - seek)
            region = x[lo : want + seek + window]
            if len(natural) < window or len(region) < window:
                break
            fit = np.correlate(region[::2], natural[::2], "valid")
            last = lo + 2 * int(np.argmax(fit))
        piece = x[last : last + window]
        out[k * hop : k * hop + len(piece)] += piece * shape[: len(piece)]
    return out


def room(x, rng):
    """A short synthetic room: direct sound plus a decaying noise tail."""
    decay = rng.uniform(0.08, 0.45)
    n = int(decay * RATE)
    tail = rng.standard_normal(n) * 10 ** (-3 * np.arange(n) / n)
    tail[: int(rng.uniform(0.001, 0.008) * RATE)] = 0
    tail *= 10 ** (rng.uniform(-20, -5) / 20) / np.sqrt((tail**2).sum() + 1e-9)
    tail[0] = 1.0
    return fftconvolve(x, tail.astype(np.float32))[: len(x)].astype(np.float32)


def headset(x, rng):
    """A random smooth microphone response, +-8 dB over six bands, with a random roll-off at both ends."""
    freq = np.array([0, 80, 200, 500, 1200, 2500, 4500, 7000, 8000]) / 8000
    gain = np.concatenate([[-20, rng.uniform(-18, 0)], rng.uniform(-7, 7, 5), [rng.uniform(-20, 4), -25]])
    return lfilter(firwin2(127, freq, 10 ** (gain / 20)), 1.0, x).astype(np.float32)


def coloured_noise(n, rng):
    """White to brown noise, sometimes with hum, unit RMS."""
    slope = rng.uniform(0, 1.2)
    m = 1 << int(np.ceil(np.log2(n)))
    spectrum = rng.standard_normal(m // 2 + 1) + 1j * rng.standard_normal(m // 2 + 1)
    spectrum /= np.maximum(np.arange(m // 2 + 1), m / 320) ** slope
    x = np.fft.irfft(spectrum)[:n]
    if rng.random() < 0.25:
        t = np.arange(n) / RATE
        x = x / x.std() + rng.uniform(0.3, 1.5) * sum(np.sin(2 * np.pi * 50 * k * t) / k for k in (1, 2, 3, 5))
    return (x / (x.std() + 1e-9)).astype(np.float32)


def clicks(n, rng):
    """Keyboard and handling: short decaying bursts, peak 1."""
    x = np.zeros(n, np.float32)
    for at in rng.integers(0, max(1, n - 800), max(1, int(n / RATE * rng.uniform(1, 6)))):
        k = int(rng.integers(80, 500))
        burst = rng.standard_normal(k) * np.exp(-np.arange(k) / (k / 5))
        x[at : at + k] += (burst / np.abs(burst).max() * rng.uniform(0.2, 1))[: n - at]
    return x


def g711(x, rng):
    """Down to 8 kHz, through A-law or mu-law at a sensible level, and back."""
    y = resample_poly(x, 1, 2)
    peak = np.abs(y).max() + 1e-9
    y = y / peak * rng.uniform(0.1, 0.9)
    if rng.random() < 0.5:
        mu = 255.0
        c = np.sign(y) * np.log1p(mu * np.abs(y)) / np.log1p(mu)
        c = np.round(c * 127) / 127
        y = np.sign(c) * np.expm1(np.abs(c) * np.log1p(mu)) / mu
    else:
        a = 87.6
        k = 1 + np.log(a)
        c = np.where(np.abs(y) < 1 / a, a * np.abs(y), 1 + np.log(np.maximum(a * np.abs(y), 1e-9))) / k
        c = np.round(c * 127) / 127
        y = np.sign(y) * np.where(c < 1 / k, c * k / a, np.exp(c * k - 1) / a)
    return (resample_poly(y, 2, 1)[: len(x)] * peak).astype(np.float32)


_BAND = firwin(255, [300, 3400], pass_zero=False, fs=RATE)


def level(x):
    """RMS of the louder frames (the upper half of 20 ms frames)."""
    n = len(x) // 320 * 320
    if not n:
        return 1e-6
    energy = (x[:n].reshape(-1, 320) ** 2).mean(1)
    return float(np.sqrt(np.sort(energy)[len(energy) // 2 :].mean()) + 1e-7)


def disturb(x, others, rng, strength=1.0):
    """Speech -> what the headset's codec hands over, int16. `others` are clips for babble and cross-talk."""
    if rng.random() < 0.35:
        strength *= 0.25
    if rng.random() < 0.35 * strength:
        x = room(x, rng)
    if rng.random() < 0.85:
        x = headset(x, rng)
    speech = level(x)
    n = len(x)
    noisy = np.zeros(n, np.float32)
    if rng.random() < 0.75:
        snr = rng.uniform(7 + 12 * (1 - strength), 45)
        noisy += coloured_noise(n, rng) * speech * 10 ** (-snr / 20)
    if others and rng.random() < 0.22 * strength:
        babble = np.zeros(n, np.float32)
        for _ in range(int(rng.integers(2, 6))):
            clip = others[int(rng.integers(len(others)))]
            babble += np.resize(np.roll(clip, int(rng.integers(len(clip)))), n)
        noisy += babble / level(babble) * speech * 10 ** (-rng.uniform(9, 32) / 20)
    if others and rng.random() < 0.2 * strength:
        clip = others[int(rng.integers(len(others)))]
        at = int(rng.integers(max(1, n - len(clip) // 2)))
        part = clip[: n - at]
        noisy[at : at + len(part)] += part / level(clip) * speech * 10 ** (-rng.uniform(15, 35) / 20)
    if rng.random() < 0.2 * strength:
        noisy += clicks(n, rng) * speech * 10 ** (rng.uniform(-20, 4) / 20)
    x = x + noisy
    roll = rng.random()
    if roll < 0.18:
        x = g711(x, rng)
        if rng.random() < 0.6:
            x = lfilter(_BAND, 1.0, x)
    elif roll < 0.3:
        x = lfilter(_BAND, 1.0, x)
    x = x / (level(x) + 1e-7) * 10 ** (rng.uniform(-46, -14) / 20)
    x = np.clip(x + rng.standard_normal(n) * 1e-5, -1, 1)
    return np.round(x * 32767).astype(np.int16)
