"""Trials for the atlas: what each operation claims at a spoiled answer, and after its finish."""

from collections.abc import Callable, Iterator

import torch
from torch import Generator, Tensor

import gdinverse as gd
from gdinverse.core.tensors import times_power
from gdinverse.operations.rotation import to_unit
from gdinverse.proof import norm_down
from gdinverse.proof.error_free import relative
from tests.package import atlas_truth as truth
from tests.package.exact import Exact, exact
from tests.package.trials import Claim, _noise, matrices

Answer = Callable[..., tuple[Exact, ...] | Exact | None]
ANSWERS: dict[type[gd.Problem], Answer] = {
    gd.Polar: truth.polar,
    gd.QR: truth.qr,
    gd.Sign: truth.polar,
    gd.SquareRoot: lambda S: (truth.roots(exact(S)) or (None,))[0],
    gd.InverseSquareRoot: lambda S: (truth.roots(exact(S)) or (None, None))[1],
    gd.Cholesky: lambda S: truth.cholesky(exact(S)),
    gd.Sylvester: truth.sylvester,
}


def parts(value: object, answer: object) -> Iterator[tuple[Tensor, Exact | None]]:
    """Each tensor of a value, with its answer; none of them where there is none."""
    values = value if isinstance(value, tuple) else (value,)
    answers = answer if isinstance(answer, tuple) else (answer,) * len(values)
    return zip(values, answers, strict=True)


def _claims(
    kind: type[gd.Problem], family: str, given: tuple[Tensor, ...], g: Generator
) -> Iterator[Claim]:
    """Of a problem whose unknown is somewhere between right and ruined."""
    problem = kind(*given)
    answer = ANSWERS[kind](*problem.given)
    problem.to_answer()
    problem.X.data = _noise(problem.X.detach(), g).to(problem.dtype)
    for what, bound in ((" bound", problem.error_bound), (" finish", problem.finish)):
        claimed = float(bound())
        for value, true in parts(problem.value(), answer):
            yield Claim(kind.__name__ + what, family, value, claimed, true)


def _sized(M: Tensor, g: Generator) -> Iterator[tuple[tuple[type, ...], tuple[Tensor, ...]]]:
    """M with some rows more, as the lower triangle of a symmetric matrix, and as M Mᵀ."""
    more = int(torch.randint(3, (), generator=g))
    yield (gd.Polar, gd.QR), (torch.cat((M, M[:1].expand(more, -1))),)
    yield (gd.Sign,), (M.tril() + M.tril(-1).mT,)
    core, exponents = to_unit(M)
    S = times_power(core @ core.mT, exponents)  # at M's scale, where M Mᵀ would leave the range
    yield (gd.SquareRoot, gd.InverseSquareRoot, gd.Cholesky), (S.tril() + S.tril(-1).mT,)
    n = int(torch.randint(1, 4, (), generator=g))
    B, C = (torch.randn(*s, generator=g, dtype=torch.float64) for s in ((n, n), (len(M), n)))
    yield (gd.Sylvester,), (M, (B * M.abs().amax()).to(M.dtype), C.to(M.dtype))


def atlas_claims(dtype: torch.dtype, g: Generator, largest: int = 5) -> Iterator[Claim]:
    """What all operations of the atlas claim of one matrix of each family."""
    for family, M in matrices(dtype, g, largest):
        for kinds, given in _sized(M, g):
            if all(part.isfinite().all() for part in given):
                for kind in kinds:
                    yield from _claims(kind, family, given, g)
        value, bound = gd.signm(M)
        share = float(relative(bound, norm_down(value.double())))
        yield Claim("signm", family, value, share, truth.sign(M))
