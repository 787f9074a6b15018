"""What is special about the operations of the atlas; the contract has what they share."""

import math

import pytest
import torch

import gdinverse as gd
from tests.package import families
from tests.package.atlas_trials import ANSWERS, atlas_claims
from tests.package.exact import is_bound

POLYNOMIAL = (gd.Polar, gd.Sign, gd.SquareRoot, gd.InverseSquareRoot)
TRIANGULAR = (gd.Cholesky, gd.QR)


def rand(*shape: int, seed: int = 0) -> torch.Tensor:
    g = torch.Generator().manual_seed(seed)
    return torch.rand(*shape, generator=g, dtype=torch.float64)


def given(kind: type[gd.Problem], n: int, seed: int) -> torch.Tensor:
    """A random matrix of the kind that the problem takes."""
    M = rand(n, n, seed=seed)
    if kind in (gd.Polar, gd.QR):
        return M
    return M + M.mT if kind is gd.Sign else M @ M.mT


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32], ids=str)
def test_no_operation_claims_less_than_its_error(dtype, monkeypatch):
    """The small form of benchmarks/proof_campaign.py --atlas."""
    some = ("rand", "frank", "graded", "both scaled", "singular")
    monkeypatch.setattr(families, "ALL", {name: families.ALL[name] for name in some})
    g, proven = torch.Generator().manual_seed(5), set()
    for claim in atlas_claims(dtype, g, largest=3):
        assert claim.holds, (claim.what, claim.family, claim.bound)
        proven |= {claim.what} if claim.bound < math.inf else set()
    ends = {kind.__name__ + what for kind in ANSWERS for what in (" bound", " finish")}
    assert proven == ends | {"signm"}


@pytest.mark.parametrize("kind", POLYNOMIAL + TRIANGULAR)
def test_the_steps_of_a_random_matrix_are_predicted(kind):
    for seed in range(3):
        M = given(kind, 4 + 3 * seed, seed)
        for options in ({"scaled": True}, {"scaled": False})[kind in TRIANGULAR :]:
            result = gd.minimize(kind(M), gd.RelativeGradient, **options)
            assert result.steps == result.prediction.steps, options
            assert result.converged


@pytest.mark.parametrize("kind", POLYNOMIAL)
def test_the_error_of_every_step_is_predicted(kind):
    M = given(kind, 6, 1)
    result = gd.minimize(kind(M), gd.RelativeGradient, true_error=True)
    measured = result.history.error
    ratio = result.prediction.error[: len(measured)] / measured
    assert (ratio - 1)[measured > 1e-6].abs().max() < 1e-6


@pytest.mark.parametrize("kind", TRIANGULAR)
def test_a_triangular_step_is_not_stretched(kind):
    with pytest.raises(ValueError, match="triangular: leave it out"):
        gd.minimize(kind(torch.eye(2)), gd.RelativeGradient, scaled=True)


@pytest.mark.parametrize("call", [gd.sqrtm, gd.inv_sqrtm, gd.cholesky])
def test_what_is_not_positive_definite_is_shown_by_a_vector(call):
    good, negative, flat = rand(4, 4) + 4 * torch.eye(4), -torch.eye(4), torch.ones(4, 4)
    S = torch.stack([(good + good.mT).double(), negative.double(), flat.double()])
    result = call(S)
    assert [s.name for s in result.status] == ["converged", "indefinite", "indefinite"]
    assert result.witness[0].isnan().all()
    assert result.error_bound[1:].isinf().all()
    v = result.witness[1:]
    form = (v * (S[1:] @ v[..., None])[..., 0]).sum(-1)
    assert form[0] < -0.9
    assert form[1].abs() < 1e-14


def test_a_sign_of_a_singular_matrix_is_undecided_and_a_zero_answer_vanishes():
    assert gd.sign(torch.ones(3, 3)).status is gd.Status.undecided
    assert gd.qr(torch.ones(3, 3)).status is gd.Status.undecided
    eye = torch.eye(2)
    assert gd.solve_sylvester(eye, eye, 0 * eye).status is gd.Status.vanishing
    assert gd.solve_sylvester(eye, -eye, eye).status is gd.Status.undecided


def test_the_root_of_a_loss_of_zero_is_proven_only_where_it_is_the_positive_one():
    problem = gd.SquareRoot(torch.diag(torch.tensor([4.0, 9.0]).double()))
    problem.restore([problem.scaled(torch.diag(torch.tensor([2.0, -3.0]).double()), -1)])
    assert problem() < 1e-30
    assert problem.error_bound() > 1


def test_a_factor_with_a_negative_diagonal_is_no_cholesky_factor():
    problem = gd.Cholesky(torch.eye(2).double())
    problem.restore([-problem.exact()])
    assert problem.error_bound() == math.inf


def test_a_tall_polar_factor_counts_what_is_outside_of_its_space():
    """The square part alone is right here, and the columns lean out of the space of M."""
    M = torch.tensor([[1.0, 0.0], [0.0, 1.0], [0.0, 0.0]]).double()
    problem = gd.Polar(M)
    lean = 0.01
    X = torch.tensor([[math.cos(lean), 0.0], [0.0, 1.0], [math.sin(lean), 0.0]]).double()
    problem.restore([X])
    assert problem.error_bound() >= problem.error_from(M) > 0.007
    tall = M + 0.1 * rand(3, 2)
    assert is_bound(1e-15, gd.polar(tall).value, ANSWERS[gd.Polar](tall))


def test_shapes_that_do_not_match_and_wide_matrices_are_refused():
    for A, B, C in ((2, 2, 3), (2, 3, 2)):
        with pytest.raises(ValueError, match="m × m, n × n and m × n"):
            gd.solve_sylvester(rand(A, A), rand(B, B), rand(2, C))
    with pytest.raises(ValueError, match="wide"):
        gd.qr(rand(2, 3))
    with pytest.raises(ValueError, match="not symmetric"):
        gd.sqrtm([[1.0, 2.0], [0.0, 1.0]])
