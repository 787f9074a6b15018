"""Schedules against closed forms, published coefficients, torch's Muon, and their own runs."""

import math
import pickle
from unittest import mock

import pytest
import torch
from torch.optim import _muon

import gdinverse as gd

minimax, newton_schulz, muon = gd.schedules.minimax, gd.schedules.newton_schulz, gd.schedules.muon

# Amsel et al. (2025), algorithm 1: interval [1e-3, 1], the cushion of their code, no margin.
CUSHION = 0.02407327424182761
PUBLISHED = (
    (8.28721201814563, -23.595886519098837, 17.300387312530933),
    (4.107059111542203, -2.9478499167379106, 0.5448431082926601),
    (3.9486908534822946, -2.908902115962949, 0.5518191394370137),
    (3.3184196573706015, -2.488488024314874, 0.51004894012372),
    (2.300652019954817, -1.6689039845747493, 0.4188073119525673),
    (1.891301407787398, -1.2679958271945868, 0.37680408948524835),
    (1.8750014808534479, -1.2500016453999487, 0.3750001645474248),
    (1.875, -1.25, 0.375),
)


def errors_on(schedule, low, high, points=20_001):
    """1 − x m(x^power) of the first step, on a fine grid with both ends."""
    x = torch.linspace(low, high, points, dtype=torch.float64)
    return 1 - schedule.trace(x, 1)[1]


def touches(errors):
    """How often in a row the error is at its largest size with alternating signs."""
    most = errors.abs().max()
    signs = errors[errors.abs() > most * (1 - 1e-5)].sign()
    return 1 + int((signs[1:] != signs[:-1]).sum())


@pytest.mark.parametrize("lower", [0.5, 0.1, 0.01])
@pytest.mark.parametrize(("degree", "power"), [(3, 2), (5, 2), (7, 2), (2, 1), (3, 1), (4, 1)])
def test_the_error_of_the_best_polynomial_touches_its_bound_once_more_than_it_has_coefficients(
    degree, power, lower
):
    schedule = minimax(lower, 1, degree, power=power)
    assert touches(errors_on(schedule, lower, 1.0)) == len(schedule.step(0)) + 1


def test_a_polynomial_that_is_not_best_touches_less_often():
    assert touches(errors_on(newton_schulz(5), 0.1, 1.0)) == 1
    assert touches(errors_on(minimax(0.2, 1), 0.1, 1.0)) == 1


@pytest.mark.parametrize("lower", [0.9, 0.1, 1e-3, 1e-6])
def test_degree_3_is_its_closed_form(lower):
    """Equal at both ends, and as far on the other side of 1 where its slope is 0."""
    quotient = lower * lower + lower + 1
    top = 2 / 3 * math.sqrt(quotient / 3) * quotient
    ends = lower * (1 + lower)
    b = 2 / (top + ends)
    (found,) = minimax(lower, 1, 3).coefficients
    assert found == pytest.approx((b * quotient, -b), rel=1e-12)


@pytest.mark.parametrize("lower", [0.3, 1e-2, 1e-4])
@pytest.mark.parametrize("degree", [2, 3, 4])
def test_for_the_inverse_the_best_polynomial_is_chebyshev_s(degree, lower):
    error = errors_on(minimax(lower, 1, degree, power=1), lower, 1.0).abs().max()
    expected = 1 / math.cosh(degree * math.acosh((1 + lower) / (1 - lower)))
    assert math.isclose(error, expected, rel_tol=1e-9)


def test_the_first_coefficients_from_one_thousandth_are_known():
    expected = [
        (8.4703, -25.1081, 18.6293),
        (4.1828, -3.1087, 0.5806),
        (3.9619, -2.9541, 0.5630),
        (3.2866, -2.4647, 0.5074),
    ]
    found = minimax(1e-3).coefficients
    for step, row in zip(found, expected, strict=False):
        assert step == pytest.approx(row, abs=1e-4)
    assert found[-1] == (15 / 8, -10 / 8, 3 / 8)


def test_with_the_published_cushion_the_published_coefficients_come_out():
    found = minimax(1e-3, cushion=CUSHION).coefficients
    assert len(found) == len(PUBLISHED)
    for step, row in zip(found[:6], PUBLISHED, strict=False):
        assert step == pytest.approx(row, rel=1e-14)
    assert found[6] == pytest.approx(PUBLISHED[6], rel=1e-11)
    assert found[7] == PUBLISHED[7]


