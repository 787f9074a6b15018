"""Every color of the site: defined once, visible, and told apart by every reader."""

import re
from itertools import combinations, product
from pathlib import Path

import numpy as np
import pytest

from gdinverse import figures
from gdinverse.figures.style import INK, PAPER
from tests.docs.color import VISIONS, contrast, difference, lab

ASSETS = Path(__file__).parents[2] / "docs/assets"
SHEETS = sorted((ASSETS / "css").glob("*.css"))
COLOR = re.compile(r"#[0-9a-fA-F]{3,8}\b|\b(?:rgb|hsl|hwb|lab|lch|oklab|oklch|color)a?\(")
NAMED = re.compile(r":[^;{}]*\b(?:black|white|gr[ae]y|red|green|blue|orange|yellow|purple)\b")


def without_comments(css):
    return re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)


TOKENS = without_comments((ASSETS / "css/tokens.css").read_text())


def tokens(selector):
    """The colors that the first block of a selector defines."""
    block = re.search(re.escape(selector) + r"\s*\{(.*?)\}", TOKENS, re.DOTALL)[1]
    return dict(re.findall(r"--gd-([\w-]+):\s*(#[0-9a-f]{6});", block))


LIGHT = tokens("[data-md-color-scheme]")
SCHEMES = {"light": LIGHT, "dark": LIGHT | tokens('[data-md-color-scheme="slate"]')}
ON_MAP = ("on-onlight", "on-ondark")
TEXTS = ["text", "muted", "link", "fn", *(t for t in LIGHT if t.startswith("on-"))]
TEXTS = [token for token in TEXTS if token not in ON_MAP]
LINES = list(figures.ROLES)


def test_the_tokens_were_found():
    assert len(LIGHT) == 30
    assert len(TEXTS) == 14
    assert len(tokens('[data-md-color-scheme="slate"]')) == 18


def test_each_line_has_a_partner_for_its_text():
    assert {f"on-{role}" for role in LINES} <= set(LIGHT)
    sheet = (ASSETS / "css/site.css").read_text()
    for role in (*LINES, "onlight", "ondark"):
        assert f'[data-role="{role}"] text {{ fill: var(--gd-on-{role})' in sheet


@pytest.mark.parametrize(("scheme", "token"), list(product(SCHEMES, TEXTS)))
def test_text_can_be_read(scheme, token):
    colors = SCHEMES[scheme]
    for ground in ("bg", "surface"):
        assert contrast(colors[token], colors[ground]) >= 4.5


@pytest.mark.parametrize(("scheme", "token"), list(product(SCHEMES, ["edge", *LINES])))
def test_lines_and_edges_can_be_seen(scheme, token):
    colors = SCHEMES[scheme]
    assert contrast(colors[token], colors["bg"]) >= 3
    if token == "edge":
        assert contrast(colors[token], colors["surface"]) >= 3


def test_lines_have_one_color_in_both_schemes():
    assert not set(LINES) & set(tokens('[data-md-color-scheme="slate"]'))


def test_figures_have_the_colors_of_the_page():
    assert {role: style.color for role, style in figures.ROLES.items()} == {
        role: LIGHT[role] for role in LINES
    }
    assert (LIGHT["on-onlight"], LIGHT["on-ondark"]) == (INK, PAPER)


def test_only_the_tokens_name_a_color():
    for sheet in SHEETS:
        css = without_comments(sheet.read_text())
        rest = re.sub(r"--gd-[\w-]+:\s*#[0-9a-f]{6};", "", css) if sheet.stem == "tokens" else css
        assert not COLOR.findall(rest), sheet.name
        assert not NAMED.findall(rest), sheet.name


def test_drawings_use_the_tokens_colors():
    for drawing in ASSETS.glob("*.svg"):
        assert set(re.findall(r"#[0-9a-f]{6}", drawing.read_text())) <= set(LIGHT.values())


def test_the_difference_of_colors_is_the_published_one():
    """Three pairs of Sharma, Wu & Dalal (2005), table 1."""
    for one, other, published in (
        ((50, 2.6772, -79.7751), (50, 0, -82.7485), 2.0425),
        ((50, 2.5, 0), (61, -5, 29), 22.8977),
        ((2.0776, 0.0795, -1.1350), (0.9033, -0.0636, -0.5514), 0.9082),
    ):
        assert difference(np.array(one), np.array(other)) == pytest.approx(published, abs=1e-4)


@pytest.mark.parametrize("vision", VISIONS)
@pytest.mark.parametrize("group", [LINES[:5], LINES[5:]], ids=["roles", "series"])
def test_colors_of_one_figure_are_told_apart_by_every_reader(group, vision):
    seen = {role: lab(LIGHT[role], vision) for role in group}
    assert len(seen) == 5
    for one, other in combinations(seen, 2):
        assert difference(seen[one], seen[other]) >= 12, (one, other)


@pytest.mark.parametrize("vision", VISIONS)
def test_the_map_grows_lighter_in_equal_steps_for_every_reader(vision):
    steps = np.diff([lab(color, vision)[0] for color in figures.SEQUENTIAL])
    assert steps.min() > 12
    assert steps.max() - steps.min() < 4


def test_words_on_the_map_can_be_read():
    dark, bright = figures.SEQUENTIAL[:3], figures.SEQUENTIAL[3:]
    assert min(contrast(color, LIGHT["on-ondark"]) for color in dark) >= 4.5
    assert min(contrast(color, LIGHT["on-onlight"]) for color in bright) >= 4.5
