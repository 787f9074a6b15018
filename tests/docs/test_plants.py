"""Mistakes, each planted in a page of its own of one small site: the build must name every one.

Whatever is named stops the build: that is shown on one mistake of each kind, alone in a site.
"""

import pytest

from tests.docs.prose import bare_numbers
from tests.docs.site import add_to_nav, build, small_site

NOTEBOOK = "docs/series/1-small.py"
HOME = "docs/index.md"
CELL = "\n# %%\n"
PROSE = "\n# %% [markdown]\n# "

PLANTS = {
    "a cell that raises": (
        NOTEBOOK,
        f"{CELL}1 / 0\n",
        "series/1-small.py, cell 7 (1 / 0): ZeroDivisionError: division by zero",
    ),
    "a claim that does not hold": (
        NOTEBOOK,
        f"{CELL}assert gd.ANSWER == 41, gd.ANSWER\n",
        "series/1-small.py, cell 7 (assert gd.ANSWER == 41, gd.ANSWER): AssertionError: 42",
    ),
    "a kernel that dies": (NOTEBOOK, f"{CELL}os._exit(1)\n", "cell 7 (os._exit(1)): Kernel died"),
    "a warning": (
        NOTEBOOK,
        f'{CELL}import warnings\nwarnings.warn("careful")\n',
        "UserWarning: careful",
    ),
    "a warning without an end": (
        NOTEBOOK,
        f'{CELL}import sys\nprint("careful", end="", file=sys.stderr)\n',
        "cell 7 (import sys): careful",
    ),
    "a value that fails": (
        NOTEBOOK,
        f"{PROSE}So {{{{= nothing : d }}}}.\n",
        "cell 7 (So {{= nothing : d }}.): {{= nothing : d }}: NameError: name 'nothing' is not",
    ),
    "a value in a wrong format": (
        NOTEBOOK,
        f"{PROSE}So {{{{= gd.ANSWER : nonsense }}}}.\n",
        "{{= gd.ANSWER : nonsense }}: ValueError: Invalid format specifier",
    ),
    "values that are no plain numbers": (
        NOTEBOOK,
        f'{CELL}values["figure"] = figure\n',
        "values: TypeError: Object of type Figure is not JSON serializable",
    ),
    "a value that another page lacks": (
        HOME,
        "\n{{= series/1-small#nothing }}\n",
        "index.md: {{= series/1-small#nothing }}: KeyError: 'nothing'",
    ),
    "a value of a page that is not there": (
        NOTEBOOK,
        f"{PROSE}{{{{= series/9-none#answer }}}}\n",
        "no page series/9-none runs",
    ),
    "a value where nothing runs": (
        HOME,
        "\n{{= 1 + 1 }}\n",
        "index.md: {{= 1 + 1 }}: LookupError: only a notebook has values of its own",
    ),
    "a formula in a heading": (
        NOTEBOOK,
        f"{PROSE}## So $x$\n",
        "series/1-small.py: no math in headings: <h2",
    ),
    "a complaint from below Python": (
        NOTEBOOK,
        f'{CELL}_ = os.write(2, b"careful")\n',
        """cell 7 (_ = os.write(2, b"careful")): careful""",
    ),
    "a formula that TeX rejects": (
        NOTEBOOK,
        f"{PROSE}So $\\nonsense$.\n",
        "1-small.py: $\\nonsense$: KaTeX parse error: Undefined control sequence: \\nonsense",
    ),
    "an anchor that is not there": (
        NOTEBOOK,
        f"{PROSE}[So](#nowhere)\n",
        "Doc file 'series/1-small.py' contains a link '#nowhere', but there is no such anchor",
    ),
    "an anchor that another page lacks": (
        NOTEBOOK,
        f"{PROSE}[So](../index.md#nowhere)\n",
        "'series/1-small.py' contains a link '../index.md#nowhere', but the doc 'index.md'",
    ),
    "a link that leads nowhere": (
        NOTEBOOK,
        f"{PROSE}[So](nowhere.md)\n",
        "'series/1-small.py' contains a link 'nowhere.md', but the target 'series/nowhere.md'",
    ),
    "a figure without a text alternative": (
        NOTEBOOK,
        f"{CELL}figure.update_layout(meta={{'caption': 'Up.'}})\n",
        "cell 7 (figure.update_layout(meta={'caption': 'Up.'})): ValueError: this figure has no",
    ),
    "a figure without a claim": (
        NOTEBOOK,
        f"{CELL}figure.update_layout(title_text='')\n",
        "ValueError: this figure has no title",
    ),
    "a figure that draws nothing": (
        NOTEBOOK,
        f"{CELL}go.Figure(layout=figure.layout)\n",
        "ValueError: this figure has no traces",
    ),
    "a figure that no browser can read": (
        NOTEBOOK,
        f"{CELL}figure.update_layout(meta={{'alt': object()}})\n",
        "cell 7 (figure.update_layout(meta={'alt': object()})): TypeError: Object of type",
    ),
}


