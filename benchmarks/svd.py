"""Convergence of svd and eigh over hard families, and their time beside torch.linalg.

python benchmarks/svd.py

prints the worst of each shape over ten families, then every named matrix, then ratios of times;
--quick takes a tenth of the matrices.
"""

import argparse
import math
import sys
import time
from collections.abc import Callable
from pathlib import Path

import torch
from torch import Tensor

sys.path.insert(0, str(Path(__file__).parents[1]))
import gdinverse as gd
from tests.package import spectra

SHAPES = [(2, 2), (4, 4), (7, 4), (4, 7), (1, 9), (20, 20), (50, 50), (100, 100), (200, 200)]
TIMED = [(1, 4), (1000, 4), (300, 8), (30, 20), (4, 50), (1, 100), (1, 200)]


def main() -> None:
    """Print all three parts."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="a tenth of the matrices")
    share = 0.1 if parser.parse_args().quick else 1.0
    torch.set_num_threads(1)
    print(f"torch {torch.__version__}, one thread; errors relative to the largest value\n")
    convergence("svd", draw_svd, svd_errors, SHAPES, share)
    convergence("eigh", draw_eigh, eigh_errors, [s for s in SHAPES if s[0] == s[1]], share)
    for name, M in spectra.NAMED.items():
        report(f"svd {name}", gd.svd(M), svd_errors(M, gd.svd(M)))
    print("\ntime of gd over torch.linalg, the least of 15 each, taken in turns")
    for count, n in TIMED:
        M = spectra.draw("randn", count, n, n)
        S = M + M.mT
        svd_ratio = ratio(lambda M=M: gd.svd(M), lambda M=M: torch.linalg.svd(M))
        eigh_ratio = ratio(lambda S=S: gd.eigh(S), lambda S=S: torch.linalg.eigh(S))
        print(f"{count:5} of {n:3}×{n:<3}  svd {svd_ratio:6.1f}   eigh {eigh_ratio:6.1f}")


def draw_svd(family: str, count: int, m: int, n: int) -> Tensor:
    """Draw a batch of a family."""
    return spectra.draw(family, count, m, n, seed=m + n)


def draw_eigh(family: str, count: int, _: int, n: int) -> Tensor:
    """Draw a symmetric batch of a family."""
    return spectra.draw_symmetric(family, count, n, seed=n)


def svd_errors(M: Tensor, result: gd.Result) -> tuple[float, float, float]:
    """The largest errors of values, reconstruction and orthogonality."""
    U, S, Vh = result.value
    return errors(M, S, torch.linalg.svdvals(M), U, Vh)


def eigh_errors(S: Tensor, result: gd.Result) -> tuple[float, float, float]:
    """The same for eigenvalues and eigenvectors."""
    values, V = result.value
    return errors(S, values, torch.linalg.eigvalsh(S), V, V.mT)


def errors(
    M: Tensor, values: Tensor, true: Tensor, left: Tensor, right: Tensor
) -> tuple[float, float, float]:
    """The largest of a batch, relative to each matrix's largest value."""
    size = true.abs().amax(-1).clamp(min=torch.finfo(M.dtype).tiny)
    eye = torch.eye(values.shape[-1], dtype=M.dtype)
    product = (left * values.unsqueeze(-2)) @ right
    orthogonality = max((left.mT @ left - eye).abs().max(), (right @ right.mT - eye).abs().max())
    return (
        float(((values - true).abs().amax(-1) / size).max()),
        float((torch.linalg.matrix_norm(product - M) / size).max()),
        float(orthogonality),
    )


def convergence(
    name: str,
    draw: Callable[[str, int, int, int], Tensor],
    measure: Callable[[Tensor, gd.Result], tuple[float, float, float]],
    shapes: list[tuple[int, int]],
    share: float,
) -> None:
    """One line for each shape: the worst of all families."""
    operation = getattr(gd, name)
    for m, n in shapes:
        count = max(1, math.ceil(share * (200 if max(m, n) <= 20 else 200 // max(m, n))))
        batches = [draw(family, count, m, n) for family in spectra.FAMILIES]
        results = [operation(M) for M in batches]
        worst = [measure(M, result) for M, result in zip(batches, results, strict=True)]
        whole = [max(column) for column in zip(*worst, strict=True)]
        good = sum(int(result.converged.sum()) for result in results)
        steps = [int(result.steps.max()) for result in results]
        slowest = spectra.FAMILIES[steps.index(max(steps))]
        bound = max(float(result.error_bound.max()) for result in results)
        print(
            f"{name} {m}×{n}: {good} of {count * len(batches)} converged, ≤ {max(steps)} steps "
            f"({slowest}), values {whole[0]:.0e}, bound {bound:.0e}, "
            f"product {whole[1]:.0e}, orthogonality {whole[2]:.0e}"
        )


def report(name: str, result: gd.Result, worst: tuple[float, float, float]) -> None:
    """Print one line on one matrix."""
    print(
        f"{name}: {result.status.name}, {int(result.steps)} steps, values {worst[0]:.0e}, bound "
        f"{float(result.error_bound):.0e}, product {worst[1]:.0e}, orthogonality {worst[2]:.0e}"
    )


def ratio(ours: Callable[[], object], theirs: Callable[[], object]) -> float:
    """The least time of ours over the least of theirs, taken in turns."""
    pairs = [(seconds(ours), seconds(theirs)) for _ in range(15)]
    mine, other = (min(column) for column in zip(*pairs, strict=True))
    return mine / other


def seconds(call: Callable[[], object]) -> float:
    """How long one call takes."""
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
