"""Write what the package says of the figures that move, for their scripts to be held against.

python -m tools.moving_fixtures

writes tests/js/fixtures/moving.json.
"""

import json
from collections.abc import Iterator
from itertools import islice
from typing import Any

import torch

import gdinverse as gd
from tools.setup import ROOT

FIXTURES = ROOT / "tests" / "js" / "fixtures" / "moving.json"
EXPONENTS = (-3.0, -2.37, -2.0, -1.0, -0.61, -0.1)
LEARNING_RATES = (0.005, 0.1, 0.125, 0.2, 0.25)
SHAPES = ((1, 1), (2, 1), (3, 1), (3, 2), (4, 1), (4, 3), (4, 4), (16, 1), (16, 15), (16, 16))
LONGEST = 5000
PAIRS = ((0.4, 0.0), (0.44, 0.0), (0.01, 0.0), (0.44, 0.95), (0.3, 0.25), (0.01, 0.95))


def touching(exponent: float) -> dict[str, Any]:
    """The best cubic on [10**exponent, 1], and how many such lead to the last digit."""
    lower = 10**exponent
    _, error = gd.schedules.best(lower, 1.0, 2)
    schedule = gd.schedules.minimax(lower, degree=3)
    return {
        "exponent": exponent,
        "cubic": schedule.coefficients[0],
        "error": error,
        "count": len(schedule.coefficients),
    }


def descent(matrix: list[list[float]], **options: Any) -> Iterator[torch.Tensor]:
    """The iterates of the search for its inverse, from zero, one after another."""
    problem = gd.Inverse(matrix, guess="zeros")
    optimizer = torch.optim.SGD(problem.parameters(), **options)
    while True:
        yield problem.value()
        problem.backward()
        optimizer.step()


def hopping(lr: float) -> dict[str, Any]:
    """Where descent stands after 0 to 4 steps, inverting the number two from zero."""
    points = [point.item() for point in islice(descent([[2.0]], lr=lr), 5)]
    curvature = gd.Inverse([[2.0]]).modes().curvature.item()
    return {"lr": lr, "points": points, "factor": 1 - lr * curvature}


def rolling(lr: float, momentum: float) -> dict[str, Any]:
    """Where the first row of an inverse is each 13 steps from zero, and when it has six digits."""
    answer = torch.tensor([2.0, -1.0], dtype=torch.float64) / 3
    rows: list[torch.Tensor] = []
    for iterate in islice(descent([[2.0, 1.0], [1.0, 2.0]], lr=lr, momentum=momentum), LONGEST):
        rows.append(iterate[0])
        if torch.dist(iterate[0], answer) < 1e-6 * answer.norm():
            break
    else:
        raise ValueError(f"lr={lr}, momentum={momentum}: no six digits in {LONGEST:,} steps")
    points = [row.tolist() for row in rows[:40:13]]
    return {"lr": lr, "momentum": momentum, "points": points, "steps": len(rows) - 1}


def naming(n: int, missing: int) -> dict[str, Any]:
    """The loss at which descent stops where some singular values are zero, and all others one."""
    order = torch.randperm(n, generator=torch.Generator().manual_seed(n))
    matrix = torch.eye(n, dtype=torch.float64)[order]
    matrix[:missing] = 0
    end = next(islice(descent(matrix.tolist(), lr=n**2 / 4), 100, None))
    level = gd.Inverse(matrix, guess=end).backward().item()
    return {"n": n, "missing": missing, "level": level}


def fixtures() -> dict[str, Any]:
    return {
        "touching": [touching(exponent) for exponent in EXPONENTS],
        "hopping": [hopping(lr) for lr in LEARNING_RATES],
        "rolling": [rolling(*pair) for pair in PAIRS],
        "naming": [naming(*shape) for shape in SHAPES],
    }


if __name__ == "__main__":
    FIXTURES.write_text(json.dumps(fixtures(), indent=1) + "\n")
