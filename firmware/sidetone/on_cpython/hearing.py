"""Everything a listener needs of this runtime, under one name: sidetone.app is given this module and asks no more."""

from sidetone.core.speech.meter import Meter
from sidetone.core.speech.phrases import PhraseSpotter
from sidetone.on_cpython.decoder import KeywordGraph
from sidetone.on_cpython.frontend import FrontEnd, quantize
from sidetone.on_cpython.inference import StreamingModel
from sidetone.on_cpython.kernels import ChannelKernels
from sidetone.on_cpython.words import Words

__all__ = ["ChannelKernels", "FrontEnd", "KeywordGraph", "Meter", "PhraseSpotter", "StreamingModel", "Words", "quantize"]
