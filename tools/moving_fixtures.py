"""Write what the package says of the figures that move, for their scripts to be held against.

python -m tools.moving_fixtures

writes tests/js/fixtures/moving.json.
"""

import json
from typing import Any

import torch

import gdinverse as gd
from tools.setup import ROOT

FIXTURES = ROOT / "tests" / "js" / "fixtures" / "moving.json"
EXPONENTS = (-3.0, -2.37, -2.0, -1.0, -0.61, -0.1)
LEARNING_RATES = (0.005, 0.1, 0.125, 0.2, 0.25)


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


def hopping(lr: float) -> dict[str, Any]:
    """Where descent stands after 0 to 4 steps, inverting the number two from zero."""
    problem = gd.Inverse([[2.0]], guess="zeros")
    optimizer, points = torch.optim.SGD(problem.parameters(), lr=lr), []
    for _ in range(5):
        points.append(problem.value().item())
        problem.backward()
        optimizer.step()
    return {"lr": lr, "points": points, "factor": 1 - lr * problem.modes().curvature.item()}


def fixtures() -> dict[str, Any]:
    return {
        "touching": [touching(exponent) for exponent in EXPONENTS],
        "hopping": [hopping(lr) for lr in LEARNING_RATES],
    }


if __name__ == "__main__":
    FIXTURES.write_text(json.dumps(fixtures(), indent=1) + "\n")
