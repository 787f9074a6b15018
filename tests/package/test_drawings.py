"""Drawings show the numbers where they are, at any width, without a script, and say them too."""

import ast
import gzip
import re
from functools import cache
from itertools import combinations, pairwise
from pathlib import Path
from types import SimpleNamespace
from xml.etree import ElementTree

import numpy as np
import plotly.graph_objects as go
import pytest
import torch

from gdinverse import figures
from gdinverse.figures.drawn import SHADES
from gdinverse.figures.labels import CHARACTER, LINE_HEIGHT
from gdinverse.figures.style import TOKENS
from gdinverse.figures.thin import corners

ROOT = Path(__file__).parents[2]
SIZES = [(358, 310), (748, 390)]  # what a phone and a wide page leave
MARGINS = (68, 70)  # of the plot, across and down
GRID = 4000


def empty(**options):
    return figures.figure("Claim 1 < 2", x="step", y="loss", alt="from 1 to 2", **options)


def lines():
    fig = empty()
    steps = np.arange(1000)
    for i, rate in enumerate((0.985, 0.97, 0.95, 0.9, 0.999)):
        figures.line(fig, steps, rate**steps, f"c{i + 1}", f"run {i + 1}", wide=i == 0)
    return figures.band(fig, 1e-44, 1e-38, "floor")


def dotted():
    fig = figures.dots(empty(log_y=False), range(6), range(6), "c3", "dots")
    figures.dot(fig, 3, 1, "failure", "dot")
    figures.label(fig, "r < 1 &amp;<br>σ<sub>1</sub> s", 1, 4, anchor="center", above=False)
    return figures.band(fig, 1, 2, "window", axis="x")


def barred():
    fig = empty(log_y=False)
    figures.bars(fig, ["a", "b"], [0.25, 0.75], "c5", ["25 %", "75 %"])
    return figures.bars(fig, ["a", "b"], [0.5, 0.5])


def mapped():
    fig = empty(log_y=False, x_range=(0, 4), y_range=(0, 1))
    figures.heatmap(fig, [1, 3], [0.25, 0.75], [[10, 100], [1000, float("inf")]])
    figures.line(fig, [0, 4], [0, 1], "limit")
    return figures.dot(fig, 1, 0.25, "map", "best")


def gridded():
    fig = figures.figure("X M", x="", y="", alt="X M is I")
    return figures.grids(fig, {"X M": [[0.5, -0.5], [0.0, 1.0]], "I": torch.eye(2)})


def compared():
    loss = 0.9 ** torch.arange(101, dtype=torch.float64)
    theory = SimpleNamespace(loss=loss, error=loss.sqrt(), steps=torch.tensor(100))
    run = SimpleNamespace(
        steps=torch.tensor(100),
        status=SimpleNamespace(name="converged"),
        history=SimpleNamespace(loss=loss),
        prediction=theory,
    )
    return figures.convergence({"": run})


def raw():
    fig = go.Figure(go.Scatter(y=np.array([1.0, 2.0, 4.0])), {"title_text": "Raw"})
    return fig.add_bar(x=[0, 1, 2], y=[1, 1, 1])


GALLERY = [lines, dotted, barred, mapped, gridded, compared, raw]


@cache
def drawn(make, **size):
    return parsed(make(), **size)


def parsed(fig, **size):
    return ElementTree.fromstring(re.sub(' xmlns="[^"]*"', "", figures.svg(fig, **size)))


def curves(drawing):
    """The corners of each line, in shares of the plot from its upper left corner."""
    for path in drawing.iter("path"):
        start = re.match(r"M(\d+) (-?\d+)l(.*)", path.get("d"))
        if start:
            steps = np.array([int(v) for v in re.findall(r"-?\d+", start[3])]).reshape(-1, 2)
            first = [[int(start[1]), int(start[2])]]
            yield np.concatenate([first, steps]).cumsum(axis=0) / GRID


def words(drawing):
    return {"".join(text.itertext()): text for text in drawing.iter("text")}


def share(text, name="x"):
    return float(text.get(name).removesuffix("%")) / 100


