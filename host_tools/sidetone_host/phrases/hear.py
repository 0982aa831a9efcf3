"""A recording through the device's front end and network: the logits that phrases are found in, and the agent's meter."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sidetone_host import decode
from sidetone_host.errors import CannotDo

HOP_MS = 10
FIRST_FRAME_HOPS = 3  # the front end's window: its first frame is complete with the third hop (listener.py)


class Heard(NamedTuple):
    """logits: int8 [steps, outputs]; step_ms: call time of each step; meter: the agent's core/speech/meter.Meter at the end."""

    logits: NDArray[np.int8]
    step_ms: NDArray[np.int32]
    meter: Any
    warning: str | None


def agent(path: Path, manifest: dict[str, Any], model: bytes, customer: str | None = None) -> Heard:
    """The agent's channel of a WAV or FLAC file. CannotDo, one line, where it cannot be played or is too short for one step."""
    from sidetone.core.speech.meter import Meter
    from sidetone.core.speech.phrases import PhraseSpotter
    from sidetone.on_cpython import audio, hearing

    recording = decode.open_audio(path, customer=customer)
    front_end, kernels, network = hearing.FrontEnd(), hearing.ChannelKernels(), hearing.StreamingModel(model)
    meter, stride = Meter(-26 * 256), manifest["stride_hops"]
    spotter = PhraseSpotter({**manifest, "labels": []})
    if spotter.counts_syllables:
        meter.share_syllables()
    frames: list[Any] = []
    rows: list[NDArray[np.int8]] = []
    told = hops = 0
    for block in audio.WavSource(recording):
        for frame in hearing.quantize(front_end.block(block[0])):
            frames.append(frame)
            if len(frames) == stride:
                rows.append(np.array(network.step(frames), np.int8))
                frames = []
        for row in kernels.block(block[0]).rows():
            hops += 1
            meter.hop(hops * HOP_MS, *row)
            if told < len(rows) and (told + 1) * stride + FIRST_FRAME_HOPS - 1 <= hops:
                spotter.step(hops * HOP_MS, rows[told].tolist())
                told += 1
                if spotter.syllable:
                    meter.network_syllable()
    if not rows:
        raise CannotDo(f"{path}: shorter than 0.1 s")
    step_ms = (np.arange(1, len(rows) + 1, dtype=np.int32) * stride + FIRST_FRAME_HOPS - 1) * HOP_MS
    return Heard(np.stack(rows), step_ms, meter, recording.warning)
