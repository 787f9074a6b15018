# ---
# title: What it costs
# description: >-
#   Products, steps and seconds of descent, conjugate gradients and the relative gradient beside
#   torch.linalg.inv, and when a proven inverse is worth it.
# given: [2020, 865, 280, "10,000", 256, 1000, 300, 100, "0.9", "6.8", "0.81"]
# ---

# %% tags=["hide"]
import json
import time
from pathlib import Path
from statistics import median

import torch

import gdinverse as gd

M = gd.matrices.random_2020()

# %% [markdown]
# # What it costs
#
# Every way to an inverse on this site is slower than `torch.linalg.inv`. This page says by how
# much, what you pay for, and when that is worth it.
# {: .gd-lead }
#
# !!! think "Pause to think"
#     One method needs 4 steps, another 8, a third 865. Which is the fastest? What else do you have
#     to ask before you can tell?

# %% [markdown]
# ## Count products, not steps
#
# A step is not a unit. What costs is the *product* of two $n \times n$ matrices: it takes $2n^3$
# operations, and everything else in a step takes a multiple of $n^2$. So count products. torch can
# do that for you:

# %%
from torch.utils.flop_counter import FlopCounterMode


def products(run, n):
    """Operations in matrix products, in units of one n×n product."""
    with FlopCounterMode(display=False) as counter:
        run()
    return counter.get_total_flops() / (2 * n**3)


def one_step():
    X = torch.zeros(4, 4, dtype=torch.float64, requires_grad=True)
    (X @ M - torch.eye(4)).square().mean().backward()


print(f"loss and backward: {products(one_step, 4):.0f} products")
assert products(one_step, 4) == 2

# %% [markdown]
# One for the loss, $X M$, and one for the gradient, $(X M - I) M^\top$. A step of conjugate
# gradients takes two as well, after one to begin with. A step of the relative gradient takes two:
# $X M$, and the residual times $X$.
#
# Now matrix 1 of 2020. How many products until the relative error is below one millionth?


# %% tags=["hide"]
def first_below(M, threshold, optimizer, guess=None, steps=2000, **options):
    """The first step with a true error below the threshold, for each matrix."""
    exact = torch.linalg.inv(M)
    errors = []

    def look(_, problem):
        distance = torch.linalg.matrix_norm(problem.X.detach() - exact)
        errors.append(distance / torch.linalg.matrix_norm(exact))

    if guess is None:
        guess = "transpose" if optimizer is gd.RelativeGradient else "zeros"
    problem = gd.Inverse(M, guess=guess)
    gd.minimize(
        problem,
        optimizer,
        max_steps=steps,
        finish=False,
        callback=look,
        **options,
    )
    return gd.rates.first_below(torch.stack(errors), threshold)


# %%
ways = {
    "descent of 2020": (
        torch.optim.SGD,
        {"lr": 0.9, "momentum": 0.9, "guess": M},
    ),
    "descent, tuned": (
        torch.optim.SGD,
        {"lr": 6.8, "momentum": 0.81, "guess": M},
    ),
    "conjugate gradients": (gd.ConjugateGradient, {}),
    "relative gradient, plain": (gd.RelativeGradient, {"scaled": False}),
    "relative gradient": (gd.RelativeGradient, {}),
}
cost = {}
for name, (optimizer, options) in ways.items():
    steps = int(first_below(M, 1e-6, optimizer, **options))
    cost[name] = 2 * steps + (optimizer is gd.ConjugateGradient)
    print(f"{name:25} {steps:4} steps   {cost[name]:5,} products")
assert cost["descent of 2020"] == 1730
assert cost["conjugate gradients"] < cost["relative gradient"]

# %% [markdown]
# From {{= cost["descent of 2020"] : ,d }} products to {{= cost["conjugate gradients"] : d }}. The
# tuned descent needs {{= cost["descent, tuned"] : d }}, but that is not a fair contest. It was
# *told* the singular values, which are about as hard to find as the inverse.
#
# The library needs about one. LAPACK's inverse takes $2n^3$ operations, as many as a single
# product.

# %% [markdown]
# ## Who needs fewer
#
# ??? predict "Predict first: n = 4, 16 and 64. Who needs fewer products, conjugate gradients or the plain relative gradient?"
#     Conjugate gradients always; the relative gradient always; first one, then a tie, then the
#     other; or the reverse?
#
#     **First conjugate gradients, then a tie, then the relative gradient.** The figure shows where
#     they meet.


