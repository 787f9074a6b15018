"""Figures state numbers, keep the extremes of curves, and keep labels apart on a phone."""

import math
from itertools import combinations
from types import SimpleNamespace

import numpy as np
import plotly.io as pio
import pytest
import torch

from gdinverse import figures
from gdinverse.core.result import Status
from gdinverse.figures.labels import Label
from gdinverse.figures.plane import PLOT, axes, path, size
from gdinverse.figures.style import MARGIN


def run(loss, status=Status.converged, predicted=None):
    """A stand-in for a Result, with no more than a figure reads."""
    loss = torch.as_tensor(loss, dtype=torch.float64)
    steps = torch.tensor(len(loss) - 1)
    theory = None
    if predicted is not None:
        predicted = torch.as_tensor(predicted, dtype=torch.float64)
        theory = SimpleNamespace(loss=predicted, error=predicted.sqrt(), steps=steps)
    history = SimpleNamespace(loss=loss, error_bound=2 * loss.sqrt())
    return SimpleNamespace(steps=steps, status=status, history=history, prediction=theory)


def falling(steps, rate):
    return rate ** torch.arange(steps + 1, dtype=torch.float64)


def annotations(fig):
    return {a.text: a for a in fig.layout.annotations}


def placed(fig):
    """The labels of a figure in the pixels of a phone."""
    for a in fig.layout.annotations:
        if a.xref == "x":
            shares = [
                (at - axis.range[0]) / (axis.range[1] - axis.range[0])
                for axis, at in zip(axes(fig), (a.x, a.y), strict=True)
            ]
            yield Label(a.text, a.name, np.multiply(shares, size(fig)), a.xanchor, a.yanchor)


def test_the_template_is_registered_but_not_the_default():
    assert "gdinverse" in pio.templates
    assert "gdinverse" not in str(pio.templates.default)


def test_the_template_colors_no_text_and_no_axis():
    layout = figures.template.layout
    assert layout.font.color is None
    assert layout.xaxis.linecolor is None
    assert layout.yaxis.gridcolor is None


def test_a_figure_carries_its_claim_its_caption_and_its_text_alternative():
    fig = figures.figure("One", x="step", y="loss", caption="How", alt="in numbers")
    assert fig.layout.title.text == "One"
    assert fig.layout.meta == {"alt": "in numbers", "caption": "How", "class": ""}


def test_an_unknown_role_is_refused_with_the_known_ones():
    fig = figures.figure("One", x="step", y="loss")
    with pytest.raises(ValueError, match="role 'blue' is unknown: take one of measured"):
        figures.line(fig, [1, 2], [1, 2], "blue")


def test_thin_keeps_the_extremes_of_every_column():
    rng = np.random.default_rng(314)
    x, y = np.arange(100_000), rng.lognormal(size=100_000)
    _, thinned = figures.thin(x, y)
    assert len(thinned) <= 602
    assert min(thinned) == pytest.approx(y.min(), rel=5e-4)
    assert max(thinned) == pytest.approx(y.max(), rel=5e-4)


def test_thin_has_columns_of_equal_width_on_a_log_axis():
    x, _ = figures.thin(range(1, 100_001), torch.ones(100_000), log_x=True)
    assert sum(v < math.sqrt(100_000) for v in x) > len(x) / 3


def test_thin_keeps_short_curves_and_curves_that_go_back():
    assert figures.thin([0, 1], [1.23456, 2.0]) == ([0, 1], [1.235, 2.0])
    x = np.cos(np.linspace(0, 6, 1000))
    assert len(figures.thin(x, x)[0]) == 1000


def test_thin_takes_whatever_holds_numbers():
    for values in (
        (1, 2),
        {1: "a", 2: "b"}.keys(),
        np.array([1, 2]),
        [torch.tensor(k) for k in (1, 2)],
    ):
        assert figures.thin(values, range(2)) == ([1, 2], [0, 1])


def test_step_numbers_stay_exact():
    assert figures.thin([123_456], [1.0])[0] == [123_456]


def test_the_label_of_a_falling_line_stands_right_above_it():
    fig = figures.figure("One", x="step", y="loss")
    figures.line(fig, range(100), falling(99, 0.9), label="halving")
    label = annotations(fig)["halving"]
    assert (label.xanchor, label.yanchor, label.name) == ("left", "bottom", "measured")


def test_a_label_stands_where_the_author_wants_it():
    fig = figures.figure("One", x="step", y="loss")
    figures.line(fig, range(100), falling(99, 0.9), label="halving", at=80)
    assert annotations(fig)["halving"].x == pytest.approx(80, abs=2)


def five_lines():
    fig = figures.figure("Five", x="step", y="loss")
    for i, rate in enumerate((0.985, 0.97, 0.95, 0.9, 0.999)):
        figures.line(fig, range(1000), falling(999, rate), f"c{i + 1}", f"run {i + 1}")
    return figures.band(fig, 1e-44, 1e-38, "floor")


def test_labels_keep_apart_from_each_other_and_within_the_figure_on_a_phone():
    name_of_y_axis = Label("loss", "muted", (0, PLOT[1]), "left", "bottom")
    boxes = [label.box().ravel() for label in [*placed(five_lines()), name_of_y_axis]]
    assert len(boxes) == 7
    for (left, low, right, high), (a, b, c, d) in combinations(boxes, 2):
        assert right <= a or c <= left or high <= b or d <= low
    for left, low, right, high in boxes:
        assert left >= 0
        assert low >= 0
        assert right <= PLOT[0]
        assert high <= PLOT[1] + MARGIN["t"]


