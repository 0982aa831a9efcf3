"""The calibration passage, and where its words lie in a recording of it.

An agent reads it once, in the voice of a call: it holds each core phrase twice, between plain sentences, in about a minute.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sidetone_host.phrases import reading


class Passage(NamedTuple):
    """said: the core phrases as they stand in the text, in small letters, by label; each label twice, and in no other wording."""

    text: str
    said: dict[str, tuple[str, ...]]


PASSAGES = {
    "zh": Passage(
        """您好，光明电力客服中心，很高兴为您服务。
请问有什么可以帮您？
好的，我先核对一下您的地址和电话号码。
请您稍等，我查询一下系统里的记录。
让您久等了，上个月的账单一共是二十八块六毛。
对不起，这个月的发票还没有寄出来，我马上帮您登记。
请问您还有什么需要？
谢谢您的来电，祝您生活愉快，再见。
您好，这里是客服中心，今天由我为您服务。
昨天下午的大雨让线路出了故障，我们的师傅正在抢修。
麻烦您稍等一下，我问问维修部门。
不好意思，让您久等了，预计晚上八点以前恢复。
如果到时候还是没有电，可以直接打这个号码。
您看还有什么问题吗？
感谢您的理解和支持，再见。""",
        {
            "greeting": ("您好",),
            "service": ("为您服务",),
            "offer_help": ("帮您",),
            "hold": ("稍等",),
            "hold_return": ("久等",),
            "apology": ("对不起", "不好意思"),
            "thanks": ("谢谢", "感谢"),
            "farewell": ("再见",),
            "closing_offer": ("还有什么",),
        },
    ),
    "en": Passage(
        """Hello, city power customer care, Maria speaking, at your service.
How can I help?
All right, let me first check your address and your phone number.
One moment, please, while I look through the records in our system.
I have kept you waiting. Last month's bill comes to twenty-eight dollars and sixty cents.
I'm sorry, the invoice for this month has not gone out yet, so I will order a copy now.
Is there anything else you need?
Thank you for calling, and goodbye.
Good morning, this is the repair desk, and we are here to help.
What can I do for you?
The heavy rain yesterday afternoon brought down a line, and our crew is out there fixing it.
Please bear with me while I ask the engineers.
I know that I have kept you waiting. They expect the power back before eight tonight.
I apologize for the trouble, it must be difficult with small children in the house.
If the lights are still out by then, just dial this number again.
Do you have any other question about the repair?
Thank you for understanding, and goodbye.""",
        {
            "greeting": ("hello", "good morning"),
            "service": ("at your service", "here to help"),
            "offer_help": ("can i help", "what can i do for you"),
            "hold": ("one moment", "bear with me"),
            "hold_return": ("kept you waiting",),
            "apology": ("sorry", "i apologize"),
            "thanks": ("thank you",),
            "farewell": ("goodbye",),
            "closing_offer": ("anything else", "any other question"),
        },
    ),
}


class Place(NamedTuple):
    """One phrase in the passage: its label, and the indices of its first and behind its last unit."""

    label: str
    first: int
    end: int


def units(language: str) -> tuple[list[str], list[Place], int]:
    """(unit names of the whole passage, the core phrases' places in them, syllables)."""
    passage, spoken = PASSAGES[language], reading.of(language)
    pieces = spoken.placed(passage.text)
    names: list[str] = []
    begins: dict[int, int] = {}  # a piece's first character -> its first unit
    for at, piece in pieces:
        begins[at] = len(names)
        names += spoken.spell([piece])
    places = []
    text = passage.text.lower()
    for label, phrases in passage.said.items():
        for phrase in phrases:
            start = text.find(phrase)
            while start >= 0:
                end = start + len(phrase)
                behind = [first for at, first in begins.items() if at >= end]
                places.append(Place(label, begins[start], min(behind, default=len(names))))
                start = text.find(phrase, start + 1)
    return names, sorted(places, key=lambda place: place.first), spoken.syllables([piece for _, piece in pieces])


def align(manifest: dict[str, Any], logits: NDArray[np.int8], target: list[int]) -> tuple[NDArray[np.int_], float]:
    """CTC forced alignment of int8 [steps, outputs] with the passage's unit ids -> (step of each unit's first frame, mean
    log-probability a unit). Label tokens count as saying nothing."""
    unit, token = manifest["heads"]["units"], manifest["heads"]["labels"]
    scale = manifest["output_scale"]
    of_units = logits[:, unit["first"] : unit["first"] + unit["count"]].astype(np.float64) * scale
    of_tokens = logits[:, token["first"] : token["first"] + token["count"]].astype(np.float64) * scale
    of_units[:, 0] = np.logaddexp(of_units[:, 0], np.logaddexp.reduce(of_tokens, axis=1))
    logp = of_units - np.logaddexp.reduce(of_units, axis=1)[:, np.newaxis]
    states = np.zeros(2 * len(target) + 1, np.intp)
    states[1::2] = target
    steps, count = len(logp), len(states)
    skip = np.zeros(count, np.bool_)
    skip[3::2] = states[3::2] != states[1:-2:2]
    score = np.full(count, -1e9)
    score[:2] = logp[0, states[:2]]
    back = np.zeros((steps, count), np.int8)
    for t in range(1, steps):
        one = np.concatenate([[-1e9], score[:-1]])
        two = np.where(skip, np.concatenate([[-1e9, -1e9], score[:-2]]), -1e9)
        options = np.stack([score, one, two])
        back[t] = options.argmax(0)
        score = options.max(0) + logp[t, states]
    s = count - 1 if score[-1] > score[-2] else count - 2
    total = float(score[s])
    first = np.zeros(len(target), int)
    for t in range(steps - 1, -1, -1):
        if s % 2:
            first[s // 2] = t
        s -= int(back[t, s])
    return first, total / len(target)
