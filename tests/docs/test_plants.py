"""Mistakes, planted one at a time in a copy of a small site: each must stop the build."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.docs.prose import bare_numbers
from tests.docs.site import build, small_site

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
        "no page series/9-none has run",
    ),
    "a value where nothing runs": (
        HOME,
        "\n{{= 1 + 1 }}\n",
        "index.md: {{= 1 + 1 }}: LookupError: only a notebook has values of its own",
    ),
    "a value of another page in a heading": (
        HOME,
        "\n## So {{= series/1-small#answer }}\n",
        "index.md: neither values of other pages nor math in headings",
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


@pytest.fixture(scope="module")
def builds(request, tmp_path_factory):
    """All builds that the chosen tests ask for, two at a time: they mostly wait for kernels."""
    chosen = [item.callspec.params["plant"] for item in request.session.items if is_plant(item)]
    with ThreadPoolExecutor(2) as pool:
        yield {plant: pool.submit(planted, plant, tmp_path_factory.mktemp("p")) for plant in chosen}


def is_plant(item):
    return "plant" in getattr(getattr(item, "callspec", None), "params", {})


def planted(plant, folder):
    page, text, _ = PLANTS[plant]
    site = small_site(folder / "site")
    with (site / page).open("a") as file:
        file.write(text)
    return build(site, folder / "built")


def test_the_small_site_is_whole(small_built):
    home = (small_built / "site/index.html").read_text()
    page = (small_built / "site/series/1-small/index.html").read_text()
    assert "The answer is 42." in home
    assert "In 2020 the answer was 42." in page
    assert 'aria-label="A line from 1 to 2."' in page
    assert list(bare_numbers(small_built / NOTEBOOK)) == []


@pytest.mark.parametrize("plant", PLANTS)
def test_the_build_stops_at(plant, builds):
    built = builds[plant].result()
    assert built.returncode != 0
    assert PLANTS[plant][-1] in built.stdout


def test_the_check_of_prose_stops_at_a_wrong_number(small_built, tmp_path):
    planted = tmp_path / "page.py"
    planted.write_text((small_built / NOTEBOOK).read_text() + f"{PROSE}It takes 865 steps.\n")
    assert [message[:15] for message in bare_numbers(planted)] == ["page.py:31: 865"]