def box(text, width, height):
    """About where words lie on the plot, in pixels: as wide as those of Source Sans at most."""
    size = float((text.get("font-size") or "1em").removesuffix("em"))
    em = {name: float((text.get(name) or "0em").removesuffix("em")) for name in ("dx", "dy")}
    extent = CHARACTER * size * len("".join(text.itertext()))
    start = {"start": 0, "middle": 0.5, "end": 1}[text.get("text-anchor")] * extent
    left = share(text) * width + em["dx"] * 14 * size - start
    base = share(text, "y") * height + em["dy"] * 14 * size
    return left, base - 0.75 * LINE_HEIGHT * size, left + extent, base + 0.2 * LINE_HEIGHT * size


@pytest.mark.parametrize("make", GALLERY)
@pytest.mark.parametrize("size", [{}, *({"width": w, "height": h} for w, h in SIZES)])
def test_every_word_of_the_vocabulary_can_be_drawn(make, size):
    drawing = drawn(make, **size)
    assert drawing.tag == "svg"
    assert [one for one in drawing.iter() if one.tag in ("path", "rect")]
    for one in drawing.iter():
        assert not [value for value in one.attrib.values() if re.search(r"nan|inf|None", value)]


@pytest.mark.parametrize("make", GALLERY)
def test_a_drawing_follows_a_change_of_any_number(make):
    fig = make()
    before = figures.svg(fig)
    trace = fig.data[0]
    if trace.type == "heatmap":
        trace.z = [[0.9 if v == trace.z[0][0] else v for v in row] for row in trace.z]
    else:
        trace.y = [float(v) * 0.9 for v in trace.y]
    assert figures.svg(fig) != before


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_a_drawing_that_stands_alone_has_its_size_and_says_what_it_shows(width, height):
    drawing = drawn(lines, width=width, height=height)
    assert (drawing.get("width"), drawing.get("height")) == (str(width), str(height))
    assert drawing.get("role") == "img"
    assert drawing.get("aria-label") == "from 1 to 2"
    assert drawing.findtext("title") == "Claim 1 < 2"
    assert drawing.findtext("desc") == "from 1 to 2"
    plot = drawing.find("svg")
    assert [int(plot.get(name)) for name in ("x", "y", "width", "height")] == [
        48, 26, width - MARGINS[0], height - MARGINS[1],
    ]  # fmt: skip


def test_a_drawing_in_a_page_fills_its_box_and_leaves_the_words_to_it():
    drawing = drawn(lines)
    assert drawing.get("aria-hidden") == "true"
    assert drawing.find("title") is None
    assert drawing.get("style") == "padding:26px 20px 44px 48px"


def test_points_lie_where_their_numbers_are_on_linear_axes():
    fig = empty(log_y=False, x_range=(0, 10), y_range=(-1, 3))
    (drawn,) = curves(parsed(figures.line(fig, [0, 5, 10], [-1, 2, 3])))
    assert drawn == pytest.approx(np.array([[0, 1], [0.5, 0.25], [1, 0]]), abs=1 / GRID)


def test_points_lie_where_their_exponents_are_on_log_axes():
    fig = empty(log_x=True, x_range=(1, 1e4), y_range=(1e-8, 1))
    (drawn,) = curves(parsed(figures.line(fig, [1, 10, 1e4], [1e-2, 1e-7, 1e-8])))
    assert drawn == pytest.approx(np.array([[0, 0.25], [0.25, 0.875], [1, 1]]), abs=1 / GRID)


def test_a_dot_lies_on_its_line():
    fig = figures.line(empty(), range(100), [0.9**k for k in range(100)])
    drawing = parsed(figures.dot(fig, 40, 0.9**40))
    x, y = (int(v) / GRID for v in re.search(r'd="M(\d+) (\d+)h0"', figures.svg(fig)).groups())
    (curve,) = curves(drawing)
    assert y == pytest.approx(np.interp(x, *curve.T), abs=2 / GRID)


def test_lines_end_at_the_plot_s_edge_and_dots_do_not():
    fig = figures.line(empty(y_range=(1e-3, 1)), [0, 1, 2], [1.0, 1e-2, 1e-300])
    drawing = parsed(figures.dot(fig, 2, 1e-3))
    line, dot = (one for one in drawing.iter("svg") if one.get("viewBox"))
    assert line.get("overflow") is None
    assert dot.get("overflow") == "visible"


