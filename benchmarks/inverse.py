"""Race the ways to an inverse side by side, in one run.

python benchmarks/inverse.py

prints one table per size, and writes what does not depend on the machine, the ratios of times
and the day to benchmarks/results.json. It needs python-flint (`pip install gdinverse[test]`) for
the truth, and `pip install pytorch-minimize` for one row.

A time is the least of several, which take turns with those of all other rows; a ratio is that
time over the least time of `torch.linalg.inv`.
"""

import argparse
import json
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import flint
import torch
from torch import Tensor
from torch.utils.flop_counter import FlopCounterMode

sys.path.insert(0, str(Path(__file__).parents[1]))
import gdinverse as gd

try:
    from torchmin import minimize as torchmin
except ImportError:
    torchmin = None

RESULTS = Path(__file__).parent / "results.json"
SHAPES = {
    "one 4×4": (4, 4),
    "1000 4×4": (1000, 4, 4),
    "300 8×8": (300, 8, 8),
    "one 64×64": (64, 64),
    "one 256×256": (256, 256),
}
POST_STEPS = 10_000
SIX_DIGITS = 1e-6
ONCE = 10.0  # seconds; what takes longer is not repeated
LAST_DIGIT = 2 * torch.finfo(torch.float64).eps


class Answer(NamedTuple):
    """What a method returns: the matrices it tried, their inverses, and what it knows itself."""

    M: Tensor
    X: Tensor
    bound: Tensor | None = None
    products: float | None = None  # where counting would take as long as the run


Method = Callable[[Tensor], Answer]


def first(M: Tensor, count: int) -> Tensor:
    """The first matrices of a batch, for methods that take one at a time."""
    return M.reshape(-1, *M.shape[-2:])[:count]


def post(M: Tensor) -> Answer:
    """Run the loop of 2020 as it was: lr 0.9, momentum 0.9, and no way to stop."""
    X = torch.rand(M.shape, generator=torch.Generator().manual_seed(1), dtype=M.dtype)
    X.requires_grad_()
    eye = torch.eye(M.shape[-1], dtype=M.dtype)
    for _ in range(POST_STEPS):
        (X @ M - eye).square().mean((-2, -1)).sum().backward()
        with torch.no_grad():
            X -= 0.9 * X.grad
            X.grad *= 0.9
    return Answer(M, X.detach(), products=2 * POST_STEPS)


def proven(M: Tensor, **options: Any) -> Answer:
    """Run `gd.inv` and keep its own bound."""
    result = gd.inv(M, **options)
    return Answer(M, result.value, result.error_bound)


def told(M: Tensor) -> Answer:
    """Run SGD with the best lr and momentum for the exact spectrum."""
    result = gd.inv(M, optimizer=torch.optim.SGD, tolerance=1e-9)
    return Answer(M, result.value, result.error_bound, 2 * len(result.history.loss))


def lbfgs(M: Tensor) -> Answer:
    """Run torch's L-BFGS, which takes one matrix at a time."""
    some = first(M, 10)
    runs = [gd.inv(m, optimizer=torch.optim.LBFGS, tolerance=1e-9, max_steps=500) for m in some]
    return Answer(some, torch.stack([run.value for run in runs]))


def pytorch_minimize(M: Tensor) -> Answer:
    """Run its Newton-CG, the best of its methods here: the loss is quadratic."""
    some = first(M, 10)
    eye = torch.eye(M.shape[-1], dtype=M.dtype)
    runs = [
        torchmin(
            lambda X, m=m: (X @ m - eye).square().mean(),
            torch.zeros_like(m),
            method="newton-cg",
            tol=1e-20,
            max_iter=500,
        )
        for m in some
    ]
    return Answer(some, torch.stack([run.x for run in runs]))


def library(M: Tensor) -> Answer:
    """Ask LAPACK, which takes 2n³ operations: one product."""
    return Answer(M, torch.linalg.inv(M), products=1)


METHODS: dict[str, Method] = {
    "torch.linalg.inv": library,
    "gd.inv": proven,
    "gd.inv, tolerance=1e-9": lambda M: proven(M, tolerance=1e-9),
    "gd.inv, ConjugateGradient": lambda M: proven(M, optimizer=gd.ConjugateGradient),
    "the loop of 2020": post,
    "torch.optim.SGD, told the spectrum": told,
    "torch.optim.LBFGS": lbfgs,
    "pytorch-minimize, newton-cg": pytorch_minimize,
}


def truth(M: Tensor) -> tuple[Tensor, Tensor]:
    """M⁻¹ in interval arithmetic of 300 bits, as the sum of two float64 matrices."""
    flint.ctx.prec = 300
    parts = []
    for m in M.reshape(-1, *M.shape[-2:]):
        exact = [x.mid() for x in flint.arb_mat(m.tolist()).inv().entries()]
        high = [float(x) for x in exact]
        low = [float(x - h) for x, h in zip(exact, high, strict=True)]
        parts.append(torch.tensor([high, low], dtype=torch.float64).reshape(2, *m.shape))
    return tuple(torch.stack(parts).reshape(*M.shape[:-2], 2, *M.shape[-2:]).unbind(-3))


def true_error(answer: Answer, exact: tuple[Tensor, Tensor]) -> Tensor:
    """‖X − M⁻¹‖/‖M⁻¹‖ of each matrix that was tried."""
    shape = answer.X.shape[-2:]
    high, low = (part.reshape(-1, *shape) for part in exact)
    X = answer.X.reshape(-1, *shape)
    high, low = high[: len(X)], low[: len(X)]
    norm = torch.linalg.matrix_norm
    return (norm((X - high) - low) / norm(high)).nan_to_num(torch.inf, torch.inf)


