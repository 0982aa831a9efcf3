"""Common words with their units, for `sidetone phrases`: words.xz beside the released network.

    SIDETONE_LANGUAGE=zh|en python -m model.common_words

In Mandarin from jieba's dictionary (MIT), to compare a phrase with. In English also to read phrases by: every word of symspellpy's frequency
list (MIT) and of misaki's lexicon (MIT) that has a pronunciation.
"""

import lzma

from model.corpus.language import CODE, reading
from model.release import RELEASED


def main():
    source, rows = reading.word_list()
    lines = [f"# common words, units, per million words; from {source}; made by model/common_words.py"]
    lines += [f"{word}\t{' '.join(reading.UNITS[u] for u in ids)}\t{per_million:.2f}" for word, ids, per_million in rows]
    path = RELEASED / CODE / "words.xz"
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(lzma.compress(("\n".join(lines) + "\n").encode(), preset=9))
    print(f"{len(rows)} words, {path.stat().st_size} bytes")


if __name__ == "__main__":
    main()
