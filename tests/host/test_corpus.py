"""The model's text side and the released files: readings, labels, manifest, and a phrase heard through the real network."""

from __future__ import annotations

import hashlib
import importlib
import json
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from model.corpus import labels
from model.corpus.english import reading as english
from model.corpus.mandarin import reading, voices
from sidetone.core.network.graph import read_model
from sidetone.core.speech.phrases import PhraseSpotter
from sidetone_host.phrases import english as english_sounds

TREE = Path(__file__).resolve().parents[2]
RELEASED = TREE / "model/released"


@pytest.fixture(scope="module", params=["zh", "en"])
def manifest(request):
    found = json.loads((RELEASED / request.param / "manifest.json").read_text(encoding="utf-8"))
    assert found["language"] == request.param
    return found


def names(text):
    return [reading.UNITS[u] for u in reading.units(text)]


@pytest.mark.parametrize(
    ("text", "units"),
    [
        ("nin2 hao3", ["n", "in", "h", "ao"]),
        ("zai4 jian4", ["z", "ai", "j", "ian"]),
        ("wei4 nin2 fu2 wu4", ["ui", "n", "in", "f", "u", "u"]),
        ("shi4 si4 xi4", ["sh", "ir", "s", "iz", "x", "i"]),
        ("yuan2 xue2 lü4 nv3", ["van", "x", "ve", "l", "v", "n", "v"]),
        ("er2 weng1 yong4", ["er", "ong", "iong"]),
    ],
)
def test_pinyin_becomes_initials_and_finals(text, units):
    assert names(text) == units


def test_every_regular_syllable_has_units():
    for initial in reading.INITIALS:
        for final in reading.FINALS:
            if final in ("ir", "iz") or final == "er" or (initial in "jqx" and final[0] in "uv"):
                continue
            parts = reading.split(initial + final + "1")
            assert parts is not None
            assert parts[0] == initial


def test_no_mandarin_is_refused_by_name():
    with pytest.raises(ValueError, match="xq"):
        reading.units("xq1")


def test_overlapping_spans_of_one_label_are_one():
    assert labels.spans("请问有什么可以帮到您") == [("offer_help", 5, 10)]
    assert [s[0] for s in labels.spans("帮您转接")] == ["offer_help", "transfer"]


def test_voices_of_the_test_are_in_no_training_mix():
    from model.corpus import tts

    kept_out = {*voices.TEST, *voices.TEST_DONORS}
    for voice in [*tts.train_voices(150), *tts.wide_voices()]:
        assert not kept_out & {term.partition("*")[0] for term in voice.split("+")}


def test_the_cards_say_how_many_styles_lend_their_timbre():
    """Not every donor of the lists: which are taken, the seeds say."""
    from model.corpus import tts
    from model.corpus.english import voices as english_voices

    def donors(made, own):
        return len({term.partition("*")[0] for voice in made for term in voice.split("+")} - {*own})

    def words(path):
        return " ".join((TREE / path).read_text(encoding="utf-8").split())

    numbers = {3: "three", 5: "five"}
    mixes, wide = tts.train_voices(150), tts.wide_voices()
    mandarin, other = words("model/README.md"), words("model/released/en/README.md")
    assert f"150 fixed-seed mixes with {donors(mixes, voices.TRAIN)} other styles" in mandarin
    assert f"outside what the styles span, of {donors([*mixes, *wide], voices.TRAIN)})" in mandarin
    assert f"eight mixes of them with {numbers[donors(tts.test_voices(8), voices.TEST)]} donors" in mandarin
    tested = tts._mixes(english_voices.TEST, english_voices.TEST_DONORS, 8, 2)
    assert f"eight mixes of them with {numbers[donors(tested, english_voices.TEST)]} donors" in other


def test_the_manifest_is_whole(manifest):
    content = (RELEASED / manifest["language"] / manifest["file"]).read_bytes()
    assert hashlib.sha256(content).hexdigest() == manifest["sha256"]
    assert len(content) <= 160 * 1024
    heads = manifest["heads"]
    assert heads["units"] == {"first": 0, "count": len(manifest["units"])}
    ends = [h["first"] + h["count"] for h in heads.values()]
    graph = read_model(content).subgraphs[0]
    assert graph.tensors[graph.outputs[0]].shape[-1] == max(ends)
    rows = {row["label"]: row for row in manifest["labels"]}
    assert set(rows) == {*labels.LEARNED, *labels.GIVEN}
    assert manifest["units"] == {"zh": reading.UNITS, "en": english.UNITS}[manifest["language"]]
    for row in rows.values():
        assert row["refractory_ms"] > 0
        assert row["cutoff_q8"] < 0
        for phrase in row["phrases"]:
            assert all(0 < u < len(manifest["units"]) for u in phrase)