# %%
def crowd(n, seeds=20):
    """One random matrix per seed."""
    generators = [torch.Generator().manual_seed(seed) for seed in range(seeds)]
    draws = [
        torch.rand(n, n, generator=g, dtype=torch.float64) for g in generators
    ]
    return torch.stack(draws)


def told(M):
    """Steps of descent with the formula's best lr and momentum, predicted."""
    kappa = torch.linalg.cond(M)
    return gd.rates.steps_per_factor((kappa - 1) / (kappa + 1), 1e8)


sizes = (4, 8, 12, 16, 20, 24, 32, 64)
counts = {"cg": {}, "plain": {}, "scaled": {}, "told": {}}
for n in sizes:
    batch = crowd(n)
    counts["cg"][n] = 2 * first_below(batch, 1e-8, gd.ConjugateGradient) + 1
    counts["plain"][n] = 2 * first_below(
        batch, 1e-8, gd.RelativeGradient, scaled=False
    )
    counts["scaled"][n] = 2 * first_below(batch, 1e-8, gd.RelativeGradient)
    counts["told"][n] = 2 * told(batch)
assert all(
    (count > 0).all() for rows in counts.values() for count in rows.values()
)
middle = {
    way: {n: median(c.tolist()) for n, c in rows.items()}
    for way, rows in counts.items()
}
print("products to 1e-8, medians of 20 matrices")
print("  n    conjugate    relative gradient    descent,")
print("       gradients    plain      scaled    told σ")
for n in sizes:
    print(
        f"{n:3} {middle['cg'][n]:10.0f} {middle['plain'][n]:11.0f}"
        f" {middle['scaled'][n]:11.0f} {middle['told'][n]:11,.0f}"
    )

# %% tags=["hide"]
cheaper = {n: int((counts["cg"][n] < counts["plain"][n]).sum()) for n in sizes}
scaled_from = next(n for n in sizes if middle["scaled"][n] < middle["cg"][n])
assert cheaper[4] == cheaper[8] == 20
assert 5 <= cheaper[16] <= 15
assert cheaper[20] + cheaper[24] < 5
assert cheaper[32] == cheaper[64] == 0
assert all(middle["told"][n] > 5 * middle["cg"][n] for n in sizes)

# %% tags=["figure"]
fig = gd.figures.figure(
    f"Conjugate gradients beat the plain step in {cheaper[8]} of 20 at n = 8, in {cheaper[16]} at "
    f"16, in {cheaper[32]} at 32",
    x="n",
    y="products to a relative error of 1e-8",
    log_x=True,
    x_range=(3.6, 80),
    y_range=(8, 60_000),
    caption="Medians of 20 random matrices, seeds 0 to 19. Descent has the best learning rate and "
    "momentum that a formula gives for the exact singular values.",
    alt="Products to 1e-8. "
    + " ".join(
        f"n = {n}: conjugate gradients {middle['cg'][n]:.0f}, relative gradient plain "
        f"{middle['plain'][n]:.0f}, scaled {middle['scaled'][n]:.0f}, descent "
        f"{middle['told'][n]:.0f}."
        for n in sizes
    ),
)
fig.layout.xaxis.update(
    tickvals=[4, 8, 16, 32, 64], ticktext=["4", "8", "16", "32", "64"]
)
gd.figures.line(
    fig, sizes, list(middle["told"].values()), "c2", "descent, told σ"
)
gd.figures.line(
    fig, sizes, list(middle["cg"].values()), "c1", "conjugate gradients"
)
gd.figures.line(fig, sizes, list(middle["plain"].values()), "c3", "plain")
gd.figures.line(
    fig, sizes, list(middle["scaled"].values()), "c4", "relative gradient"
)
gd.figures.dot(fig, 16, middle["plain"][16], "c3")
fig

# %% [markdown]
# At n = 4 and 8 conjugate gradients win 20 of 20 against the plain step. At 16 they win
# {{= cheaper[16] : d }}, at 32 and beyond none. The scaled step, which the package takes by default,
# is cheaper from n = {{= scaled_from : d }} on.
#
# Why? Conjugate gradients need a step for each singular value, and more when rounding disturbs
# them: the count grows with $n$. The relative gradient doubles its digits, once it can. Before, it
# waits about $2 \log_2 \kappa$ steps: the count grows with the *logarithm* of the condition number.
# Doubling $n$ costs it {{= middle["plain"][64] - middle["plain"][32] : .0f }} products from 32 to 64.
# Conjugate gradients pay {{= middle["cg"][64] - middle["cg"][32] : .0f }}.

