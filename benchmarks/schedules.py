"""Steps by every schedule against their prediction, on 100 matrices for each condition.

python benchmarks/schedules.py

prints, for the polar factor and the inverse, how many of 100 runs took the predicted steps and
were proven, and the median of the steps.
"""

import math
import sys
from collections.abc import Iterator
from pathlib import Path

import torch
from torch import Tensor

sys.path.insert(0, str(Path(__file__).parents[1]))
import gdinverse as gd
from gdinverse.schedules import Schedule, minimax, newton_schulz

COUNT, SIZES = 100, (4, 8, 16)


def main() -> None:
    """Print both tables, and leave with an error where a run was not as predicted."""
    torch.set_num_threads(1)
    lowers = {"polar": (1e-1, 1e-2, 1e-3, 1e-6), "inverse": (1e-1, 1e-2, 1e-3)}
    agreed = [
        report(operation, lower, name, schedule)
        for operation, all_of in lowers.items()
        for lower in all_of
        for name, schedule in schedules(operation, lower)
    ]
    sys.exit(0 if all(agreed) else "some runs were not as predicted")


def report(operation: str, lower: float, name: str, schedule: Schedule) -> bool:
    """One line, and whether all runs took the predicted steps and are proven."""
    call = gd.polar if operation == "polar" else gd.inv
    results = [call(draw(lower, n), schedule=schedule) for n in SIZES]
    equal = sum(int((r.steps == r.prediction.steps).sum()) for r in results)
    proven = sum(int(r.converged.sum()) for r in results)
    steps = torch.cat([r.steps for r in results]).median()
    total = sum(r.steps.numel() for r in results)
    line = f"{operation:8} l = {lower:<6g} {name:14} {equal} and {proven} of {total}, {steps} steps"
    print(line, flush=True)
    return equal == proven == total


def draw(lower: float, n: int) -> Tensor:
    """Random matrices with log-uniform singular values from lower to 1, ends included."""
    g = torch.Generator().manual_seed(n)
    count = COUNT // len(SIZES) + (COUNT % len(SIZES) if n == SIZES[0] else 0)
    sigma = lower ** torch.rand(count, n, generator=g, dtype=torch.float64)
    sigma[:, 0], sigma[:, -1] = 1.0, lower
    return torch.stack([gd.matrices.with_singular_values(s.tolist(), g) for s in sigma])


def schedules(operation: str, lower: float) -> Iterator[tuple[str, Schedule]]:
    """Newton–Schulz and the best, told the least value that any of the starts can have."""
    if operation == "polar":
        least, power = lower / math.sqrt(SIZES[-1]), 2
    else:
        least, power = lower**2 / SIZES[-1], 1
    for terms in (2, 3, 4):
        degree = 1 + power * (terms - 1)
        yield f"newton_schulz {degree}", newton_schulz(degree, power)
        yield f"minimax {degree}", minimax(least, degree=degree, power=power)
    yield "with margin", minimax(least, degree=degree, power=power, cushion=0.024, margin=0.01)


if __name__ == "__main__":
    main()
