"""Compare the atlas with the library's formulas, and its steps with their prediction.

python benchmarks/atlas.py --json benchmarks/atlas.json

prints, for each operation and family, in how many runs the steps are those predicted, plain and
scaled, and the largest error among the proven ones beside that of the formula that torch.linalg
offers, and of scipy.linalg where it is installed. Errors are judged by 100 digits.
"""

import argparse
import json
import sys
from collections.abc import Callable
from datetime import date
from importlib import import_module
from importlib.metadata import version
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


def settings_of(kind: type[gd.Problem]) -> tuple[type, dict[str, dict[str, bool]]]:
    """The optimizer, and the options of each run: plain, and stretched where that is possible."""
    if not hasattr(kind, "deviation"):
        return gd.ConjugateGradient, {"plain": {}}
    both = {"plain": {"scaled": False}, "scaled": {"scaled": True}}
    return gd.RelativeGradient, both if kind.scalable else {"plain": both["plain"]}


def judge(kind: type[gd.Problem], value: Any, inputs: tuple[Tensor, ...]) -> dict[str, float]:
    """The error of our value, and of what each library finds."""
    answer = ANSWERS[kind](*kind(*inputs).given)
    errors = {"ours": error(value, answer), "torch": error(TORCH[kind](*inputs), answer)}
    if kind in SCIPY and find_spec("scipy"):
        found = SCIPY[kind](import_module("scipy.linalg"), *(part.numpy() for part in inputs))
        errors["scipy"] = error(torch.as_tensor(found.real), answer)
    return errors


def row(kind: type[gd.Problem], family: str, count: int, judged: int) -> dict[str, Any]:
    """One line of the table; a prediction that theory does not make is not counted."""
    g = torch.Generator().manual_seed(0)
    optimizer, settings = settings_of(kind)
    proven, agreed, worst = 0, {}, {}
    for i in range(count):
        inputs = given(kind, family, 4 + i % 13 if kind is not gd.Sylvester else 4, g)
        for name, options in settings.items():
            result = gd.minimize(kind(*inputs), optimizer, **options)
            if result.prediction.steps is not None:
                agreed[name] = agreed.get(name, 0) + int(result.prediction.steps == result.steps)
        proven += int(result.converged)
        if i < judged and result.error_bound.isfinite():
            for who, off in judge(kind, result.value, inputs).items():
                worst[who] = max(worst.get(who, 0.0), off)
    shown = {"operation": kind.__name__, "family": family, "runs": count}
    return {**shown, "proven": proven, "predicted": agreed, "largest_error": worst}


def line(found: dict[str, Any]) -> str:
    agreed = "/".join(str(found["predicted"].get(name, "–")) for name in ("plain", "scaled"))
    errors = (found["largest_error"].get(who) for who in ("ours", "torch", "scipy"))
    shown = "".join(f"{'–':>10}" if off is None else f"{off:10.1e}" for off in errors)
    proven = f"{found['proven']}/{found['runs']}"
    return f"{found['operation']:18}{found['family']:8}{proven:>9}   {agreed:12}{shown}"


def main() -> None:
    """Print the table, and write it where asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=100, help="runs in each row")
    parser.add_argument("--judged", type=int, default=10, help="of which so many by 100 digits")
    parser.add_argument("--json", type=Path, help="where to store the table")
    options = parser.parse_args()
    torch.set_num_threads(1)
    print("operation         family    proven   predicted    ours      torch     scipy")
    rows = []
    for kind in TORCH:
        for family in FAMILIES:
            rows.append(row(kind, family, options.count, options.judged))
            print(line(rows[-1]), flush=True)
    if options.json:
        with_what = {name: version(name) for name in ("torch", "scipy") if find_spec(name)}
        stored = {"date": date.today().isoformat(), **with_what, "judged": options.judged}
        lines = ",\n".join(json.dumps(one, ensure_ascii=False) for one in rows)
        head = json.dumps(stored, ensure_ascii=False)[:-1]
        options.json.write_text(f'{head}, "rows": [\n{lines}\n]}}\n')


if __name__ == "__main__":
    main()