# %% [markdown]
# ## Seconds
#
# A product of two 4×4 matrices takes less time than Python needs to ask for it. So for small
# matrices you pay for the loop, not for arithmetic. Try it: the least of many repetitions, in this
# page's own process.


# %%
def least(call, repeats):
    """The shortest of several times, in seconds."""
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return min(times)


slower = {}
for shape, repeats in {(4, 4): 30, (200, 4, 4): 20, (64, 64): 20}.items():
    generator = torch.Generator().manual_seed(0)
    batch = torch.rand(shape, generator=generator, dtype=torch.float64)
    ours = least(lambda batch=batch: gd.inv(batch), repeats)
    slower[shape] = ours / least(
        lambda batch=batch: torch.linalg.inv(batch), 5 * repeats
    )
print("gd.inv over torch.linalg.inv, here and now:")
print(
    *(f"{shape}: {ratio:.0f} times" for shape, ratio in slower.items()),
    sep=", ",
)
assert min(slower.values()) > 1

# %% tags=["hide"]
source = Path("../../benchmarks/results.json")
results = json.loads(source.read_text())
tables = results["tables"]
step = results["step_over_two_products"]
small, large = tables["1000 4×4"], tables["one 256×256"]
assert not results["missing"]

# %% [markdown]
# These ratios change with the machine. The next table is one run of `benchmarks/inverse.py`, on
# {{= results["date"] }}, with one core and torch {{= results["torch"] }}. It takes minutes, so this
# page reads its results instead of repeating it. All ways took turns; each time is the least of its
# repetitions, over the least of `torch.linalg.inv`.


# %%
def show(size):
    print(f"{size:31}  right  proven  last digit  products       time")
    for way, row in tables[size].items():
        print(
            f"  {way.removeprefix('torch.'):29} {row['right']:6.1%}"
            f" {row['proven']:7.1%}"
            f" {row['last_digit']:8.1%} {row['products']:11,.0f}"
            f" {row['time']:11,.1f}"
        )
    print()


for size in tables:
    show(size)
times = [
    r["time"] for rows in tables.values() for r in list(rows.values())[1:]
]
assert min(times) > 1
for rows in tables.values():
    assert rows["gd.inv"]["last_digit"] == 1
    assert (
        rows["gd.inv"]["median_error"]
        < rows["torch.linalg.inv"]["median_error"]
    )

# %% [markdown]
# *Right*: the true error is below one millionth, judged in interval arithmetic. *Proven*: so is the
# [bound](proof.py), which is asked of everybody's answer. *Last digit*: the bound is below
# $2\varepsilon$. L-BFGS and pytorch-minimize take one matrix at a time, so of a batch they got ten.
# The first two rows of `gd.inv` do the same work: their difference is how far to trust a time.
#
# !!! claim "What this shows"
#     Slower than LAPACK in every row. For 1000 matrices of 4×4, `gd.inv` takes
#     {{= small["gd.inv"]["time"] : .0f }} times as long, for one of 256×256
#     {{= large["gd.inv"]["time"] : .0f }} times. In return every answer is right to the last digit,
#     and proven. The library is so for {{= small["torch.linalg.inv"]["last_digit"] : .0% }} of the
#     small ones.
#
# ## The rivals, honestly
#
# - `torch.linalg.inv` is the answer to "I need the inverse". It takes turns for nobody: one call,
#   about one product, errors near $\kappa\varepsilon$. It has no bound and no status.
# - `torch.linalg.solve` is the answer to "I need $M^{-1} b$". Few people need the inverse.
# - *The loop of 2020* takes 10,000 steps, always. It finds six digits of
#   {{= small["the loop of 2020"]["right"] : .0%}} of the small ones, and none of 64×64. It cannot
#   tell which.
# - *SGD with the best numbers* is told the spectrum. One learning rate for a batch has to suit its
#   worst matrix, so a batch defeats it in 10,000 steps. One 64×64 does too.
# - *L-BFGS* needs no tuning, and guesses curvature from gradients. It makes one line search for
#   all, so it takes matrices one at a time.
# - *pytorch-minimize* is the best of the general ones here: its Newton-CG runs conjugate gradients
#   on the exact Hessian. Use it for losses that are *not* quadratic.
# - `gd.ConjugateGradient` is cheaper than the default for small matrices. For 256×256 it takes
#   {{= large["gd.inv, ConjugateGradient"]["time"] / large["gd.inv"]["time"] : .0f }} times as long.