def test_the_network_and_the_spotter_agree_on_shapes(manifest):
    """Half a minute of silence and noise through the released network: nothing may be heard."""
    import pymicro_features

    from sidetone.on_cpython.inference import StreamingModel

    rng = np.random.default_rng(3)
    sound = (rng.standard_normal(30 * 16000) * 60).astype("<i2").tobytes()
    front, rows, at = pymicro_features.MicroFrontend(), [], 0
    while len(sound) - at >= 320:
        out = front.process_samples(sound[at : at + 320])
        at += out.samples_read * 2
        if out.features:
            rows.append(out.features)
    raw = np.round(np.array(rows) / 0.0390625).astype(np.int32)
    frames = np.clip((raw * 256 + 333) // 666 - 128, -128, 127).astype(np.int8)
    steps = len(frames) // 3
    network = StreamingModel(str(RELEASED / manifest["language"] / manifest["file"]))
    logits = network.run(frames[: steps * 3].reshape(steps, 3, 40))
    spotter = PhraseSpotter(manifest, [("company", [[1, 25, 2, 26, 3, 27]])])
    found = [event for t, row in enumerate(logits.tolist()) for event in spotter.step(t * 30, row)]
    assert found == []


def wordings(language):
    """label -> its wordings, all tiers together."""
    phrases = importlib.import_module(f"model.corpus.{language}.phrases")
    return {**phrases.CORE, **phrases.FULL, **phrases.TABOO, **phrases.DAY_PARTS, **phrases.WORDING}


def test_every_language_has_the_same_labels_in_the_same_order():
    assert list(wordings("english")) == list(wordings("mandarin"))


def test_every_english_wording_has_a_reading():
    """By the words that lie beside the network: a site can read what the labels are said in."""
    for label, texts in wordings("english").items():
        for text in texts:
            assert english_sounds.syllables(english_sounds.read(text)) >= 2 or label in ("thanks", "hold"), text


@pytest.mark.parametrize("language", ["mandarin", "english"])
def test_every_scripted_line_says_its_label(language):
    words, templates = (importlib.import_module(f"model.corpus.{language}.{name}") for name in ("reading", "templates"))
    for label, lines in templates.AGENT.items():
        for template in lines:
            line = template.replace("{part}", "早上")
            assert any(words.occurrences(line, wording) for wording in wordings(language)[label]), (label, line)


def test_an_english_wording_stands_in_whole_words():
    assert english.occurrences("Thank you! We'd thank yourself. THANK, you", "thank you") == [(0, 9), (32, 42)]
    assert english.occurrences("any other questions?", "any other question") == [(0, 19)]
    assert english.occurrences("household on, behold online", "hold on") == []


def test_english_speech_is_cut_before_quiet_sounds_only():
    """sorry| (label) |please ho|ld: behind a label's token, and between a vowel and a stop or fricative."""
    ids = english.UNIT_ID
    said = [ids[u] for u in "s ao r iy".split()]
    please = [ids[u] for u in "p l iy z hh ow l d".split()]
    token = len(english.UNITS) + labels.LABEL_ID["apology"]
    assert english.starts([*said, token, *please]) == [5, 8]


if find_spec("misaki") and find_spec("symspellpy"):  # in the training environment only: reading English text

    def test_english_is_read_with_weak_words_and_inflections():
        def names(text):
            return [" ".join(english.UNITS[u] for u in ids) for _, ids in english.tokens(text)]

        assert names("the apple, the pear") == ["dh iy", "ae p ax l", "dh ax", "p eh r"]
        assert names("supported parties' 2") == ["s ax p ao r t ih d", "p aa r dx iy z", "t uw"]
        with pytest.raises(ValueError, match="zzyzx"):
            english.units("call zzyzx")
        assert english.cleaned("call zzyzx, please") == "call , please"
        assert english.foreign("call zzyzx")
        assert not english.foreign("call me, please")


if find_spec("pypinyin") and find_spec("jieba"):  # in the training environment only: reading Chinese text

    def test_a_label_stands_after_its_phrase():
        token = len(reading.UNITS) + labels.LABEL_ID["greeting"]
        assert labels.target("您好，王") == [*reading.units("nin2 hao3"), token, *reading.units("wang2")]

    def test_homophones_are_found_and_phrases_are_not():
        assert labels.homophones("在建") == ["farewell"]
        assert labels.homophones("再见") == []

    def test_train_and_test_sentences_differ():
        from model.corpus.sentences import sentences

        train = {text for _, text in sentences("train", 150, 5)}
        assert train == {text for _, text in sentences("train", 150, 5)}  # seeded
        long = {t for _, t in sentences("test", 150, 6) if len(t) > 8}
        assert not long & train


# The everyday confusables of the standard's keyword table, label by label.
CONFUSABLES = """很好 那好 你号 年号 您看 您要 您还 名号 你们好 早上 上好 晚上有 往上 维修服务 服务费 售后服务 自助服务
为您查询 可以办 可以绑定 可不可以 可以吗 帮忙 请将 请叫 请加 请交 多等等 稍早 上等 平等 高等 烧 九点 就等
旧的 担心 内心 等待中 对不对 买不起 了不起 对比 报价 报销 保全 保健 写写 姐姐 解决 协议 感觉 改写 感想 再讲
在线 再加 这件 没有什么 为什么 还要什么 有什么 还有一个 主题 转机 转交 专家 转账 不可以 不用 现身 先生产 小节
刚才 听清楚 方面 方案 大概点 看不见 听不清 听不到 都知道 您知道 请问我 我问一下 归我们管 由我管 有办法 想办法
记什么 需要什么 快递 怎么说 要加班 您看 自己选 您必须 弄错了 本事""".split()


def test_every_confusable_of_the_standard_is_a_negative_or_cannot_be_one():
    """A near-homophone stands in NEAR, or inside a word there; what sounds exactly like a label, or holds it, is no negative: context decides."""
    from sidetone_host.phrases import mandarin

    near = [word for words in labels.NEAR.values() for word in words]
    sounds = {tuple(mandarin.spell(mandarin.read(p))) for phrases in labels.LEARNED.values() for p in phrases}
    texts = [p for phrases in {**labels.LEARNED, **labels.GIVEN}.values() for p in phrases]
    exempt = []
    for word in CONFUSABLES:
        if any(word in known for known in near):
            continue
        exempt.append(word)
        assert tuple(mandarin.spell(mandarin.read(word))) in sounds or any(p in word or word in p for p in texts), word
    assert sorted(exempt) == sorted(["请将", "就等", "写写", "先生产", "听不清"])