def test_no_line_runs_through_a_label_on_a_phone():
    fig = five_lines()
    points = np.concatenate([path(fig, trace) for trace in fig.data])
    for label in placed(fig):
        left, low, right, high = label.box().ravel()
        assert not ((points > (left, low)) & (points < (right, high))).all(axis=1).any()


def test_the_text_of_a_dot_avoids_lines():
    fig = figures.figure("One", x="x", y="y", log_y=False)
    figures.line(fig, [0, 1, 2], [0, 1, 2], "c1")  # it runs through the corner right above
    figures.dot(fig, 1, 1, "c1", "middle")
    corner = annotations(fig)["middle"]
    assert (corner.xanchor, corner.yanchor) == ("right", "bottom")


def test_text_on_a_map_stays_on_the_map():
    fig = figures.figure("Map", x="lr", y="momentum", log_y=False)
    figures.heatmap(fig, [0, 1, 2], [0, 0.5, 1], [[10] * 3] * 2 + [[1000] * 3])
    figures.dot(fig, 1, 0.9, "map", "best", text_role="ondark")
    (label,) = placed(fig)
    assert label.box()[1, 1] <= size(fig)[1]


def test_ranges_given_by_the_author_stay():
    fig = figures.figure("One", x="step", y="error", x_range=(0, 50), y_range=(1e-8, 1))
    figures.line(fig, range(100), falling(99, 0.9))
    assert list(fig.layout.xaxis.range) == [0, 50]
    assert list(fig.layout.yaxis.range) == [-8, 0]


@pytest.mark.parametrize(("low", "dtick"), [(0.5, None), (1e-3, 1), (1e-8, 2), (1e-16, 4)])
def test_log_axes_have_at_most_five_ticks_at_powers_of_ten(low, dtick):
    fig = figures.figure("One", x="step", y="loss")
    figures.line(fig, [0, 1], [1.0, low])
    assert fig.layout.yaxis.dtick == dtick


def test_one_run_says_predicted_and_measured_steps_in_its_title():
    curve = falling(100, 0.8)
    fig = figures.convergence({"": run(curve, predicted=curve)})
    assert fig.layout.title.text == "Predicted: 100 steps. Measured: 100 steps."
    assert [trace.name for trace in fig.data] == ["measured", "", "dashed: predicted"]
    assert "converged after 100 steps, 100 predicted, from 1 to 2e-10" in fig.layout.meta["alt"]


def test_the_prediction_is_thin_dashed_and_on_top_of_the_wide_measurement():
    curve = falling(100, 0.8)
    fig = figures.convergence({"": run(curve, predicted=curve)})
    assert fig.data[0].line.width == 4.5
    assert fig.data[-1].line.width == 1.75
    assert fig.data[-1].line.dash == "6px,4px"


def test_the_caption_says_how_far_prediction_and_measurement_are_apart():
    curve = falling(100, 0.8)
    fig = figures.convergence({"": run(1.001 * curve, predicted=curve)})
    assert "differ by at most 0.001 of the loss" in fig.layout.meta["caption"]


def test_below_the_loss_at_which_rounding_stopped_a_run_lies_the_floor():
    predicted = falling(240, 0.87)
    fig = figures.convergence({"": run(predicted[:201], Status.floor, predicted)})
    (floor,) = fig.layout.shapes
    assert floor.name == "floor: rounding"
    assert floor.y1 == pytest.approx(0.87**200, rel=1e-3)
    assert floor.y0 == pytest.approx(0.87**220, rel=1e-3)
    assert fig.data[-1].x[-1] == 220  # the prediction goes on


def test_a_run_that_theory_says_nothing_of_has_no_dashed_line():
    fig = figures.convergence({"Adam": run(falling(50, 0.9), Status.out_of_steps)})
    assert [trace.name for trace in fig.data] == ["Adam", ""]
    assert fig.layout.title.text == "Out of steps after 50 steps"


def test_several_runs_are_told_apart_by_color_and_name():
    fig = figures.convergence({"a": run(falling(50, 0.7)), "b": run(falling(90, 0.9))})
    assert [t.name for t in fig.data if t.mode == "lines"] == ["a", "b"]
    assert len({t.line.color for t in fig.data if t.mode == "lines"}) == 2
    assert fig.layout.title.text == "a converged after 50, b converged after 90"


def test_runs_of_very_different_length_share_a_logarithmic_axis():
    fig = figures.convergence({"a": run(falling(5, 0.1)), "b": run(falling(500, 0.9))})
    assert fig.layout.xaxis.type == "log"
    assert fig.data[0].x[0] == 1  # the guess, at step 0, has no place there


def test_a_diverging_run_can_be_drawn():
    fig = figures.convergence({"": run([1.0, 1e200, math.inf], Status.diverged)})
    assert fig.data[0].y == (1.0, 1e200)


def test_the_error_bound_can_be_drawn_too():
    fig = figures.convergence({"": run(falling(50, 0.7))}, quantity="error_bound")
    assert fig.data[0].y[0] == 2
    with pytest.raises(ValueError, match="quantity='error' is not recorded"):
        figures.convergence({"": run([1.0])}, quantity="error")


@pytest.mark.parametrize("count", [0, 6])
def test_no_curve_and_more_than_five_are_refused(count):
    with pytest.raises(ValueError, match="one to 5 matrices"):
        figures.convergence({str(i): run(falling(9, 0.5)) for i in range(count)})


def test_what_does_not_converge_stays_empty_on_a_map():
    fig = figures.figure("Map", x="lr", y="momentum", log_y=False)
    figures.heatmap(fig, [1, 2], [0, 0.5], [[10, math.nan], [math.inf, 1000]])
    assert fig.data[0].z == ([1.0, None], [None, 3.0])