def products(method: Method, M: Tensor) -> float:
    """Floating-point operations in matrix products, in units of one n×n product per matrix."""
    with FlopCounterMode(display=False) as counter:
        answer = method(M)
    return counter.get_total_flops() / answer.M.numel() / (2 * M.shape[-1])


def judged(method: Method, M: Tensor, exact: tuple[Tensor, Tensor]) -> dict[str, Any]:
    """Everything about one row, with the time of one run."""
    start = time.perf_counter()
    answer = method(M)
    spent = time.perf_counter() - start
    bound = gd.proof.inverse_bound(answer.X, answer.M) if answer.bound is None else answer.bound
    error = true_error(answer, exact)
    if not (bound.reshape(-1) * (1 + 1e-12) >= error).all():
        raise AssertionError(f"{method}: a bound is below the true error")
    return {
        "matrices": len(error),
        "right": float((error < SIX_DIGITS).double().mean()),
        "proven": float((bound < SIX_DIGITS).double().mean()),
        "last_digit": float((bound <= LAST_DIGIT).double().mean()),
        "median_error": float(error.median()),
        "median_bound": float(bound.median()),
        "products": answer.products or products(method, M),
        "time": spent,
    }


def seconds(call: Callable[[], Any]) -> float:
    """How long one call takes."""
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def raced(calls: dict[str, Callable[[], Any]], budget: float) -> dict[str, float]:
    """The least time of each call; they take turns until each has had its share of seconds."""
    spent: dict[str, list[float]] = {name: [] for name in calls}
    while pending := [name for name, times in spent.items() if sum(times) < budget]:
        for name in pending:
            spent[name].append(seconds(calls[name]))
    return {name: min(times) for name, times in spent.items()}


def table(shape: tuple[int, ...], budget: float) -> dict[str, dict[str, Any]]:
    """All rows of one size."""
    M = torch.rand(shape, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    exact = truth(M)
    methods = {n: m for n, m in METHODS.items() if m is not pytorch_minimize or torchmin}
    rows = {name: judged(method, M, exact) for name, method in methods.items()}
    quick = [name for name, row in rows.items() if row["time"] < ONCE]
    times = raced({name: lambda name=name: methods[name](M) for name in quick}, budget)
    for name, row in rows.items():
        row["time"] = min(row["time"], times.get(name, torch.inf)) / row["matrices"]
    one = rows["torch.linalg.inv"]["time"]
    for row in rows.values():
        row["time"] /= one
    return rows


def step_ratio(shape: tuple[int, ...], budget: float, optimizer: Any, **options: Any) -> float:
    """One step with its history, over two bare products; of each the least time."""
    M = torch.randn(shape, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    steps: list[float] = []

    def run() -> None:
        ends: list[float] = []
        problem = gd.Inverse(M, guess="transpose")
        gd.minimize(
            problem,
            optimizer,
            tolerance=0,
            finish=False,
            max_steps=8,
            callback=lambda *_: ends.append(time.perf_counter()),
            **options,
        )
        steps.extend(end - start for start, end in pairwise(ends))

    times = raced({"run": run, "two": lambda: (M @ M, M @ M)}, budget)
    return min(steps) / times["two"]


def markdown(rows: dict[str, dict[str, Any]]) -> str:
    """One size as a table."""
    lines = [
        "| way | matrices | right | proven | last digit | median error | products | time |",
        "|---|--:|--:|--:|--:|--:|--:|--:|",
    ]
    lines += [
        f"| {name} | {r['matrices']} | {r['right']:.1%} | {r['proven']:.1%} | "
        f"{r['last_digit']:.1%} | {r['median_error']:.1e} | {r['products']:,.0f} | "
        f"{r['time']:,.1f} |"
        for name, r in rows.items()
    ]
    return "\n".join(lines)


def rounded(value: Any) -> Any:
    """Four significant digits: the file is for reading."""
    if isinstance(value, dict):
        return {key: rounded(item) for key, item in value.items()}
    return float(f"{value:.4g}") if isinstance(value, float) else value


def main() -> None:
    """Run everything, print the tables, write the results."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--budget", type=float, default=4.0, help="seconds a row (default 4)")
    options = parser.parse_args()
    torch.set_num_threads(1)
    missing = [] if torchmin else ["pytorch-minimize"]
    if missing:
        print("No row for pytorch-minimize: it is not installed (pip install pytorch-minimize).\n")
    tables = {}
    for size, shape in SHAPES.items():
        tables[size] = table(shape, options.budget)
        print(f"**{size}**\n\n{markdown(tables[size])}\n", flush=True)
    steps = {
        size: {
            "descent": step_ratio(SHAPES[size], options.budget, torch.optim.SGD, lr=0.1),
            "relative gradient": step_ratio(SHAPES[size], options.budget, gd.RelativeGradient),
        }
        for size in ("1000 4×4", "one 256×256")
    }
    print("one step with its history / two bare products:", rounded(steps))
    results = {
        "date": datetime.now(UTC).date().isoformat(),
        "torch": torch.__version__,
        "threads": 1,
        "missing": missing,
        "tables": tables,
        "step_over_two_products": steps,
    }
    RESULTS.write_text(json.dumps(rounded(results), indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
