"""The search's other words lead to sections that are there, and what pages print is found."""

import json
import tomllib

import pytest

from tests.docs.site import ROOT

WORDS = tomllib.loads((ROOT / "docs/_machinery/searching.toml").read_text())


@pytest.fixture(scope="module")
def entries(site):
    index = json.loads((site / "search/search_index.json").read_text())
    return {entry["location"]: entry for entry in index["docs"]}


def test_every_other_word_leads_to_a_section_that_is_there(entries):
    assert WORDS.keys() - entries.keys() == set()
    assert all(entries[place]["also"] == words for place, words in WORDS.items())


def test_what_a_section_prints_is_found_and_not_shown(entries):
    floor = entries["reference/why-did-it-not-converge/#floor"]
    assert "rounding" in floor["said"].split()
    assert "within the rounding of this dtype" not in floor["text"]


def test_letters_of_drawings_are_not_in_the_index(entries):
    assert "10−8" not in entries[""]["text"]


def test_a_formula_is_read_once(entries):
    text = entries["theory/scaling/#what-sets-the-steps"]["text"]
    assert "with a matrix A of m rows" in text


def test_no_code_is_in_the_index(entries):
    assert [place for place, entry in entries.items() if "import torch" in entry["text"]] == []


def test_sections_come_before_pages_symptoms_before_others_and_parts_of_a_class_last(entries):
    boosts = {kind_of(place): entry.get("boost", 1) for place, entry in entries.items()}
    assert boosts == {"page": 1, "part": 0.5, "section": 3, "symptom": 6}


def kind_of(place):
    page, _, anchor = place.partition("#")
    if page.startswith("failures/") or "did-it-not" in page:
        return "symptom" if anchor else "page"
    part = anchor.rpartition(".")[0].rpartition(".")[2][:1].isupper()
    return "part" if part else "section" if anchor else "page"
