"""Prose is spelled, linked and worded as agreed; and each of these checks can fail."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.docs.site import ROOT
from tests.docs.test_prose import PAGES
from tests.docs.wording import broken_links, unwanted_words

PROSE = [
    *PAGES,
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md")),
    *sorted(ROOT.glob("gdinverse/**/*.py")),
]
NOTEBOOK = "# ---\n# title: A\n# ---\n\n# %% [markdown]\n# {}\n\n# %%\n# simply code\n"


def name(path):
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", PROSE, ids=name)
def test_no_word_stands_that_we_do_not_use(path):
    assert list(unwanted_words(path)) == []


@pytest.mark.parametrize("path", PROSE, ids=name)
def test_no_external_link_is_broken_by_its_form(path):
    assert list(broken_links(path)) == []


def written(folder, prose, kind):
    path = folder / f"page.{kind}"
    path.write_text(
        {
            "md": f"# Title\n\nSome words.\n\n\n{prose}\n",
            "py": NOTEBOOK.format(prose),
            "module.py": f'"""What it is.\n\nMore.\n\n\n{prose}\n"""\n\nEASY = 1  # simply\n',
        }[kind]
    )
    return path


KINDS = ["md", "py", "module.py"]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "prose", ["It is simply so.", "Just run it.", "Of course.", "Its `approximate_inverse`: easy."]
)
def test_an_unwanted_word_is_found_with_its_line(tmp_path, prose, kind):
    (found,) = unwanted_words(written(tmp_path, prose, kind))
    assert found.split(":")[1] == "6"


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "prose",
    [
        "[so](https://example.com",
        "[so](https://example.com/a b)",
        "[so](http:/example.com)",
        "[so](https//example.com)",
        "[so] (https://example.com)",
        "See https://example.com for more.",
        "See www.example.com for more.",
    ],
)
def test_a_broken_link_is_found_with_its_line(tmp_path, prose, kind):
    found = list(broken_links(written(tmp_path, prose, kind)))
    assert found
    assert {message.split(":")[1] for message in found} == {"6"}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "prose",
    [
        "The run just below the edge, `just` and what they call “easy”.",
        "An unjust, uneasy adjustment.",
        "[so](https://example.com/a_(b)) and <https://example.com>.",
        "`https://example.com` and http://127.0.0.1:8000, `[so](http:/x)`.",
        "[so](../page.md#part) (in parentheses) and [1] (two).",
    ],
)
def test_what_is_quoted_or_whole_may_stand(tmp_path, prose, kind):
    path = written(tmp_path, prose, kind)
    assert list(unwanted_words(path)) == []
    assert list(broken_links(path)) == []


@pytest.mark.parametrize("kind", ["md", "py"])
def test_prose_is_spelled_as_torch_spells(tmp_path, kind):
    typos = Path(sys.executable).with_name("typos")
    wrong = "An optim" + "iser.", "T" + "eh end."  # in parts: this file is spelled too
    for prose, status in (("An optimizer in gray.", 0), (wrong[0], 2), (wrong[1], 2)):
        path = written(tmp_path, prose, kind)
        done = subprocess.run([typos, "--config", ROOT / ".typos.toml", path], capture_output=True)
        assert done.returncode == status, prose
