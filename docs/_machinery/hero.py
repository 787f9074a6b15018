"""The home page's figure, which a hidden cell of that page computes.

It is a drawing, so that the first page needs no script for it: X M at four steps above the curve of
the error, in the vocabulary of all other figures.
"""

import torch

import gdinverse as gd

SHOWN = (0, 10, 100, 1000)
TARGET = 1e-6
# Its cells are square on any page: 4 rows of 19 columns, four matrices and the gaps between them.
HERO = """<div role="img" aria-label="{words}" data-search-exclude>
<div class="gd-plot" style="height:0;padding-bottom:calc((100% - 8px)*4/19 + 26px)">{strip}</div>
<div class="gd-plot" style="height:245px;margin-top:.5rem">{curve}</div>
</div>"""


def hero() -> str:
    """Draw the run of 2020 on matrix 1: products X M, measured and predicted errors."""
    M, iterates = gd.matrices.random_2020(), []
    result = gd.inv(
        M,
        optimizer=torch.optim.SGD,
        lr=0.9,
        momentum=0.9,
        guess=M,
        tolerance=1e-8,
        callback=lambda step, problem: iterates.append(problem.value()),
    )
    X, exact = torch.stack(iterates)[: SHOWN[-1] + 1], torch.linalg.inv(M)
    errors = (X - exact).norm(dim=(1, 2)) / exact.norm()
    assert result.prediction
    predicted = result.prediction.error[: len(X)]
    steps = int(gd.rates.first_below(errors, TARGET))
    assert steps == gd.rates.first_below(predicted, TARGET), "the home page's claim is wrong"
    words = (
        f"Relative error of X, on a logarithmic axis, from {errors[0]:.2g} at step 0 to one "
        f"millionth at step {steps}; the predicted curve lies on the measured one. Above it X M, "
        f"which becomes the identity by step {SHOWN[-1]:,}."
    )
    products = {f"step {step:,}": X[step] @ M for step in SHOWN}
    strip = gd.figures.grids(gd.figures.figure("X M", x="", y=""), products)
    curve = gd.figures.figure("Error", x="step", y="relative error of X", y_range=(1e-8, 3))
    gd.figures.line(curve, range(len(errors)), errors, label="measured", wide=True)
    gd.figures.line(curve, range(len(errors)), predicted, "predicted", "dashed: predicted")
    gd.figures.dot(curve, steps, TARGET, text=f"step {steps}")
    return HERO.format(words=words, strip=gd.figures.svg(strip), curve=gd.figures.svg(curve))