def test_a_simplified_line_stays_within_a_third_of_a_pixel():
    rng = np.random.default_rng(314)
    points = np.stack([np.linspace(0, GRID, 600), GRID * rng.random(600).cumsum() / 300], axis=1)
    kept = corners(points)
    assert len(kept) < len(points)
    between = np.interp(points[:, 0], *kept.T)
    slope = 1 + np.abs(np.diff(kept[:, 1]) / np.diff(kept[:, 0])).max()
    assert np.abs(between - points[:, 1]).max() <= slope  # one unit, measured across the line


def test_a_circle_keeps_its_shape():
    angle = np.linspace(0, 2 * np.pi, 500)
    points = GRID * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    middles = (corners(points)[1:] + corners(points)[:-1]) / 2
    assert np.linalg.norm(middles, axis=1) == pytest.approx(GRID, abs=1.5)
    assert len(corners(points)) < 300


def test_ticks_stand_at_their_numbers():
    fig = empty(log_x=True, x_range=(1, 1e4), y_range=(1e-12, 1))
    said = words(parsed(figures.line(fig, [1, 1e4], [1e-12, 1])))
    for name, at in {"1": 0, "10": 0.25, "102": 0.5, "104": 1}.items():
        assert share(said[name]) == pytest.approx(at if name != "1" else share(said[name]))
    assert share(said["10−8"], "y") == pytest.approx(2 / 3, abs=1e-4)


@pytest.mark.parametrize(
    ("ends", "names"),
    [
        ((0, 1000), ["0", "200", "400", "600", "800", "1,000"]),
        ((0, 1), ["0", "0.2", "0.4", "0.6", "0.8", "1"]),
        ((-1.2, 1.35), ["−1", "−0.5", "0", "0.5", "1"]),
    ],
)
def test_ticks_are_round_numbers(ends, names):
    fig = figures.line(empty(log_y=False, x_range=ends), list(ends), [0, 0.5])
    assert set(names) <= set(words(parsed(fig)))


def test_the_author_s_ticks_stay():
    fig = figures.line(empty(x_range=(0, 8), log_y=False), [0, 8], [0, 1])
    fig.update_xaxes(tickvals=[2, 6], ticktext=["two", "six"])
    said = words(parsed(fig))
    assert (share(said["two"]), share(said["six"])) == (0.25, 0.75)
    fig.update_xaxes(tickvals=None, ticktext=None, dtick=3)
    assert {"3", "6"} <= set(words(parsed(fig)))


@pytest.mark.parametrize("make", GALLERY)
def test_labels_stand_where_plotly_s_annotations_do(make):
    fig = make()
    said = words(parsed(fig))
    for a in filter(lambda a: a.text, fig.layout.annotations):
        text = said[re.sub("<sub>|</sub>", "", a.text.split("<br>")[0].replace("&amp;", "&"))]
        if a.xref != "paper":
            low, high = fig.layout.xaxis.range
            assert share(text) == pytest.approx((a.x - low) / (high - low), abs=1e-4)
            low, high = fig.layout.yaxis.range
            assert share(text, "y") == pytest.approx(1 - (a.y - low) / (high - low), abs=1e-4)
        name = a.name if a.name in TOKENS else f"on-{a.name}"
        assert text.get("fill") == f"var(--gd-{name},{TOKENS[name]})"


@pytest.mark.parametrize("make", GALLERY)
@pytest.mark.parametrize(("width", "height"), SIZES)
def test_no_words_of_a_drawing_cover_others(make, width, height):
    texts = [text for text in drawn(make).iter("text") if "".join(text.itertext())]
    boxes = [box(text, width - MARGINS[0], height - MARGINS[1]) for text in texts]
    for (a, one), (b, other) in combinations(zip(texts, boxes, strict=True), 2):
        apart = one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]
        assert apart, ("".join(a.itertext()), "".join(b.itertext()))
    for text, (left, _, right, _) in zip(texts, boxes, strict=True):
        assert -48 <= left <= right <= width - 48, "".join(text.itertext())


def test_signs_are_kept_small_letters_lowered_and_powers_raised():
    drawing = figures.svg(dotted())
    assert "r &lt; 1 &amp;</text>" in drawing
    lowered = '>σ<tspan dy="0.3em" font-size=".75em">1</tspan><tspan dy="-0.225em"> s</tspan><'
    assert lowered in drawing
    assert '>10<tspan dy="-0.5em" font-size=".75em">−10</tspan><' in figures.svg(lines())