# %% [markdown]
# ## What the parts cost
#
# The finish, with its residual in doubled precision, takes about seven products. You cannot save
# much by asking for fewer digits, because a descent that stops earlier still wants its proof:

# %%
g = torch.Generator().manual_seed(0)
L = torch.rand(64, 64, generator=g, dtype=torch.float64)
run = gd.inv(L)
whole = products(lambda: gd.inv(L), 64)
finish = products(lambda: gd.proof.finish(run.value, L), 64)
print(
    f"{int(run.steps)} steps and the finish: {whole:.1f} products; "
    f"the finish: {finish:.1f}"
)
assert whole > finish + 2 * int(run.steps)

# %% [markdown]
# The loop itself, with its record of losses and bounds, costs little for large matrices. Compare
# one step and its history with two bare products. At 256×256 it takes
# {{= step["one 256×256"]["relative gradient"] : .1f }} times as long, at 1000 of 4×4
# {{= step["1000 4×4"]["relative gradient"] : .1f }} times.
#
# ## When you would
#
# You would not use this for the answer. You would use it
#
# - to *see* an optimizer work on problems whose answer is known to the last digit;
# - to *teach* rates, conditioning and rounding, with a prediction beside every curve;
# - to *prove* an answer that somebody else computed: the finish takes any start;
# - to *test* your own optimizer, in `optimizer=`, against known best rates;
# - where a *product is the only fast thing*. Optimizers that orthogonalize their update in each
#   step do so with a polynomial of products, because a GPU does those best. It is the third rung.

# %% [markdown]
# ## Your turn
#
# !!! exercise "Exercise 1"
#     $\kappa = 100$. How many steps do six digits take, for plain descent and for momentum, each
#     with its best numbers?

# %% tags=["solution"]
kappa = 100
plain = gd.rates.steps_per_factor((kappa**2 - 1) / (kappa**2 + 1), 1e6)
tuned = gd.rates.steps_per_factor((kappa - 1) / (kappa + 1), 1e6)
print(
    f"plain {plain:,.0f}, momentum {tuned:,.0f}: "
    "the root of κ² is what momentum is for"
)
assert abs(plain / tuned - kappa) < 0.1

# %% [markdown]
# !!! exercise "Exercise 2"
#     The Hilbert matrix with n = 8, and somebody gives you the perfect learning rate and momentum.
#     How many steps for six digits?

# %% tags=["solution"]
kappa = torch.linalg.cond(gd.matrices.hilbert(8)).item()
needed = kappa / 2 * torch.tensor(1e6).log().item()
print(f"about (κ/2) ln 1e6 = {needed:.1e}. gd.inv takes", end=" ")
print(f"{gd.inv(gd.matrices.hilbert(8)).steps} steps.")
assert 1e11 < needed < 1.1e11

# %% [markdown]
# !!! exercise "Exercise 3"
#     The plain relative gradient waits until its smallest mode has grown. How many steps is that for
#     a condition number of 100, and of 1000? Compute, then count.

# %% tags=["solution"]
for kappa in (100, 1000):
    spectrum = torch.tensor([1.0, 1 / kappa], dtype=torch.float64)
    curve = gd.rates.newton_schulz(spectrum, 1.0, 40).error
    waited = int(gd.rates.first_below(curve, 0.5))
    expected = 2 * torch.tensor(float(kappa)).log2()
    print(
        f"κ = {kappa}: 2 log₂ κ = {expected:.1f}, "
        f"half the error at step {waited}"
    )
    assert abs(waited - expected) < 2

# %% tags=["hide"]
values = {
    "small_time": small["gd.inv"]["time"],
    "large_time": large["gd.inv"]["time"],
    "date": results["date"],
    "products_2020": cost["descent of 2020"],
    "products_cg": cost["conjugate gradients"],
}
