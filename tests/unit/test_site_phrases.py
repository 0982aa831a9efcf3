"""A site's phrases as a profile carries them, and personal cutoffs. Runs on both runtimes."""

from checks import raises
from sidetone.core.etiquette.profile import Profile, ProfileError
from sidetone.core.etiquette.site_phrases import MOST_LABELS, label_fault, phrases_fault
from sidetone.core.speech.phrases import PhraseSpotter, site_rows
from test_phrases import manifest, say

GOOD = [["company", 0, ["h uan i ing"]], ["promise", -77, ["d ang t ian", "m ing t ian"]]]
NAMES = {"units": ["<b>", "h", "uan", "i", "ing", "t", "ian", "ang"]}


def test_good_phrases_go_through_a_profile_as_a_device_gets_them():
    made = Profile([("phrases", GOOD)])
    assert [row[0] for row in made.get("phrases")] == ["company", "promise"]
    assert Profile(made.differences()).get("phrases") == made.get("phrases")
    assert Profile().get("phrases") == () and Profile().differences() == []


def test_what_cannot_be_a_phrase_is_refused():
    for bad in (
        "company", [["company"]], [["company", 0, []]], [["Company", 0, ["h uan"]]], [["greeting", 0, ["h uan"]]], [["a", 5, ["h uan"]]],
        [["a", True, ["h uan"]]], [["a", -2000, ["h uan"]]], [["a", 0, ["h"]]], [["a", 0, [7]]], [["a", 0, ["h uan"]], ["a", 0, ["h uan"]]],
        [["a" + str(k), 0, ["h uan"]] for k in range(MOST_LABELS + 1)],
    ):  # fmt: skip
        assert phrases_fault(bad) is not None, bad
        with raises(ProfileError):
            Profile([("phrases", bad)])
    assert phrases_fault(GOOD) is None and label_fault("company_2") is None
    for name in ("", "2nd", "a-b", "公司", "x" * 25, "farewell"):
        assert label_fault(name) is not None, name


def test_unit_names_become_the_networks_numbers():
    rows = site_rows(NAMES, [["company", 0, ["h uan i ing"]], ["promise", -77, ["t ian", "t ang"]]])
    assert rows == [{"label": "company", "phrases": [[1, 2, 3, 4]]}, {"label": "promise", "phrases": [[5, 6], [5, 7]], "cutoff_q8": -77}]
    assert site_rows({}, ()) == []
    with raises(ValueError):
        site_rows(NAMES, [["company", 0, ["h uan v"]]])


def test_an_agents_own_cutoff_stands_in_place_of_the_manifests():
    said = [1, 2, 3, 4, 0, 0]
    assert say(PhraseSpotter(manifest()), said) == []
    heard = say(PhraseSpotter(manifest(), cutoffs_q8=[["hello", -640], ["other", -1]]), said)
    assert [event[0] for event in heard] == ["hello"]
