"""The SVD of 2020: replayed, bounded, explained and repaired.

Its longest runs, of tens of thousands of steps, are run and judged on the pages of the series.
"""

import pytest
import torch

import gdinverse as gd
from tests.package import spectra

STORED = gd.losses_2020()
RUNS = {1: (314, (5, 4)), 2: (315, (4, 4)), 3: (316, (7, 4)), 4: (317, (3, 4)), 5: (317, (4, 3))}


def matrix(run):
    """The matrix of a run of 2020, in float32; the fourth is transposed."""
    seed, shape = RUNS[run]
    M = torch.rand(shape, generator=torch.Generator().manual_seed(seed))
    return M.T.contiguous() if run == 4 else M


def guess(m, n, seed=314):
    g = torch.Generator().manual_seed(seed)
    return [torch.rand(shape, generator=g) for shape in ((m, n), (n,), (n, n))]


def problem_of(run, dtype=torch.float64, **options):
    M = matrix(run)
    start = [part.to(dtype) for part in guess(*M.shape)]
    return gd.PenaltySVD(M.to(dtype), guess=start, **options)


def descend(problem, steps, optimizer=torch.optim.SGD, **options):
    """A loop by hand; the losses of every iterate."""
    options = options or {"lr": 0.9, "momentum": 0.9}
    optimizer = optimizer(problem.parameters(), **options)
    losses = []
    for _ in range(steps):
        losses.append(problem.backward())
        optimizer.step()
    return torch.stack([*losses, problem().detach()])


def farthest(name, losses):
    """The largest relative difference to the losses that were stored in 2020."""
    steps, stored = STORED[name]
    early = steps < len(losses)
    assert early.sum() > 50
    return (losses[steps[early]].double() / stored[early] - 1).abs().max()


# The replay


@pytest.mark.parametrize(("run", "within"), [(1, 3e-6), (2, 3e-6), (3, 2e-5), (4, 5e-6), (5, 3e-6)])
def test_momentum_gives_the_losses_of_2020(run, within):
    losses = descend(problem_of(run, torch.float32), 500)
    assert farthest(f"svd-sgd/random-{run}", losses) < within


@pytest.mark.parametrize("run", RUNS)
def test_adam_gives_the_losses_of_2020(run):
    losses = descend(
        problem_of(run, torch.float32), 1000, torch.optim.Adam, lr=1e-3, weight_decay=1e-5
    )
    assert farthest(f"svd-adam/random-{run}", losses) < 2e-6


def test_a_seed_draws_the_guess_in_the_order_of_2020():
    M = matrix(1)
    problem = gd.PenaltySVD(M, generator=torch.Generator().manual_seed(314))
    for drawn, stored in zip(problem.parameters(), guess(5, 4), strict=True):
        assert drawn.equal(stored)


def test_the_loss_is_the_formula_of_2020():
    problem = problem_of(1, torch.float32)
    (U, d, V), M, eye = guess(5, 4), matrix(1), torch.eye(4)
    mse = torch.nn.functional.mse_loss
    penalties = mse(U.T @ U, eye) + mse(V @ V.T, eye)
    expected = mse(U @ torch.diag(d**2) @ V.T, M) + penalties / 100
    torch.testing.assert_close(problem(), expected)