def page_of(plant):
    """Where it stands: Markdown at the top, notebooks where they are."""
    number = list(PLANTS).index(plant)
    return f"plant-{number}.md" if PLANTS[plant][0] == HOME else f"series/plant-{number}.py"


@pytest.fixture(scope="module")
def said(tmp_path_factory):
    """What a build says of a site with every mistake, line by line."""
    site = small_site(tmp_path_factory.mktemp("plants") / "site")
    pages = {}
    for plant, (source, text, _) in PLANTS.items():
        pages[page_of(plant)] = (site / source).read_text() + text
    for page, text in pages.items():
        (site / "docs" / page).write_text(text)
    add_to_nav(site, pages)
    built = build(site, site.parent / "built")
    assert built.returncode != 0
    return built.stdout.splitlines()


def expected(plant):
    page = page_of(plant)
    words = PLANTS[plant][-1].replace("series/1-small.py", page).replace("index.md: ", f"{page}: ")
    return words.replace("1-small.py: ", f"{page}: ")


def alone(plant, folder, **options):
    site = small_site(folder / "site")
    source, text, _ = PLANTS[plant]
    with (site / source).open("a") as file:
        file.write(text)
    return build(site, folder / "built", **options)


def test_the_small_site_is_whole(small_built):
    home = (small_built / "site/index.html").read_text()
    page = (small_built / "site/series/1-small/index.html").read_text()
    assert "The answer is 42." in home
    assert '<h2 id="it-is-42">It is 42' in home
    assert "In 2020 the answer was 42." in page
    assert 'aria-label="A line from 1 to 2."' in page
    assert list(bare_numbers(small_built / NOTEBOOK)) == []


@pytest.mark.parametrize("plant", PLANTS)
def test_the_build_names(plant, said):
    found = [line for line in said if expected(plant) in line]
    assert [line for line in found if line.startswith(("ERROR ", "WARNING "))]


@pytest.mark.parametrize("plant", ["a cell that raises", "an anchor that is not there"])
def test_one_mistake_alone_stops_the_build(plant, tmp_path):
    built = alone(plant, tmp_path)
    assert built.returncode != 0
    assert PLANTS[plant][-1] in built.stdout


def test_a_page_that_does_not_run_stops_a_build_that_is_not_strict_too(tmp_path):
    built = alone("a cell that raises", tmp_path, strict=False)
    assert built.returncode != 0
    assert "1 mistake" in built.stdout


def test_a_package_that_cannot_be_imported_says_so_itself(tmp_path):
    site = small_site(tmp_path / "site")
    (site / "gdinverse/figures.py").write_text("import nothing_of_this_name\n")
    built = build(site, tmp_path / "built")
    assert built.returncode != 0
    assert "ModuleNotFoundError: No module named 'nothing_of_this_name'" in built.stdout


def test_the_check_of_prose_stops_at_a_wrong_number(small_built, tmp_path):
    planted = tmp_path / "page.py"
    planted.write_text((small_built / NOTEBOOK).read_text() + f"{PROSE}It takes 865 steps.\n")
    assert [message[:15] for message in bare_numbers(planted)] == ["page.py:31: 865"]
