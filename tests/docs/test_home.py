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
    assert home.count(f">step {claim[1]}</text>") == 2  # once for wide, once for narrow pages


def test_the_drawing_has_both_curves_at_both_sizes(home):
    for name in ("gd-wide", "gd-narrow"):
        drawing = re.search(rf'<svg class="{name}".*?</svg>', home, re.DOTALL)[0]
        for role in ("measured", "predicted"):
            points = re.search(rf'<path d="M([^"]*)" fill="none"[^>]*--gd-{role}', drawing)[1]
            assert len(points.split()) >= 8


def test_the_code_prints_what_the_page_shows(home):
    options = {"optimizer": torch.optim.SGD, "lr": 0.9, "momentum": 0.9}
    result = gd.inv(gd.matrices.random_2020(), **options, tolerance=1e-6)
    assert f"{result.steps} steps, predicted {result.prediction.steps}" in home
    assert f"{result.status} It is at most {result.error_bound:.1e}." in home
