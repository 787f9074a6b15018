"""The home page's drawing and its output are computed, and say what the series says."""

import re

import pytest
import torch

import gdinverse as gd


@pytest.fixture(scope="module")
def home(site):
    return (site / "index.html").read_text()


def test_the_claim_the_drawing_and_the_series_agree(home):
    claim = re.search(r"Predicted: (\d+) steps\. Measured:\s+(\d+) steps\.", home)
    assert claim[1] == claim[2]
    assert home.count(f">step {claim[1]}</text>") == 1


def test_the_drawing_has_both_curves_below_four_matrices(home):
    strip, curve = re.findall(r'<div class="gd-plot".*?</div>', home, re.DOTALL)
    assert re.findall(r">(step [\d,]+)</text>", strip) == [
        "step 0",
        "step 10",
        "step 100",
        "step 1,000",
    ]
    for role in ("measured", "predicted"):
        color = gd.figures.ROLES[role].color
        drawn = re.search(rf'<path fill="none" stroke="{color}"[^>]* d="M0 \d+l([^"]*)"', curve)[1]
        moves = [int(number) for number in re.findall(r"-?\d+", drawn)]
        assert sum(moves[::2]) == 4000  # from the first step to the last, over the whole plot
        assert min(moves) > 0


def test_the_code_prints_what_the_page_shows(home):
    options = {"optimizer": torch.optim.SGD, "lr": 0.9, "momentum": 0.9}
    result = gd.inv(gd.matrices.random_2020(), **options, tolerance=1e-6)
    assert f"{result.steps} steps, predicted {result.prediction.steps}" in home
    assert f"{result.status} It is at most {result.error_bound:.1e}." in home
