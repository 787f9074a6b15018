"""A term of the glossary has its line where a page first uses it, and nowhere else."""

import html
import importlib
import re

import pytest

from tests.docs.site import ROOT, build

GLOSSARY = ROOT / "docs/reference/glossary.md"
TERM = re.compile(r'<a class="gd-term" href="([^"]*)#([\w-]+)" data-line="([^"]*)">([^<]*)</a>')
ENTRIES = {
    "run": ("run", True, "A guess and all its steps."),
    "rate": ("rate", False, "The factor per step."),
    "learning-rate": ("learning rate", False, "How much of the gradient."),
    "penalty": ("penalty", False, "Extra loss."),
}


@pytest.fixture
def glossary(monkeypatch):
    monkeypatch.syspath_prepend(ROOT / "docs/_machinery")
    return importlib.import_module("glossary")


@pytest.fixture
def with_tooltips(glossary):
    """What becomes of a paragraph, given some of the terms above."""

    def with_tooltips(page, names=tuple(ENTRIES)):
        terms = {n: (glossary.words(*ENTRIES[n][:2]), ENTRIES[n][2]) for n in names}
        return glossary.with_tooltips(page, terms, "../glossary/")

    return with_tooltips


def told(page):
    return [match[4] for match in TERM.finditer(page)]


@pytest.mark.parametrize(
    ("page", "words"),
    [
        ("<p>The rate, the rate.</p><p>A rate.</p>", ["rate"]),
        ("<p>A Learning\nrate is no rate.</p>", ["Learning\nrate", "rate"]),
        ("<p>Penalties weigh.</p>", ["Penalties"]),
        ("<p>You run it. The run ends.</p>", ["run"]),
        ("<p>Rating, berate, rate-limited, learning-rate.</p>", []),
        ("<h2>The rate</h2><p>See <code>rate</code>, <a href='#'>a rate</a>.</p>", []),
        ("<pre><code>a rate</code></pre><details><p>A rate.</p></details>", []),
        ('<p class="gd-lead">A <em>rate</em>.</p><p>The <em>rate</em>.</p>', ["rate"]),
        ('<p title="a > rate">Nothing.</p><!-- a rate -->', []),
    ],
)
def test_a_term_has_its_line_where_it_is_first_used_in_prose(with_tooltips, page, words):
    changed = with_tooltips(page)
    assert told(changed) == words
    assert TERM.sub(r"\4", changed) == page


def test_a_term_that_leaves_the_glossary_leaves_the_pages(with_tooltips):
    page = "<p>The rate and the penalty.</p>"
    assert told(with_tooltips(page)) == ["rate", "penalty"]
    assert told(with_tooltips(page, ["penalty"])) == ["penalty"]
    assert with_tooltips(page, []) == page


def test_the_glossary_of_a_site_is_read_when_it_is_built(small):
    source = small / "docs/reference/glossary.md"
    source.parent.mkdir()
    entry = "answer {: #answer }\n:   What is sought, `x`, if x < 1.\n"
    source.write_text(f"# Glossary\n\n{entry}")
    config = small / "mkdocs.yml"
    config.write_text(
        config.read_text().replace("  - index.md\n", "  - index.md\n  - reference/glossary.md\n")
    )
    assert terms_of_a_build(small) == [
        ("../../reference/glossary/", "answer", "What is sought, x, if x &lt; 1.", "answer")
    ]
    source.write_text("# Glossary\n")
    assert terms_of_a_build(small) == []


def terms_of_a_build(folder):
    built = build(folder, folder / "site", ci=False)
    assert built.returncode == 0, built.stdout
    return TERM.findall((folder / "site/series/1-small/index.html").read_text())


def test_every_entry_is_one_line_in_one_sense(glossary):
    text = GLOSSARY.read_text()
    terms = glossary.terms(text)
    assert len(terms) == text.count("\n:   ") >= 25
    for _, line in terms.values():
        assert line[0].isupper()
        assert line.endswith(".")
        assert len(line) <= 110


def test_the_page_on_the_curve_has_the_lines_of_the_glossary(site, glossary):
    page = (site / "series/2b-curve/index.html").read_text()
    found = TERM.findall(page)
    lines = {anchor: line for anchor, (_, line) in glossary.terms(GLOSSARY.read_text()).items()}
    assert {"loss", "learning-rate", "momentum", "mode", "window"} <= {term[1] for term in found}
    assert len({term[1] for term in found}) == len(found)
    assert page.count('class="gd-term"') == len(found)
    for address, anchor, line, _ in found:
        assert address == "../../reference/glossary/"
        assert html.unescape(line) == lines[anchor]