def test_bars_are_as_high_as_their_numbers():
    rects = [one for one in drawn(barred).iter("rect") if one.get("fill")[0] == "#"]
    heights = [float(one.get("height")[:-1]) for one in rects]
    assert np.divide(heights, heights[0]) == pytest.approx([1, 3, 2, 2], rel=1e-3)
    ends = sorted((share(one), share(one) + share(one, "width")) for one in rects)
    assert all(right <= left + 1e-4 for (_, right), (left, _) in pairwise(ends))


def test_a_bar_below_zero_hangs_from_it():
    fig = empty(log_y=False, y_range=(-1, 1))
    figures.bars(fig, ["up", "down"], [0.5, -0.25])
    up, down = (one for one in parsed(fig).iter("rect") if one.get("fill")[0] == "#")
    size = {one: float(one.get("height")[:-1]) for one in (up, down)}
    assert size[up] == pytest.approx(2 * size[down], rel=1e-3)
    top = [float(one.get("y")[:-1]) for one in (up, down)]
    assert top[0] + size[up] == pytest.approx(top[1], abs=1e-3)


def test_a_map_is_bright_where_it_is_fast_and_empty_where_nothing_converges():
    map_, bar = (grid for grid in drawn(mapped).iter("svg") if grid.get("shape-rendering"))
    colors = {path.get("d"): path.get("fill") for path in map_.iter("path")}
    assert colors.pop("M0 1h1v1h-1") == figures.SEQUENTIAL[-1]  # 10 steps, lower left
    assert colors.pop("M0 0h1v1h-1") == figures.SEQUENTIAL[0]  # 1,000 steps, above it
    assert list(colors) == ["M1 1h1v1h-1"]  # 100 steps; and nothing upper right
    assert len(bar.findall("path")) == SHADES


def test_the_entries_of_a_matrix_are_told_by_color_and_strength():
    paths = [path for path in drawn(gridded).iter("path") if path.get("d").startswith("M")]
    of = {
        tuple(d): path.get("fill")
        for path in paths
        for d in re.findall(r"M(\d) (\d)h", path.get("d"))
    }
    assert of["1", "1"] == of["3", "0"] == of["4", "1"] == figures.ROLES["measured"].color
    assert of["0", "1"] == of["4", "0"] == of["3", "1"] == figures.ROLES["floor"].color + "30"
    assert of["0", "0"][:7] == figures.ROLES["measured"].color
    assert of["1", "0"][:7] == figures.ROLES["predicted"].color
    assert ("2", "0") not in of


def test_the_colors_of_words_are_those_of_the_page_on_light_paper():
    tokens = (ROOT / "docs/assets/css/tokens.css").read_text()
    for name, color in TOKENS.items():
        assert re.search(rf"--gd-{name}: (#\w+);", tokens)[1] == color


def test_what_the_vocabulary_lacks_is_refused_with_what_it_has():
    with pytest.raises(ValueError, match="a drawing has no 'box': take one of scatter, bar"):
        figures.svg(go.Figure(go.Box(y=[1])))


def test_a_figure_is_drawn_from_its_data_alone():
    fig = lines()
    assert figures.svg(fig.to_dict()) == figures.svg(fig)
    assert figures.svg(raw().to_dict()) == figures.svg(raw())


def test_a_figure_of_long_curves_is_a_few_kilobytes():
    fig, rng = empty(), np.random.default_rng(314)
    for role in ("c1", "c2", "c3"):
        figures.line(fig, range(20_000), rng.lognormal(size=20_000).cumsum(), role)
    assert len(gzip.compress(figures.svg(fig).encode())) <= 6000
    assert len(gzip.compress(figures.svg(lines()).encode())) <= 2000


def test_figures_know_no_other_part_of_the_package():
    for path in (ROOT / "gdinverse/figures").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            names = [node.module] if isinstance(node, ast.ImportFrom) else []
            names += [name.name for name in node.names] if isinstance(node, ast.Import) else []
            assert [n for n in names if re.match(r"gdinverse(?!\.figures)", n)] == [], path.name
