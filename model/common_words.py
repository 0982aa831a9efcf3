"""Common Chinese words with their units, for `sidetone phrases`: model/released/zh/words.xz, from jieba's dictionary (MIT).

python -m model.common_words
"""

import lzma
import re

from model.corpus import pinyin
from model.release import RELEASED

LEAST = 120  # of 60 million words in the count: the common ones


def main():
    import jieba

    rows, total = [], 0
    with open(jieba.__file__.replace("__init__.py", "dict.txt"), encoding="utf-8") as f:
        for line in f:
            word, count, _ = line.split()
            total += int(count)
            if int(count) >= LEAST and 1 < len(word) <= 5 and re.fullmatch("[\u4e00-\u9fff]+", word):
                rows.append((word, int(count)))
    lines = ["# common words, units, per million words; from jieba 0.42.1's dictionary (MIT, Sun Junyi); made by model/common_words.py"]
    for word, count in sorted(rows, key=lambda r: (-r[1], r[0])):
        try:
            units = " ".join(pinyin.UNITS[u] for u in pinyin.units(word))
        except ValueError:
            continue
        lines.append(f"{word}\t{units}\t{count / total * 1e6:.2f}")
    path = RELEASED / "zh" / "words.xz"
    path.write_bytes(lzma.compress(("\n".join(lines) + "\n").encode(), preset=9))
    print(f"{len(lines) - 1} words, {path.stat().st_size} bytes")


if __name__ == "__main__":
    main()
