"""What the corpus holds, counted from its plan (and from the shards that are finished): unique sentences by who says them.

python -m model.corpus.count [SHARDS]      # default 120, of 50 clips
"""

import json
import sys

from model.corpus import labels, synthesize
from model.corpus.language import reading


def side(kind):
    """Who says a sentence of this kind: 'agent', 'customer' or 'plain' (common words in plain frames)."""
    return kind if kind in ("customer", "plain") else "agent"


def tally(rows):
    """Rows with text and kind -> {side: unique sentences}, {label or kind: unique sentences}."""
    sides, kinds = {}, {}
    for row in rows:
        sides.setdefault(side(row["kind"]), set()).add(row["text"])
        kinds.setdefault(row["kind"], set()).add(row["text"])
    return {k: len(v) for k, v in sorted(sides.items())}, {k: len(v) for k, v in sorted(kinds.items())}


def near_words(rows):
    """{group: how many of its near-homophones stand in the sentences} against how many there are."""
    texts = "\n".join(row["text"] for row in rows)
    return {group: (sum(reading.occurrences(texts, word) != [] for word in words), len(words)) for group, words in labels.NEAR.items()}


def main():
    shards = int(sys.argv[1]) if len(sys.argv) > 1 else 120
    planned = [row for shard in range(shards) for row in synthesize.plan("train", shard)]
    finished = [json.loads(line) for path in sorted(synthesize.folder().glob("train-[0-9]*.jsonl")) if path.with_suffix(".npz").exists()
                for line in path.open(encoding="utf-8")]  # fmt: skip
    for name, rows in ((f"planned, {shards} shards", planned), ("finished", finished)):
        sides, kinds = tally(rows)
        print(f"{name}: {len(rows)} clips; unique sentences: " + ", ".join(f"{v} {k}" for k, v in sides.items()))
        print("  by kind: " + ", ".join(f"{k} {v}" for k, v in kinds.items()))
        print("  near-homophones that stand in one: " + ", ".join(f"{k} {a}/{b}" for k, (a, b) in near_words(rows).items()))


if __name__ == "__main__":
    main()
