"""Compare the atlas with the library's formulas, and its steps with their prediction.

python benchmarks/atlas.py --count 100

prints, for each operation and family, in how many runs the steps are those predicted, plain and
scaled, and the largest error among the proven ones beside that of the formula that torch.linalg
offers, and of scipy.linalg where it is installed. Errors are judged by 100 digits.
"""

import argparse
import sys
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

import gdinverse as gd

sys.path.insert(0, str(Path(__file__).parents[1]))
from tests.package.atlas_trials import ANSWERS, parts
from tests.package.exact import squared_error


def of_eigenvalues(change: Callable[[Tensor], Tensor]) -> Callable[[Tensor], Tensor]:
    """V f(Λ) Vᵀ, which is what torch.linalg offers for a function of a symmetric matrix."""

    def library(S: Tensor) -> Tensor:
        values, V = torch.linalg.eigh(S)
        return V * change(values) @ V.mT

    return library


def polar(M: Tensor) -> Tensor:
    U, _, Vh = torch.linalg.svd(M)
    return U @ Vh


def qr(M: Tensor) -> tuple[Tensor, Tensor]:
    Q, R = torch.linalg.qr(M)
    signs = R.diagonal().sign()
    return Q * signs, R * signs[:, None]


def sylvester(A: Tensor, B: Tensor, C: Tensor) -> Tensor:
    eyes = (torch.eye(len(part)).to(part) for part in (B, A))
    K = torch.kron(A, next(eyes)) + torch.kron(next(eyes), B.mT.contiguous())
    return torch.linalg.solve(K, C.flatten()).reshape(C.shape)


TORCH: dict[type[gd.Problem], Callable[..., Any]] = {
    gd.Polar: polar,
    gd.Sign: of_eigenvalues(torch.sign),
    gd.SquareRoot: of_eigenvalues(torch.sqrt),
    gd.InverseSquareRoot: of_eigenvalues(torch.rsqrt),
    gd.Cholesky: torch.linalg.cholesky,
    gd.QR: qr,
    gd.Sylvester: sylvester,
}
SCIPY = {
    gd.Polar: lambda la, M: la.polar(M)[0],
    gd.Sign: lambda la, M: la.signm(M),
    gd.SquareRoot: lambda la, S: la.sqrtm(S),
    gd.InverseSquareRoot: lambda la, S: la.inv(la.sqrtm(S)),
    gd.Cholesky: lambda la, S: la.cholesky(S, lower=True),
    gd.Sylvester: lambda la, *given: la.solve_sylvester(*given),
}


def spectrum(n: int, condition: float, g: torch.Generator) -> Tensor:
    """A matrix with log-uniform singular values of that condition number."""
    U, V = (torch.linalg.qr(torch.randn(n, n, generator=g).double()).Q for _ in range(2))
    return U * torch.logspace(0, -torch.tensor(condition).log10(), n).double() @ V.mT


FAMILIES: dict[str, Callable[[int, torch.Generator], Tensor]] = {
    "rand": lambda n, g: torch.rand(n, n, generator=g, dtype=torch.float64),
    "randn": lambda n, g: torch.randn(n, n, generator=g, dtype=torch.float64),
    "κ 1e6": lambda n, g: spectrum(n, 1e6, g),
    "κ 1e12": lambda n, g: spectrum(n, 1e12, g),
}


def given(kind: type[gd.Problem], family: str, n: int, g: torch.Generator) -> tuple[Tensor, ...]:
    """What the problem takes, made of one matrix of the family."""
    M = FAMILIES[family](n, g)
    if kind is gd.Sylvester:
        return M, FAMILIES[family](2, g), torch.randn(n, 2, generator=g).double()
    if kind in (gd.Polar, gd.QR):
        return (M,)
    if kind is gd.Sign:
        return (M + M.mT,)
    U, sigma, _ = torch.linalg.svd(M)
    S = U * sigma @ U.mT
    return ((S + S.mT) / 2,)


def error(value: Any, answer: Any) -> float:
    """The relative error of the worst part."""
    return max(float(squared_error(v, a)) ** 0.5 for v, a in parts(value, answer))


def row(kind: type[gd.Problem], family: str, count: int, judged: int) -> str:
    """One line of the table."""
    g = torch.Generator().manual_seed(0)
    settings: list[dict[str, bool]] = [{}]
    if hasattr(kind, "deviation"):
        settings = [{"scaled": False}, {"scaled": True}][: 1 + kind.scalable]
    agreed, proven, worst = [0] * len(settings), 0, {"ours": 0.0, "torch": 0.0, "scipy": 0.0}
    for i in range(count):
        parts_given = given(kind, family, 4 + i % 13 if kind is not gd.Sylvester else 4, g)
        optimizer = gd.RelativeGradient if hasattr(kind, "deviation") else gd.ConjugateGradient
        for k, options in enumerate(settings):
            result = gd.minimize(kind(*parts_given), optimizer, **options)
            if result.prediction.steps is not None:
                agreed[k] += int(result.prediction.steps == result.steps)
        proven += bool(result.converged)
        if i < judged and result.error_bound.isfinite():
            answer = ANSWERS[kind](*kind(*parts_given).given)
            worst["ours"] = max(worst["ours"], error(result.value, answer))
            worst["torch"] = max(worst["torch"], error(TORCH[kind](*parts_given), answer))
            if kind in SCIPY and find_spec("scipy"):
                found = SCIPY[kind](
                    import_module("scipy.linalg"), *(p.numpy() for p in parts_given)
                )
                worst["scipy"] = max(worst["scipy"], error(torch.as_tensor(found.real), answer))
    errors = "".join(f"{worst[who]:10.1e}" for who in worst)
    return f"{kind.__name__:18}{family:8}{proven:7}/{count}   {agreed!s:12}{errors}"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=100, help="runs in each row")
    parser.add_argument("--judged", type=int, default=10, help="of which so many by 100 digits")
    options = parser.parse_args()
    torch.set_num_threads(1)
    print("operation         family   proven       predicted   ours      torch     scipy")
    for kind in TORCH:
        for family in FAMILIES:
            print(row(kind, family, options.count, options.judged), flush=True)


if __name__ == "__main__":
    main()
