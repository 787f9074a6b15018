"""A value in prose is read as it is meant: what to compute or where it stands, and its format."""

import importlib

import pytest

from tests.docs.site import ROOT


@pytest.mark.parametrize(
    ("prose", "expression", "place", "spec"),
    [
        ("{{= x }}", "x", (None, None), None),
        ("{{=x : ,d }}", "x", (None, None), ",d"),
        ("{{= {a : b}[c] : .1e }}", "{a : b}[c]", (None, None), ".1e"),
        ("{{= {1: 2} }}", "{1: 2}", (None, None), None),
        ("{{= a[1:2]\n   : d }}", "a[1:2]", (None, None), "d"),
        ("{{= series/2-inverse#steps : ,d }}", None, ("series/2-inverse", "steps"), ",d"),
        ("{{=\nindex#hero }}", None, ("index", "hero"), None),
        ("{{= a/b#c + 1 }}", "a/b#c + 1", (None, None), None),
    ],
)
def test_a_value_says_what_it_is(monkeypatch, prose, expression, place, spec):
    monkeypatch.syspath_prepend(ROOT / "docs/_machinery")
    values = importlib.import_module("values")
    found, after = values.VALUE.finditer(f"a : b {prose} c : d {{{{= last }}}}")
    assert found[0] == prose
    assert found["expression"] == expression
    assert (found["page"], found["name"]) == place
    assert found["format"] == spec
    assert after["expression"] == "last"