@pytest.mark.parametrize("sigma", ["squared", "free"])
@pytest.mark.parametrize("shape", [(4, 4), (5, 3), (3, 5), (1, 1)])
def test_the_gradient_in_closed_form_is_that_of_autograd_for_batches_too(sigma, shape):
    M = torch.randn(2, 3, *shape, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    problem = gd.PenaltySVD(M, sigma=sigma, penalty=0.3, generator=torch.Generator().manual_seed(2))
    problem.backward()
    gradients = torch.autograd.grad(problem().sum(), list(problem.parameters()))
    for parameter, gradient in zip(problem.parameters(), gradients, strict=True):
        torch.testing.assert_close(parameter.grad, gradient)


# The runs


@pytest.fixture(scope="module")
def fifth():
    problem = problem_of(5)
    return problem, descend(problem, 3000)[-1]


def test_run_5_lost_its_smallest_singular_value_and_the_bound_is_sharp(fifth):
    problem, loss = fifth
    sigma = float(spectra.true_singular_values(problem.M)[2])
    assert float(loss) == pytest.approx(sigma**2 / 12, abs=1e-12)
    assert problem.sigmas().min() < 1e-12
    bounds = gd.proof.svd_bounds(problem.M, *problem.value())
    assert sigma <= float(bounds.values.max()) < sigma * (1 + 1e-8)


def test_run_5_has_a_pair_that_would_need_a_negative_sigma(fifth):
    problem, _ = fifth
    dead = int(problem.sigmas().argmin())
    U, _, V = (p.detach() for p in problem.parameters())
    assert float(U[:, dead] @ problem.M @ V[:, dead]) == pytest.approx(-0.2743, abs=1e-3)


def test_a_sigma_of_free_sign_revives_run_5(fifth):
    dead, _ = fifth
    U, d, V = (p.detach().clone() for p in dead.parameters())
    alive = gd.PenaltySVD(dead.M, sigma="free", guess=(U, d.square(), V))
    steps = int(gd.rates.first_below(descend(alive, 200), 1e-6))
    assert 60 <= steps <= 80
    assert float(alive.sigmas().detach().min()) == pytest.approx(-0.33626, abs=1e-2)
    assert alive.value().S.min() > 0


# minimize


def test_minimize_ends_runs_by_their_bound_and_never_by_their_loss():
    """Of runs 4 and 5, of one shape, the first arrives; the fifth stays where nothing is proven."""
    start = [part.double().expand(2, *part.shape) for part in guess(4, 3)]
    problem = gd.PenaltySVD(torch.stack([matrix(4), matrix(5)]).double(), guess=start)
    result = gd.minimize(
        problem, torch.optim.SGD, lr=0.9, momentum=0.9, tolerance=1e-3, max_steps=2000
    )
    assert result.converged.tolist() == [True, False]
    assert result[1].status is gd.Status.out_of_steps
    assert result[1].error_bound > 0.1
    true = torch.linalg.svdvals(problem.M)
    off = (result.value.S - true).abs().amax(-1) / true[:, 0]
    assert (off <= result.error_bound).all()


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_minimize_stops_at_the_last_digits_by_itself(dtype):
    problem = problem_of(4, dtype, penalty=1.0, sigma="free")
    result = gd.minimize(problem, torch.optim.SGD, lr=0.3, momentum=0.9)
    assert result.converged
    assert result.steps < 3000


def test_the_free_bound_of_every_step_holds():
    problem = problem_of(2, penalty=1.0, sigma="free")
    true = torch.linalg.svdvals(problem.M)
    seen = []

    def look(step, problem):
        bound, rounding = problem.quick_bound(problem().detach())
        off = (problem.value().S - true).abs().max() / true[0]
        seen.append(bound)
        assert off <= bound
        assert rounding < 1e-10

    gd.minimize(problem, torch.optim.SGD, lr=0.3, momentum=0.9, max_steps=400, callback=look)
    assert min(seen) < 1e-2


def test_a_wide_matrix_is_the_transpose_of_a_tall_one():
    M = matrix(1).double()
    results = [
        gd.minimize(
            gd.PenaltySVD(A, sigma="free", penalty=1.0, guess=[p.double() for p in guess(5, 4)]),
            torch.optim.SGD,
            lr=0.3,
            momentum=0.9,
            tolerance=1e-3,
        )
        for A in (M, M.T)
    ]
    assert results[0].converged
    assert results[0].steps == results[1].steps
    assert results[1].value.U.shape == (4, 4)
    torch.testing.assert_close(results[0].value.S, results[1].value.S)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"penalty": 0.0}, "penalty"),
        ({"sigma": "cubed"}, "squared"),
        ({"guess": "zeros"}, "random"),
        ({"guess": guess(3, 3)}, "is needed"),
    ],
)
def test_options_that_make_no_sense_are_refused_in_words(options, says):
    with pytest.raises(ValueError, match=says):
        gd.PenaltySVD(torch.eye(4), **options)