def test_a_margin_divides_before_every_step_but_the_closing_one():
    plain, safe = minimax(1e-3).coefficients, minimax(1e-3, margin=0.01).coefficients
    for step, row in zip(safe[:-1], plain, strict=False):
        assert step == pytest.approx([c / 1.01 ** (1 + 2 * j) for j, c in enumerate(row)])
    assert safe[-1] == plain[-1]


def steps_to(schedule, lower, goal):
    """Until all of [lower, 1] is within the goal of 1: the lower end is the last one."""
    trace = schedule.trace(torch.tensor(lower, dtype=torch.float64), 60)
    return int(gd.rates.first_below((1 - trace).abs(), goal))


@pytest.mark.parametrize(
    ("lower", "cubic", "quintic", "best_cubic", "best_quintic"),
    [
        (1e-1, (6, 8, 10, 11), (4, 5, 7, 7), (3, 4, 6, 7), (2, 3, 4, 5)),
        (1e-2, (11, 14, 16, 17), (8, 9, 10, 11), (5, 7, 8, 10), (3, 5, 6, 6)),
        (1e-3, (17, 19, 21, 22), (11, 13, 14, 15), (7, 9, 11, 12), (5, 6, 7, 8)),
        (1e-6, (34, 36, 38, 39), (22, 24, 25, 26), (15, 16, 18, 19), (10, 11, 12, 13)),
    ],
)
def test_steps_to_one_digit_and_to_all_of_them(lower, cubic, quintic, best_cubic, best_quintic):
    goals = (0.3, 1e-2, 1e-7, 1e-15)
    for schedule, expected in (
        (newton_schulz(3), cubic),
        (newton_schulz(5), quintic),
        (minimax(lower, degree=3), best_cubic),
        (minimax(lower, degree=5), best_quintic),
    ):
        assert tuple(steps_to(schedule, lower, goal) for goal in goals) == expected


@pytest.mark.parametrize("degree", [3, 5, 7])
def test_the_lower_end_is_the_worst_place_of_the_interval(degree):
    grid = torch.logspace(-3, 0, 4001, dtype=torch.float64)
    for schedule in (minimax(1e-3, degree=degree), newton_schulz(degree)):
        errors = (1 - schedule.trace(grid, 12)).abs()
        assert (errors.amax(-1) <= errors[:, 0] * (1 + 1e-6) + 1e-15).all()


# ── torch's Muon ───────────────────────────────────────────────────────────────────────────────


