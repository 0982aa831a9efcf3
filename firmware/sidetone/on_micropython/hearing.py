"""Everything a listener needs of this runtime, under one name: sidetone.app is given this module and asks no more."""

from sidetone.on_micropython.decoder import KeywordGraph
from sidetone.on_micropython.frontend import FrontEnd, quantize
from sidetone.on_micropython.inference import StreamingModel
from sidetone.on_micropython.kernels import ChannelKernels
from sidetone.on_micropython.meter import Meter
from sidetone.on_micropython.spotter import PhraseSpotter
from sidetone.on_micropython.words import Words

__all__ = ["ChannelKernels", "FrontEnd", "KeywordGraph", "Meter", "PhraseSpotter", "StreamingModel", "Words", "quantize"]