# The other two ways on the same matrix


@pytest.mark.parametrize("run", [4, 5])
def test_torchs_parametrization_finds_the_same_singular_values(run):
    M = matrix(run).double()
    problem = gd.OrthogonalSVD(M, guess=[part.double() for part in guess(4, 3)])
    result = gd.minimize(problem, torch.optim.SGD, lr=0.3, momentum=0.9, tolerance=1e-5)
    assert result.converged
    U = problem.U
    assert (U.mT @ U - torch.eye(3)).abs().max() < 1e-14
    torch.testing.assert_close(result.value.S, gd.svd(M).value.S, rtol=0, atol=1e-5)


@pytest.mark.parametrize("run", RUNS)
def test_the_orthogonal_group_takes_eight_steps_where_the_penalty_took_thousands(run):
    result = gd.svd(matrix(run).double())
    assert result.converged
    assert result.steps <= 8
    assert result.error_bound < 4e-15


# Theory


@pytest.mark.parametrize(
    ("run", "factor", "limit"),
    [
        (1, 0.99267869, 1.87),
        (2, 0.99621152, 1.36),
        (3, 0.99980380, 1.74),
        (4, 0.98811796, 1.58),
    ],
)
def test_the_hessian_at_the_answer_gives_the_last_slope_and_the_limit(run, factor, limit):
    problem = problem_of(run)
    problem.to_answer()
    h = gd.rates.local_curvature(problem)
    assert h.min() > 0
    assert float(gd.rates.rate(h, 0.9, 0.9).max() ** 2) == pytest.approx(factor, abs=1e-8)
    assert gd.rates.lr_limit(h, 0.9) == pytest.approx(limit, abs=5e-3)


def test_the_smallest_curvature_of_run_3_is_that_of_two_close_values():
    smallest = {}
    for run in (3, 4):
        problem = problem_of(run)
        problem.to_answer()
        smallest[run] = float(gd.rates.local_curvature(problem).min())
    assert smallest[3] == pytest.approx(1.09e-5, rel=5e-3)
    assert smallest[4] == pytest.approx(6.3e-4, rel=1e-2)


def test_the_predicted_slope_is_the_measured_one():
    losses = descend(problem_of(4), 3000)
    assert float((losses[3000] / losses[2000]) ** 1e-3) == pytest.approx(0.98811796, abs=2e-8)


def test_adam_leaves_the_minimum_after_it_crosses_its_own_limit():
    """On matrix 1 with torch's defaults: crossed at 16,970, left at 17,035."""
    M = gd.matrices.random_2020()
    problem = gd.Inverse(M, guess=M)
    optimizer = torch.optim.Adam(problem.parameters())
    H, inverse = gd.rates.hessian(problem), torch.linalg.inv(M)
    crossed = left = arrived = None
    for step in range(1, 17_200):
        problem.backward()
        optimizer.step()
        if step < 13_000:
            continue
        error = float((problem.X.detach() - inverse).norm() / inverse.norm())
        if arrived is None and error < 1e-10:
            arrived = step
        if crossed is None and arrived and step % 10 == 0:
            crossed = step if gd.rates.adam_curvature(H, optimizer) >= 2 * (1 + 0.9) else None
        if crossed and error > 1e-9:
            left = step
            break
    assert crossed == pytest.approx(16_970, abs=20)
    assert left == pytest.approx(17_035, abs=20)


def test_the_orthogonal_parametrization_starts_the_same_whatever_was_drawn_before():
    starts = []
    for seed in (1, 2):
        torch.manual_seed(seed)
        stream = torch.random.get_rng_state()
        problem = gd.OrthogonalSVD(torch.ones(5, 3), generator=torch.Generator().manual_seed(0))
        assert torch.random.get_rng_state().equal(stream)
        starts.append(problem.parametrizations["U"].original.detach().clone())
        problem.backward()
        torch.optim.SGD(problem.parameters(), lr=0.1).step()
        starts.append(problem.U.detach().clone())
    assert starts[0].equal(starts[2])
    assert starts[1].equal(starts[3])
