import pytest

from tests.docs.prose import bare_numbers
from tests.docs.site import ROOT

PAGES = sorted(p for p in ROOT.glob("docs/**/*.*") if p.suffix in (".md", ".py"))
PAGES = [page for page in PAGES if "_machinery" not in page.parts]


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT / "docs")))
def test_no_number_in_prose_is_typed_by_hand(page):
    assert list(bare_numbers(page)) == []


@pytest.mark.parametrize(
    "prose",
    [
        "It takes 865 steps.",
        "The rate is 0.984.",
        "Below $10^{-6}$ at last.",
        "Below 1e-6 at last.",
        "Below 10⁻⁶, or 10<sup>-6</sup>.",
        "After 10,055 steps.",
        "!!! claim\n    It is .984 here.",
        "`code` and 0.5 and `code`",
    ],
)
def test_a_number_typed_by_hand_is_found_with_its_line(tmp_path, prose):
    page = tmp_path / "page.md"
    page.write_text(f"# Title\n\n{prose}\n")
    assert any(message.startswith(("page.md:3: ", "page.md:4: ")) for message in bare_numbers(page))


@pytest.mark.parametrize(
    "prose",
    [
        "Two steps, 4×4 matrices, $\\sigma_1$, $M^{-1}$, `float64`, float32, 86 %, n² and 2σ²/n².",
        "It takes {{= result.steps : ,d }} steps,\n{{= 1000 *\n2 : .3f }} or `0.9`.",
        "```python\nx = 0.9\n```\n\n[link](page.md#at-0.9) https://example.com/865",
        '<svg width="720" height="400"><path d="M 0.5 100"/></svg> {: style="top: 100px" }',
        '!!! exercise "Exercise 2.1"\n    In 2020 it was so.',
    ],
)
def test_values_code_addresses_and_what_is_given_may_stand(tmp_path, prose):
    page = tmp_path / "page.md"
    page.write_text(f"---\ngiven: [2020]\n---\n# Title\n\n{prose}\n")
    assert list(bare_numbers(page)) == []


def test_only_the_prose_of_a_notebook_is_read(tmp_path):
    page = tmp_path / "page.py"
    page.write_text(
        "# ---\n# given: [0.9]\n# ---\n\n# %% [markdown]\n# At 0.9 and 0.8.\n\n# %%\n# 0.7\n0.6\n"
    )
    assert [message[:14] for message in bare_numbers(page)] == ["page.py:6: 0.8"]
