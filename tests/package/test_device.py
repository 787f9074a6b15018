"""On another device, and under settings that lower precision: the same values, and no false bound.

There is no GPU here. `elsewhere` keeps a GPU's rules on where tensors lie, `TF32` rounds as its
products do; `benchmarks/device.py` looks at a real one.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from unittest import mock

import pytest
import torch
from torch.overrides import TorchFunctionMode

import gdinverse as gd
from gdinverse.core.tensors import times_power
from gdinverse.operations.penalty_svd import seeded
from tests.package import claims, families, kinds
from tests.package.elsewhere import DEVICE, Remote, elsewhere
from tests.package.kinds import places
from tests.package.tf32 import TF32

M = gd.matrices.random_2020()
DTYPES = pytest.mark.parametrize("dtype", [torch.float64, torch.float32], ids=str)
EVERY = pytest.mark.parametrize("operation", claims.OPERATIONS, ids=lambda o: o.name)


# What others are made of, where a case of its own would repeat theirs.
BASIC = ("inv", "solve", "pinv, tall", "lstsq", "svd", "eigh", "qr")


def drawn(operation, family="randn", scale=1.0, dtype=torch.float64, count=2, n=3):
    g = torch.Generator().manual_seed(4)
    return [(x * scale).to(dtype) for x in claims.draw(operation.inputs, family, n, count, g)]


def named(name):
    return next(o for o in claims.OPERATIONS if o.name == name)


# ── Elsewhere ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("name", "family"),
    [*((o.name, "randn") for o in claims.OPERATIONS), *((name, "singular") for name in BASIC)],
)
def test_every_operation_runs_where_its_input_lies(name, family):
    operation = named(name)
    given = drawn(operation, family, count=1, n=2)
    here = operation.call(*given)
    with elsewhere():
        there = operation.call(*(x.to(DEVICE) for x in given))
        assert places(there) == {DEVICE.type}
    for a, b in zip((*here.values, here.bound), (*there.values, there.bound), strict=True):
        assert torch.equal(a.nan_to_num(7), b.near.nan_to_num(7))


@pytest.mark.parametrize("kind", [*kinds.found()], ids=lambda kind: kind.__name__)
def test_every_problem_is_bounded_where_its_input_lies(kind):
    given = kind.example((2,), torch.float64).given
    with elsewhere(), mock.patch("gdinverse.operations.penalty_svd.seeded"):
        problem = kind(*(g.to(DEVICE) for g in given))
        if kinds.movable(kind):
            problem.to_answer()
        found = (problem.value(), problem.error_bound(), problem.quick_bound(problem().detach()))
        assert places(found) == places(tuple(problem.given)) == {DEVICE.type}


def far(x: torch.Tensor) -> torch.Tensor:
    return x.to(DEVICE)


@pytest.mark.parametrize(
    "call",
    [
        lambda: gd.solve(far(M), [1.0, 2.0, 3.0, 4.0]),
        lambda: gd.inv(far(M), guess=M, optimizer=torch.optim.SGD, tolerance=1e-3),
        lambda: gd.inv(far(M), guess="random", optimizer=torch.optim.LBFGS, max_steps=3),
        lambda: gd.inv(far(M), side="both", optimizer=torch.optim.SGD, max_steps=3),
        lambda: gd.inv(far(gd.matrices.hilbert(9))),
        lambda: gd.inv(far(M), true_error=True),
        lambda: gd.inv(far(M), schedule=gd.schedules.newton_schulz(3, power=1)),
        lambda: gd.lstsq(far(M), far(M[0]), optimizer=torch.optim.SGD, tolerance=1e-3),
        lambda: gd.svd(far(torch.eye(3))),
        lambda: gd.sqrtm(far(-M @ M.mT)),
        lambda: gd.matrix_rank(far(M.expand(2, 4, 4)), tol=0.3),
        lambda: gd.PenaltySVD(far(M), guess=(M, M[0], M)).value(),
        lambda: gd.rates.newton_schulz(far(M[0]), 0.3, 4),
        lambda: gd.rates.newton_schulz(far(M), M[0], 4),
        lambda: gd.rates.local_curvature(gd.Inverse(far(M))),
        lambda: gd.schedules.muon().orthogonalize(far(M), 3),
    ],
)
def test_what_a_call_makes_of_numbers_lies_there_too(call):
    with elsewhere():
        assert places(call()) == {DEVICE.type}


def test_a_figure_is_drawn_of_what_lies_elsewhere():
    with elsewhere():
        result = gd.inv(far(M), optimizer=torch.optim.SGD, tolerance=1e-3, true_error=True)
        assert result.plot().data
        assert result.history.to_dict()["step"][-1] == int(result.steps)


@pytest.mark.parametrize(
    "call",
    [
        lambda: gd.solve(far(M), M[0]),
        lambda: gd.solve_sylvester(far(M), far(M), M),
        lambda: gd.PenaltySVD(far(M), generator=torch.Generator()),
    ],
)
def test_what_lies_on_two_devices_is_named(call):
    with elsewhere(), pytest.raises(ValueError, match=f"on {DEVICE}"):
        call()


def test_the_device_that_is_not_there_refuses_what_a_gpu_refuses():
    with elsewhere():
        assert isinstance(far(M) @ torch.ones(4, 1, device=DEVICE).double(), Remote)
        for meeting in (
            lambda: far(M) + M,
            lambda: far(M) @ M,
            lambda: torch.where(M > 0, far(M), 0),
        ):
            with pytest.raises(RuntimeError, match="same device"):
                meeting()
        with pytest.raises(TypeError, match="cpu"):
            far(M).numpy()


def test_an_orthogonal_start_draws_from_one_device_s_stream_and_sets_it_back():
    theirs = torch.Generator().manual_seed(5)
    with mock.patch.object(torch.cuda, "default_generators", (theirs,)):
        before, mine = theirs.get_state(), torch.random.get_rng_state()
        with seeded(torch.device("cuda", 0)):
            assert theirs.initial_seed() == 0
            torch.rand(2, generator=theirs)
        assert theirs.get_state().equal(before)
        with seeded(torch.device("cpu")):
            assert theirs.get_state().equal(before)
            torch.rand(2)
    assert torch.random.get_rng_state().equal(mine)


# ── Arithmetic ─────────────────────────────────────────────────────────────────────────────────


class RoughPowers(TorchFunctionMode):
    """A pow that is off by one digit, as that of a GPU may be."""

    def __torch_function__(self, func, types, args=(), kwargs=None):
        result = func(*args, **(kwargs or {}))
        if func in (torch.ldexp, torch.pow, torch.Tensor.pow, torch.exp2, torch.Tensor.exp2):
            return result * (1 + torch.finfo(result.dtype).eps)
        return result


@EVERY
@DTYPES
@pytest.mark.parametrize("scale", [1.0, 2.0**43])
def test_no_claim_is_false_and_none_relies_on_exact_powers(operation, dtype, scale):
    given = drawn(operation, "rand", scale, dtype)
    with RoughPowers():
        found = operation.call(*given)
    judged = [*operation.claims(found, given)]
    assert all(claim.holds for claim in judged), judged
    assert any(claim.proven for claim in judged) or operation.name == "inv by Adam"


@DTYPES
def test_a_value_that_rounds_to_subnormals_has_that_in_its_bound(dtype):
    operation = named("nearest_positive_semidefinite")
    given = drawn(operation, "rand", families.SCALES[dtype][-1] / 8, dtype, count=4)
    judged = [*operation.claims(operation.call(*given), given)]
    assert all(claim.holds and claim.proven for claim in judged), judged


@pytest.mark.parametrize(
    "name", ["low_rank", "nearest_positive_semidefinite", "generalized_eigvalsh"]
)
def test_a_bound_below_what_float64_can_hold_is_not_zero(name):
    operation, g = named(name), torch.Generator().manual_seed(1)
    u = torch.randint(1, 30, (8, 3, 1), generator=g).double()
    A = torch.randn(8, 3, 3, generator=g).double()
    A = u @ u.mT if name == "low_rank" else A + A.mT
    B = (3 * torch.eye(3).double() + 1).expand(8, 3, 3)
    given = [A * 2.0**-1060, B][: len(claims.INPUTS[operation.inputs])]
    judged = [*operation.claims(operation.call(*given), given)]
    assert all(claim.holds and claim.proven for claim in judged), judged


def test_a_scale_is_exact_down_to_what_a_dtype_can_hold():
    x = torch.tensor([[1.5, -1.25]])
    for e in (-2500, -1500, -140, 3, 120, 1500, 2500):
        found = times_power(x.expand(1, 1, 2), torch.tensor([e]))
        assert found.double().equal((x.double() * 2.0 ** min(e, 1023)).float().double()[None])


# ── Settings ───────────────────────────────────────────────────────────────────────────────────

MATMUL = torch.backends.cuda.matmul


@contextmanager
def medium() -> Iterator[None]:
    torch.set_float32_matmul_precision("medium")
    yield


@contextmanager
def allow_tf32() -> Iterator[None]:
    MATMUL.allow_tf32 = True
    yield


@contextmanager
def newer() -> Iterator[None]:
    MATMUL.fp32_precision = "tf32"
    yield


@contextmanager
def autocast() -> Iterator[None]:
    with torch.autocast("cpu", dtype=torch.bfloat16):
        yield


@pytest.fixture(params=[medium, allow_tf32, newer, autocast], ids=lambda s: s.__name__)
def lowered(request):
    """A setting that lowers the precision of products, on hardware that follows it."""
    before = torch.get_float32_matmul_precision()
    with TF32(), request.param():
        yield
    torch.set_float32_matmul_precision(before)


def state():
    try:
        legacy = torch.get_float32_matmul_precision()
    except RuntimeError:  # the newer setting says something else
        legacy = None
    places = (MATMUL, torch.backends.mkldnn.matmul)
    newer = [place.fp32_precision for place in places]
    return legacy, newer, torch.is_autocast_enabled("cpu")


@pytest.mark.parametrize("name", BASIC)
def test_no_setting_changes_a_digit(name, lowered):
    operation = named(name)
    given = drawn(operation, dtype=torch.float32)
    before = state()
    under = operation.call(*given)
    assert state() == before
    torch.set_float32_matmul_precision("highest")
    with torch.autocast("cpu", enabled=False):
        plain = operation.call(*given)
    for a, b in zip((*plain.values, plain.bound), (*under.values, under.bound), strict=True):
        assert torch.equal(a.nan_to_num(7), b.nan_to_num(7))


def nearly_the_identity() -> gd.Result:
    """TF32 cannot tell this matrix from I, so that its loss says that I is the inverse."""
    eye = torch.eye(16)
    return gd.inv(
        eye * (1 + 2.0**-12), guess=eye, optimizer=torch.optim.SGD, lr=1e-3, max_steps=2,
        true_error=True,
    )  # fmt: skip


def test_no_free_bound_is_false_under_a_setting(lowered):
    history = nearly_the_identity().history
    assert (history.error_bound >= history.error).all()
    assert torch.isfinite(history.error_bound).all()


def test_without_the_guard_tf32_would_make_a_free_bound_false_and_no_proof():
    guard = mock.patch("gdinverse.core.surroundings.full_precision")
    try:
        with TF32(), allow_tf32(), guard:
            result = nearly_the_identity()
    finally:
        torch.set_float32_matmul_precision("highest")
    assert (result.history.error_bound < result.history.error).all()
    assert result.error_bound >= result.history.error[int(result.steps)]


def test_a_setting_comes_back_after_an_error(lowered):
    before = state()

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        gd.inv(M, callback=stop)
    assert state() == before


def test_a_pseudo_inverse_that_is_given_is_trusted_in_full_precision(lowered):
    A = torch.eye(16) * (1 + 2.0**-12)
    problem = gd.LinearSystem(A, A[:, :1], pseudo_inverse=torch.eye(16))
    assert problem.apart > 2.0**-12


def test_half_precision_is_refused_with_advice():
    for dtype in (torch.bfloat16, torch.float16):
        with pytest.raises(TypeError, match=r"pass M\.float\(\)"):
            gd.svd(torch.eye(2, dtype=dtype))
