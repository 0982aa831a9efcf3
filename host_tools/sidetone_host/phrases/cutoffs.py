"""The cutoff of a label whose texts change: chosen by what its texts fit on the negatives, unless somebody set another one.

A file does not say who wrote a cutoff. One that is what would be chosen for the label's texts was chosen, and is chosen anew for others; any
other was set by hand (or by another release), and stays.
"""

from __future__ import annotations

from typing import Any

from sidetone_host import released
from sidetone_host.phrases import estimate, reading, site


def row_of(manifest: dict[str, Any], language: str, texts: list[str], cutoff_q8: int = 0) -> dict[str, Any]:
    """A row of PhraseSpotter for a label with these texts. ValueError, one line, where one cannot be heard."""
    ids = {name: k for k, name in enumerate(manifest["units"])}
    return estimate.row_of(manifest, "phrase", [[ids[unit] for unit in site.units_of(text, language)] for text in texts], cutoff_q8)


def after(language: str, old_q8: int, before: list[str], texts: list[str]) -> tuple[int, int]:
    """(the cutoff in Q8 that a label with `texts` gets, the one that would be chosen for them): they differ where somebody set another one.
    before: the texts that it has had with the cutoff old_q8, 0 for the network's own; none of a new label. ValueError where a text
    cannot be heard; CannotDo where there are no negatives to choose by."""
    manifest = released.load(language).manifest
    negatives = estimate.load(released.FOLDER / language, manifest["sha256"])
    spoken = reading.of(language)
    asked = [texts, *([before] if old_q8 else [])]
    rows = [row_of(manifest, language, wanted) for wanted in asked]
    chosen = [
        estimate.own_cutoff(manifest, result, min(spoken.syllables(spoken.read(text)) for text in wanted), min(map(len, row["phrases"])))
        for wanted, row, result in zip(asked, rows, estimate.false_alarms(manifest, negatives, rows), strict=True)
    ]
    by_hand = old_q8 and old_q8 != chosen[-1]
    return old_q8 if by_hand else chosen[0], chosen[0]
