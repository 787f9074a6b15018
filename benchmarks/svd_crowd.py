"""How many of 200 random 4×4 matrices find their SVD, by loss and settings: a table for the pages.

Seeds 0 to 199, `rand(4, 4)`, 20,000 steps of torch's SGD, all matrices in one batch. Two guesses:
seed 314 for all, and seed 10,000 + s for matrix s. Writes svd_crowd.json beside this file.
"""

import argparse
import json
from datetime import UTC, datetime
from pathlib import Path

import torch

import gdinverse as gd

ROWS = (
    ("d², 0.01, lr 0.9, mom 0.9", "squared", 0.01, 0.9, 0.9),
    ("d², 0.1, lr 0.9, mom 0.9", "squared", 0.1, 0.9, 0.9),
    ("d², 0.01, lr 0.1, mom 0", "squared", 0.01, 0.1, 0.0),
    ("d², 0.01, lr 0.3, mom 0.9", "squared", 0.01, 0.3, 0.9),
    ("d², 1.0, lr 0.3, mom 0.9", "squared", 1.0, 0.3, 0.9),
    ("free, 0.01, lr 0.9, mom 0.9", "free", 0.01, 0.9, 0.9),
    ("free, 0.01, lr 0.3, mom 0.9", "free", 0.01, 0.3, 0.9),
    ("free, 0.1, lr 0.9, mom 0.9", "free", 0.1, 0.9, 0.9),
    ("free, 1.0, lr 0.3, mom 0.9", "free", 1.0, 0.3, 0.9),
    ("free, 1.0, lr 0.9, mom 0.9", "free", 1.0, 0.9, 0.9),
)
DEAD = 1e-6  # a smallest |σ̂| below this, where the true one is above 1e-4


def draw(seed: int, *shapes: tuple[int, ...]) -> list[torch.Tensor]:
    """Draw in float32 and widen, as the pages do."""
    generator = torch.Generator().manual_seed(seed)
    return [torch.rand(shape, generator=generator).double() for shape in shapes]


def guesses(count: int, own: bool) -> list[torch.Tensor]:
    """U, d and V for every matrix."""
    shapes = ((4, 4), (4,), (4, 4))
    drawn = [draw(10_000 + s if own else 314, *shapes) for s in range(count)]
    return [torch.stack(parts) for parts in zip(*drawn, strict=True)]


def outcome(M, guess, sigma, penalty, lr, momentum, steps) -> dict[str, int]:
    """Count what became of every matrix."""
    problem = gd.PenaltySVD(M, sigma=sigma, penalty=penalty, guess=guess)
    sgd = torch.optim.SGD(problem.parameters(), lr=lr, momentum=momentum)
    for _ in range(steps):
        losses = problem.backward()
        sgd.step()
    exact = torch.linalg.svdvals(M)
    found = problem.value().S
    error = (found - exact).abs().amax(-1).nan_to_num(torch.inf)
    diverged = ~losses.isfinite()
    dead = (problem.sigmas().abs().amin(-1) < DEAD) & (exact[:, -1] > 1e-4) & ~diverged
    return {
        "right_1e-6": int((error < 1e-6).sum()),
        "right_1e-3": int((error < 1e-3).sum()),
        "dead": int(dead.sum()),
        "diverged": int(diverged.sum()),
        "false": int(((losses < 1e-6) & (error > 1e-3)).sum()),
    }


def main() -> None:
    """Run every row and write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--steps", type=int, default=20_000)
    options = parser.parse_args()
    M = torch.stack([draw(seed, (4, 4))[0] for seed in range(options.count)])
    rows = []
    for name, *settings in ROWS:
        both = [
            outcome(M, guesses(options.count, own), *settings, options.steps)
            for own in (False, True)
        ]
        rows.append({"name": name} | {key: [one[key] for one in both] for key in both[0]})
        print(rows[-1], flush=True)
    table = {
        "date": datetime.now(UTC).date().isoformat(),
        "matrices": options.count,
        "steps": options.steps,
        "rows": rows,
    }
    path = Path(__file__).with_suffix(".json")
    path.write_text(json.dumps(table, indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