def drawn(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("shape", [(16, 16), (8, 24), (24, 8)])
def test_in_bfloat16_muon_has_the_bits_of_torch_s(shape):
    G = drawn(*shape)
    theirs = torch.nn.Parameter(torch.zeros(shape))
    optimizer = torch.optim.Muon([theirs], lr=1.0, momentum=0.0, weight_decay=0.0, nesterov=False,
                                 adjust_lr_fn="match_rms_adamw")  # fmt: skip
    theirs.grad = G.clone()
    optimizer.step()
    X = G.bfloat16()
    ours = muon().orthogonalize(X / X.norm().clamp(min=1e-7), 5)
    assert torch.equal(ours.float() * (-0.2 * math.sqrt(max(shape))), theirs.detach())


@pytest.mark.parametrize("shape", [(16, 16), (8, 24), (24, 8)])
@pytest.mark.parametrize("schedule", [muon(), newton_schulz(5)])
def test_in_float32_five_steps_are_torch_s_to_the_last_digit(schedule, shape):
    """Its iteration runs in bfloat16; here it is given float32 instead."""
    G = drawn(*shape, seed=1)
    with mock.patch.object(torch.Tensor, "bfloat16", torch.Tensor.clone):
        theirs = _muon._zeropower_via_newtonschulz(G, schedule.step(0), 5, 1e-7)
    assert torch.equal(schedule.orthogonalize(G / G.norm(), 5), theirs)


def test_muon_ends_on_a_cycle_of_four():
    start = torch.linspace(0.01, 1, 100, dtype=torch.float64)
    ends = muon().trace(start, 1000)[-4:]
    cycle = torch.tensor([0.682, 0.753, 1.047, 1.134], dtype=torch.float64)
    settled = (ends.sort(0).values - cycle[:, None]).abs().amax(0) < 1e-3
    assert settled.sum() == 100


# ── Runs ───────────────────────────────────────────────────────────────────────────────────────


def with_condition(lower, count, n=5):
    g = torch.Generator().manual_seed(3)
    sigma = torch.logspace(0, math.log10(lower), n).tolist()
    return torch.stack([gd.matrices.with_singular_values(sigma, g) for _ in range(count)])


def as_predicted(result):
    """The whole curve, where rounding does not show yet."""
    count = min(len(result.history.loss), len(result.prediction.loss))
    predicted, measured = result.prediction.loss[:count], result.history.loss[:count]
    seen = measured > 1e-16
    return (predicted.sqrt() / measured.sqrt() - 1)[seen].abs().max() < 1e-5


@pytest.mark.parametrize("lower", [1e-1, 1e-3, 1e-6])
@pytest.mark.parametrize("degree", [3, 5, 7])
def test_the_polar_factor_takes_the_predicted_steps(degree, lower):
    M = with_condition(lower, 4)
    least = lower / math.sqrt(M.square().sum((-2, -1)).max())
    for schedule in (
        newton_schulz(degree),
        minimax(least, degree=degree),
        minimax(least, degree=degree, cushion=CUSHION, margin=0.01),
    ):
        result = gd.polar(M, schedule=schedule)
        assert result.converged.all()
        assert result.steps.equal(result.prediction.steps)
        assert as_predicted(result)


@pytest.mark.parametrize("degree", [2, 3, 4])
def test_the_inverse_takes_the_predicted_steps(degree):
    M = with_condition(1e-2, 4)
    for schedule in (
        newton_schulz(degree, power=1),
        minimax(2e-5, degree=degree, power=1),
    ):
        result = gd.inv(M, schedule=schedule)
        assert result.converged.all()
        assert result.steps.equal(result.prediction.steps)
        assert as_predicted(result)


def test_a_plain_step_is_a_schedule_of_one():
    M = gd.matrices.random_2020()
    for run, schedule in (
        (gd.polar, newton_schulz(3)),
        (gd.inv, newton_schulz(2, power=1)),
    ):
        plain, same = run(M, scaled=False), run(M, schedule=schedule)
        assert plain.steps == same.steps
        assert torch.allclose(plain.prediction.loss, same.prediction.loss, rtol=1e-12)
        assert torch.allclose(plain.history.loss, same.history.loss, rtol=1e-9, atol=1e-30)


def test_muon_is_predicted_and_proves_nothing():
    result = gd.polar(with_condition(1e-2, 3), schedule=muon(), max_steps=30, finish=False)
    assert as_predicted(result)
    assert all(status is gd.Status.out_of_steps for status in result.status)
    assert (result.history.loss[-20:] > 1e-3).all()


def test_below_its_interval_a_schedule_only_takes_longer():
    result = gd.polar(with_condition(1e-5, 1)[0], schedule=minimax(1e-2))
    assert result.converged
    assert result.steps == result.prediction.steps > len(minimax(1e-2).coefficients)


@pytest.mark.parametrize("degree", [3, 7])
def test_a_schedule_is_followed_where_it_first_leads_away_from_the_answer(degree):
    """Nearly orthogonal matrices, and an interval that is made for worse ones."""
    g = torch.Generator().manual_seed(0)
    Q = torch.linalg.qr(torch.randn(40, 2, 2, generator=g, dtype=torch.float64))[0]
    M = Q * (1 + 0.1 * torch.rand(40, 1, 2, generator=g, dtype=torch.float64))
    result = gd.polar(M, schedule=minimax(1e-6, degree=degree))
    assert result.converged.all()
    assert result.steps.equal(result.prediction.steps)


def test_a_run_by_a_schedule_is_data():
    result = gd.polar(gd.matrices.random_2020(), schedule=minimax(1e-2))
    again = pickle.loads(pickle.dumps(result))
    assert again.prediction.steps == result.steps


# ── Misuse ─────────────────────────────────────────────────────────────────────────────────────


def test_a_schedule_is_not_scaled_as_well():
    with pytest.raises(ValueError, match="leave scaled out"):
        gd.polar(gd.matrices.random_2020(), schedule=muon(), scaled=True)


def test_a_schedule_made_for_another_power_is_refused():
    with pytest.raises(ValueError, match="Inverse needs power=1"):
        gd.inv(gd.matrices.random_2020(), schedule=newton_schulz(3))
    with pytest.raises(ValueError, match="orthogonalize"):
        newton_schulz(2, power=1).orthogonalize(torch.eye(2), 1)


@pytest.mark.parametrize(("degree", "power"), [(1, 2), (4, 2), (0, 1), (2, 2)])
def test_a_degree_that_no_step_has_is_refused(degree, power):
    with pytest.raises(ValueError, match=f"with power={power} there are"):
        newton_schulz(degree, power)


@pytest.mark.parametrize("options", [{"lower": 0.0}, {"lower": 1.0}, {"lower": 0.1, "cushion": 1}])
def test_an_interval_that_is_none_is_refused(options):
    with pytest.raises(ValueError, match="must be in"):
        minimax(**options)
