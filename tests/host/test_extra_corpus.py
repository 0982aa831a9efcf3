"""`make train EXTRA=DIR` and `make evaluate REAL=DIR`: the layouts of real corpora, and one plain line for what is none."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from model.corpus.extra import CorpusError, contents, listing, told


def sound(path: Path, format_: str | None = None) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, np.zeros(1600), 16000, format=format_)
    return path


def rows(folder: Path) -> list[tuple[str, str, str]]:
    return [(str(row.path.relative_to(folder)), row.text, row.speaker) for row in listing(folder)[0]]


def listed(folder: Path, lines: list[str], head: str = "file,text") -> None:
    (folder / "manifest.csv").write_text("\n".join([head, *lines]) + "\n", "utf-8")


def test_our_own_layout(tmp_path: Path) -> None:
    sound(tmp_path / "a.flac")
    sound(tmp_path / "more/b.wav")
    (tmp_path / "manifest.csv").write_text("\ufefffile,text,speaker\na.flac,您好,s1\nb.wav,再见,\nabsent.wav,谢谢,s1\n", "utf-8")
    (tmp_path / "other.csv").write_text("x,y\n1,2\n", "utf-8")  # no such columns: not a transcript
    assert rows(tmp_path) == [("a.flac", "您好", "s1"), ("more/b.wav", "再见", "manifest")]
    assert told(listing(tmp_path)[1]) == (
        "; left out: rows without their sound (1, first: absent.wav), tables with the columns x, y instead of file,text (1, first: other.csv)"
    )


def test_aishell_1_as_it_unpacks(tmp_path: Path) -> None:
    for name in ("train/S0002/BAC009S0002W0122", "dev/S0724/BAC009S0724W0121"):
        sound(tmp_path / f"data_aishell/wav/{name}.wav")
    transcript = tmp_path / "data_aishell/transcript/aishell_transcript_v0.8.txt"
    transcript.parent.mkdir()
    transcript.write_text("BAC009S0002W0122 而 对 楼市 成交\nBAC009S0724W0121 广州市 房地产\nBAC009S0009W0001 没有 声音\n", "utf-8")
    assert rows(tmp_path) == [
        ("data_aishell/wav/train/S0002/BAC009S0002W0122.wav", "而 对 楼市 成交", "S0002"),
        ("data_aishell/wav/dev/S0724/BAC009S0724W0121.wav", "广州市 房地产", "S0724"),
    ]


def test_common_voice_as_it_unpacks(tmp_path: Path) -> None:
    for name in ("common_voice_zh-CN_1.mp3", "common_voice_zh-CN_2.mp3"):
        sound(tmp_path / "zh-CN/clips" / name)
    head = "client_id\tpath\tsentence_id\tsentence\tup_votes\n"
    (tmp_path / "zh-CN/validated.tsv").write_text(head + 'c1\tcommon_voice_zh-CN_1.mp3\tx\t他说"您好。\t2\n', "utf-8")
    (tmp_path / "zh-CN/invalidated.tsv").write_text(head + "c2\tcommon_voice_zh-CN_2.mp3\tx\t错了。\t0\n", "utf-8")
    assert rows(tmp_path) == [("zh-CN/clips/common_voice_zh-CN_1.mp3", '他说"您好。', "c1")]
    x, rate = soundfile.read(tmp_path / "zh-CN/clips/common_voice_zh-CN_1.mp3")
    assert rate == 16000
    assert len(x) >= 1600


def test_lists_of_other_folders_count_beside_common_voice(tmp_path: Path) -> None:
    sound(tmp_path / "cv/clips/1.mp3")
    (tmp_path / "cv/validated.tsv").write_text("client_id\tpath\tsentence\nc1\t1.mp3\t您好\n", "utf-8")
    sound(tmp_path / "own/2.wav")
    (tmp_path / "own/text.tsv").write_text("2.wav\t再见\n", "utf-8")
    assert [name for name, _, _ in rows(tmp_path)] == ["cv/clips/1.mp3", "own/2.wav"]


def test_a_sound_in_two_tables_is_taken_once(tmp_path: Path) -> None:
    sound(tmp_path / "a.wav")
    for name in ("dev.tsv", "train.tsv"):
        (tmp_path / name).write_text("client_id\tpath\tsentence\nc1\ta.wav\t您好\n", "utf-8")
    found, left_out = listing(tmp_path)
    assert len(found) == 1
    assert told(left_out) == "; left out: rows for a sound that has one (1, first: a.wav)"


def test_what_lies_beside_a_list_is_no_list(tmp_path: Path) -> None:
    sound(tmp_path / "a.wav")
    (tmp_path / "MANIFEST.CSV").write_text("file,text\na.wav,您好\n", "utf-8")
    (tmp_path / "license.txt").write_bytes("中文许可".encode("gb18030"))
    (tmp_path / "README.txt").write_text("A corpus\nof sounds\n", "utf-8")
    found, left_out = listing(tmp_path)
    assert [row.text for row in found] == ["您好"]
    assert [str(kind) for kind, _ in left_out] == ["tables that name no sound of the folder", "tables that are not UTF-8 text"]


def test_the_contents_change_with_texts_and_sounds_not_with_the_place(tmp_path: Path) -> None:
    for name in ("here", "there"):
        sound(tmp_path / name / "a.wav")
        sound(tmp_path / name / "b.wav")
        listed(tmp_path / name, ["a.wav,您好"])
    before = contents(tmp_path / "here")
    assert contents(tmp_path / "there") == before
    found = {before}
    listed(tmp_path / "there", ["a.wav,您好", "b.wav,再见"])
    found.add(contents(tmp_path / "there"))
    for lines, head in ((["a.wav,再见"], "file,text"), (["a.wav,您好,zh"], "file,text,lang"), (["a.wav,您好,whisper"], "file,text,text_from")):
        listed(tmp_path / "here", lines, head)
        found.add(contents(tmp_path / "here"))
    listed(tmp_path / "here", ["a.wav,您好"])
    assert contents(tmp_path / "here") == before
    soundfile.write(tmp_path / "here/a.wav", np.zeros(1700), 16000)
    found.add(contents(tmp_path / "here"))
    assert len(found) == 6


def test_plain_lines(tmp_path: Path) -> None:
    sound(tmp_path / "anna/one.wav")
    sound(tmp_path / "ben/two.ogg", "OGG")
    (tmp_path / "text.txt").write_text("one.wav\t您好 再见\ntwo 谢谢\n\n", "utf-8")
    assert rows(tmp_path) == [("anna/one.wav", "您好 再见", "anna"), ("ben/two.ogg", "谢谢", "ben")]


def test_names_used_twice_need_their_folders(tmp_path: Path) -> None:
    sound(tmp_path / "a/1.wav")
    sound(tmp_path / "b/1.wav")
    (tmp_path / "t.csv").write_text("file,text\na/1.wav,您好\nb/1.wav,再见\n", "utf-8")
    assert [name for name, _, _ in rows(tmp_path)] == ["a/1.wav", "b/1.wav"]
    (tmp_path / "t.csv").write_text("file,text\n1.wav,您好\n", "utf-8")
    with pytest.raises(CorpusError, match="several sounds"):
        listing(tmp_path)


def test_a_row_takes_no_sound_of_another_folder(tmp_path: Path) -> None:
    sound(tmp_path / "spk2/001.wav")
    listed(tmp_path, ["spk1/001.wav,很高兴为您服务", "spk2/001.wav,您好"])
    assert [row[:2] for row in rows(tmp_path)] == [("spk2/001.wav", "您好")]
    assert told(listing(tmp_path)[1]) == "; left out: rows without their sound (1, first: 001.wav)"
    sound(tmp_path / "spk3/001.wav")
    listed(tmp_path, ["spk1/001.wav,很高兴为您服务", "spk2/001.wav,您好", "spk3/001.wav,再见"])
    assert [row[:2] for row in rows(tmp_path)] == [("spk2/001.wav", "您好"), ("spk3/001.wav", "再见")]


def test_a_list_may_name_more_or_fewer_folders_than_there_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sound(tmp_path / "here/spk1/001.wav")
    sound(tmp_path / "here/spk2/001.wav")
    listed(tmp_path / "here", ["/elsewhere/corpus/here/spk1/001.wav,您好", f"{tmp_path}/here/spk2/001.flac,再见"])
    monkeypatch.chdir(tmp_path)
    assert [row.text for row in listing("here")[0]] == ["您好", "再见"]
    assert contents("here") == contents(tmp_path / "here")


def test_names_with_dots_and_without_an_ending(tmp_path: Path) -> None:
    for name in ("call.wav", "call.1.wav", "call.2.wav"):
        sound(tmp_path / name)
    (tmp_path / "list.txt").write_text("call.1 您好\ncall.2 再见\n", "utf-8")
    assert [row[:2] for row in rows(tmp_path)] == [("call.1.wav", "您好"), ("call.2.wav", "再见")]


def test_a_text_with_a_comma_is_not_cut(tmp_path: Path) -> None:
    for name in ("a.wav", "b.wav"):
        sound(tmp_path / name)
    listed(tmp_path, ["a.wav,您好,有什么可以帮您", 'b.wav,"您好,再见"'])
    assert [row[:2] for row in rows(tmp_path)] == [("b.wav", "您好,再见")]
    assert "more columns than the head (a text that holds a comma is put in quotes) (1, first: a.wav)" in told(listing(tmp_path)[1])


def test_what_is_no_file_is_no_sound_and_no_list(tmp_path: Path) -> None:
    sound(tmp_path / "a.wav")
    (tmp_path / "b.wav").symlink_to(tmp_path / "not fetched.wav")
    (tmp_path / "notes.txt").mkdir()
    listed(tmp_path, ["a.wav,您好", "b.wav,再见"])
    assert [row[:2] for row in rows(tmp_path)] == [("a.wav", "您好")]
    assert len(contents(tmp_path)) == 64


@pytest.mark.parametrize(
    ("files", "word"),
    [
        ({}, "no sound"),
        ({"wav/S0002.tar.gz": b"x", "transcript/t.txt": "S1 您好".encode()}, r"unpack S0002.tar.gz first"),
        ({"a.wav": None}, "no line of text"),
        ({"a.wav": None, "t.txt": "b 您好".encode()}, "no line of text"),
        ({"a.wav": None, "t.txt": "a 您好".encode("gb18030")}, "not UTF-8 text .*t.txt"),
        ({"a.wav": None, "t.csv": b"datei,wort\na.wav,x"}, "columns datei, wort instead of file,text .*t.csv"),
    ],
)
def test_what_is_no_corpus_is_one_line(tmp_path: Path, files: dict[str, bytes | None], word: str) -> None:
    for name, data in files.items():
        if data is None:
            sound(tmp_path / name)
        else:
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_bytes(data)
    with pytest.raises(CorpusError, match=word) as caught:
        listing(tmp_path)
    assert "\n" not in str(caught.value)


def test_an_absent_folder_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="no such folder"):
        listing(tmp_path / "nowhere")
