"""Well-known packages on the same sound, for comparison: WebRTC and Silero (activity), pyloudnorm (level). Praat is in praat.py."""

from functools import cache

import numpy as np

from model.calls.speech import RATE


def webrtc_active(sound, mode=2):
    """bool per 10 ms."""
    import webrtcvad

    vad = webrtcvad.Vad(mode)
    return np.array([vad.is_speech(sound[k : k + 160].tobytes(), RATE) for k in range(0, len(sound) // 160 * 160, 160)])


@cache
def _silero():
    """Silero's ONNX network straight: its package asks for torchaudio only to read files."""
    import importlib.util
    from pathlib import Path

    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    folder = Path(importlib.util.find_spec("silero_vad").submodule_search_locations[0])
    return onnxruntime.InferenceSession(str(folder / "data" / "silero_vad.onnx"), options, providers=["CPUExecutionProvider"])


def silero_active(sound, threshold=0.5):
    """bool per 10 ms, from its 32 ms windows."""
    session = _silero()
    state = np.zeros((2, 1, 128), np.float32)
    context = np.zeros((1, 64), np.float32)
    out = []
    x = sound.astype(np.float32) / 32768
    for k in range(0, len(x) // 512 * 512, 512):
        window = np.concatenate((context, x[None, k : k + 512]), 1)
        speech, state = session.run(None, {"input": window, "state": state, "sr": np.array(RATE, np.int64)})
        context = window[:, -64:]
        out.append(float(speech[0, 0]) > threshold)
    hops = np.minimum((np.arange(len(sound) // 160) * 160 + 80) // 512, max(0, len(out) - 1))
    return np.array(out)[hops]


def loudness(samples):
    """Integrated loudness (ITU-R BS.1770), LUFS."""
    import warnings

    import pyloudnorm

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return float(pyloudnorm.Meter(RATE).integrated_loudness(np.asarray(samples, np.float64)))
