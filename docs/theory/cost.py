# ---
# title: What it costs
# description: >-
#   Products, steps and seconds of descent, conjugate gradients and the relative gradient beside
#   torch.linalg.inv, and when a proven inverse is worth it.
# given: [2020, 865, 280, "10,000", 256, 1000, 300, 100, "0.9", "6.8", "0.81"]
# ---

# %% [markdown]
# # What it costs
#
# The ways to an inverse on this site are slower than `torch.linalg.inv`. This page says by how
# much, what you pay for, and when that is worth it.
# {: .gd-lead }

# %% tags=["figure"]
import torch

import gdinverse as gd

M, SGD = gd.matrices.random_2020(), torch.optim.SGD
ways = {
    "of 2020": {"optimizer": SGD, "lr": 0.9, "momentum": 0.9},
    "tuned": {"optimizer": SGD, "lr": 6.8, "momentum": 0.81},
    "conjugate<br>gradients": {"optimizer": gd.ConjugateGradient},
    "relative<br>gradient": {"optimizer": gd.RelativeGradient},
}
products = []
for options in ways.values():
    run = gd.inv(M, **options, finish=False, tolerance=1e-6)
    assert run.converged
    products.append(2 * int(run.steps))
fig = gd.figures.figure(
    f"From {products[0]:,} products to {min(products)}: what an inverse costs here",
    x="",
    y="matrix products until one millionth is proven",
    log_y=False,
    y_range=(0, 1.15 * max(products)),
    caption="Two products a step. The matrix is the first of 2020, four by four.",
    alt="; ".join(
        f"{name.replace('<br>', ' ')}: {count}"
        for name, count in zip(ways, products, strict=True)
    ),
)
gd.figures.bars(
    fig, list(ways), products, "measured", [f"{p:,}" for p in products]
)
fig

# %% [markdown]
# !!! think "Pause to think"
#     One method needs 4 steps, another 8, a third 865. Which is the fastest? What else do you have
#     to ask before you can tell?
#
# ??? predict "An answer"
#     What a step costs, what has to be known before the first, and how the count grows with the size
#     of the matrix. The one with 8 steps wins for large matrices, and the library is faster than all.

# %% [markdown]
# ## Count products, not steps
#
# A step is not a unit. What costs is the *product* of two $n \times n$ matrices: it takes $2n^3$
# operations, and everything else in a step takes a multiple of $n^2$. So count products. torch can
# do that for you:

# %%
import torch
from torch.utils.flop_counter import FlopCounterMode

import gdinverse as gd

M = gd.matrices.random_2020()


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

# %% tags=["figure"]
guess = M.clone().requires_grad_()
(guess @ M - torch.eye(4)).square().mean().backward()
R = M @ M - torch.eye(4)
assert torch.allclose(guess.grad, R @ M.T / 8)
parts = {"X": M, "X M": M @ M, "residual": R, "gradient": R @ M.T}
operations = products(one_step, 4) * 2 * 4**3
fig = gd.figures.figure(
    f"Two products, {operations:.0f} operations: X M, and the residual times M transposed",
    x="",
    y="",
    log_y=False,
    caption="At the guess of 2020, X = M. Each grid over its largest entry.",
    alt="Four matrices of four rows. Their largest entries: "
    + ", ".join(
        f"{name} {part.abs().max():.2f}" for name, part in parts.items()
    )
    + ".",
)
gd.figures.grids(
    fig, {name: part / part.abs().max() for name, part in parts.items()}
)
fig

# %% [markdown]
# One for the loss, $X M$, and one for the gradient, $(X M - I) M^\top$. A step of conjugate
# gradients takes two as well, the curvature along its direction, $P M M^\top$. A step of the
# relative gradient takes two: $X M$, and the residual times $X$. So on this site a step counts as
# two products, on each rung. What is needed once, at the guess, is left out.
#
# Now matrix 1 of 2020. How many products until the relative error is below one millionth?


# %%
def steps_below(M, threshold, optimizer, guess="zeros", **options):
    """The first step with a true error below the threshold, per matrix."""
    exact, norm, errors = torch.linalg.inv(M), torch.linalg.matrix_norm, []

    def look(_, problem):
        errors.append(norm(problem.X.detach() - exact) / norm(exact))

    gd.minimize(
        gd.Inverse(M, guess=guess), optimizer, max_steps=2000, finish=False,
        callback=look, **options,
    )  # fmt: skip
    return gd.rates.first_below(torch.stack(errors), threshold)


# %%
SGD, CG, RG = torch.optim.SGD, gd.ConjugateGradient, gd.RelativeGradient
scaled, plain = {"guess": "transpose"}, {"guess": "transpose", "scaled": False}
ways = {
    "descent of 2020": (SGD, {"lr": 0.9, "momentum": 0.9, "guess": M}),
    "descent, tuned": (SGD, {"lr": 6.8, "momentum": 0.81, "guess": M}),
    "conjugate gradients": (CG, {}),
    "relative gradient, plain": (RG, plain),
    "relative gradient": (RG, scaled),
}
cost = {}
print(f"{'':24} steps products")
for name, (optimizer, options) in ways.items():
    steps = int(steps_below(M, 1e-6, optimizer, **options))
    cost[name] = 2 * steps
    print(f"{name:24} {steps:5} {cost[name]:8,}")
assert cost["descent of 2020"] == 1730
assert cost["conjugate gradients"] < cost["relative gradient"]

# %% tags=["figure"]
few = {name: n for name, n in cost.items() if n < 100}
fig = gd.figures.figure(
    f"The last {len(few)} again, without the two that need hundreds",
    x="",
    y="products until six digits are right",
    log_y=False,
    y_range=(0, 1.2 * max(few.values())),
    caption="Two products a step, matrix 1 of 2020.",
    alt="; ".join(f"{name}: {n}" for name, n in few.items()),
)
names = [name.replace(" gradient", "<br>gradient") for name in few]
counted = list(few.values())
gd.figures.bars(fig, names, counted, "measured", [str(n) for n in counted])
fig

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
#     **First conjugate gradients, then about a tie, then the relative gradient.** The figure shows
#     where they meet.


# %%
def crowd(n):
    """The random matrices of seeds 0 to 19."""
    seeds = [torch.Generator().manual_seed(seed) for seed in range(20)]
    return torch.stack([torch.rand(n, n, generator=g).double() for g in seeds])


sizes = (4, 8, 12, 16, 20, 24, 32, 64)
runs = {"conjugate": (CG, {}), "plain": (RG, plain), "scaled": (RG, scaled)}
counts = {way: {} for way in (*runs, "told")}
for n in sizes:
    batch = crowd(n)
    for way, (optimizer, options) in runs.items():
        counts[way][n] = 2 * steps_below(batch, 1e-8, optimizer, **options)
        assert (counts[way][n] > 0).all()
    kappa = torch.linalg.cond(batch)  # descent by formula, told κ
    rate = (kappa - 1) / (kappa + 1)
    counts["told"][n] = 2 * gd.rates.steps_per_factor(rate, 1e8)
middle = {
    way: {n: count.double().quantile(0.5).item() for n, count in rows.items()}
    for way, rows in counts.items()
}
wins = {
    n: int((counts["conjugate"][n] < counts["plain"][n]).sum()) for n in sizes
}
scaled_from = next(
    n for n in sizes if middle["scaled"][n] < middle["conjugate"][n]
)
print("conjugate gradients need fewer than the plain step, of 20:")
print(*(f"n = {n}: {wins[n]}" for n in (4, 8, 12, 16, 20, 32)), sep=", ")
assert wins[4] == wins[8] == 20 > wins[16] > 0 == wins[32] == wins[64]
assert all(middle["told"][n] > 5 * middle["conjugate"][n] for n in sizes)
assert all(
    middle["scaled"][n] < middle["conjugate"][n]
    for n in sizes
    if n >= scaled_from
)

# %% tags=["figure"]
fig = gd.figures.figure(
    f"Conjugate gradients beat the plain step in {wins[8]} of 20 at n = 8, in {wins[16]} at "
    f"16, in {wins[32]} at 32",
    x="n",
    y="products to a relative error of 1e-8",
    log_x=True,
    x_range=(3.6, 80),
    y_range=(8, 60_000),
    caption="Medians of 20 random matrices, seeds 0 to 19. Descent has the best learning rate and "
    "momentum that a formula gives for the exact singular values.",
    alt="Products to 1e-8. "
    + " ".join(
        f"n = {n}: conjugate gradients {middle['conjugate'][n]:.0f}, relative gradient plain "
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
    fig, sizes, list(middle["conjugate"].values()), "c1", "conjugate gradients"
)
gd.figures.line(fig, sizes, list(middle["plain"].values()), "c3", "plain")
gd.figures.line(
    fig, sizes, list(middle["scaled"].values()), "c4", "relative gradient"
)
gd.figures.dot(fig, 16, middle["plain"][16], "c3")
fig

# %% [markdown]
# At n = 4 and 8 conjugate gradients win 20 of 20 against the plain step. At 16 they win
# {{= wins[16] : d }}, at 32 and 64 none. The scaled step, which the package takes by default,
# is cheaper in the median from n = {{= scaled_from : d }} on.
#
# Why? Conjugate gradients need a step for each singular value, and more when rounding disturbs
# them. The relative gradient doubles its digits, once it can. Before, it waits about
# $2 \log_2 \kappa$ steps (exercise 3). Doubling $n$ from 32 to 64 costs it
# {{= middle["plain"][64] - middle["plain"][32] : .0f }} products in the median. Conjugate gradients
# pay {{= middle["conjugate"][64] - middle["conjugate"][32] : .0f }}.

# %% tags=["figure"]
one = crowd(32)[0]
known = {"true_error": True, "finish": False, "max_steps": 200}
drawn = {
    "conjugate": gd.inv(one, optimizer=CG, **known),
    "plain": gd.inv(one, optimizer=RG, scaled=False, **known),
    "scaled": gd.inv(one, optimizer=RG, **known),
}
below = {
    goal: int(gd.rates.first_below(drawn["plain"].history.error, goal))
    for goal in (0.5, 1e-8)
}
fig = gd.figures.figure(
    f"The plain step waits {2 * below[0.5]} products for half of the error to go, and takes "
    f"{2 * (below[1e-8] - below[0.5])} more to 1e-8",
    x="products",
    y="relative error",
    x_range=(0, 120),
    y_range=(1e-14, 10),
    caption="The first of the 20 matrices with n = 32. Each run is drawn to its lowest error, or to 120 products.",
    alt="Products to 1e-8: "
    + ", ".join(
        f"{way} {2 * gd.rates.first_below(run.history.error, 1e-8)}"
        for way, run in drawn.items()
    )
    + ".",
)
for (way, run), role in zip(drawn.items(), ("c1", "c3", "c4"), strict=True):
    shown = run.history.error[: run.history.error.argmin() + 1]
    gd.figures.line(fig, range(0, 2 * len(shown), 2), shown, role, way)
fig

# %% [markdown]
# ## Seconds
#
# A product of two 4×4 matrices takes less time than Python needs to ask for it. So for small
# matrices you pay for the loop, not for arithmetic. Try it: the least of many repetitions, in this
# page's own process.


# %%
import json
import math
import time
from pathlib import Path


def least(call, repeats):
    """The shortest of several times, in seconds."""
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return min(times)


ours = least(lambda: gd.inv(M), 30)
ratio = ours / least(lambda: torch.linalg.inv(M), 150)
print(f"gd.inv over torch.linalg.inv, one 4×4, here and now: {ratio:.0f}")
assert ratio > 1

# %% [markdown]
# That ratio changes with the machine. The next cell reads the results of `benchmarks/inverse.py`,
# which takes minutes. All ways took turns; each time is the least of its repetitions, over the
# least of `torch.linalg.inv`.

# %%
results = json.loads(Path("../../benchmarks/results.json").read_text())
tables = results["tables"]
small, large = tables["1000 4×4"], tables["one 256×256"]
print("gd.inv over the library; to the last digit")
for size, rows in tables.items():
    ours, theirs = rows["gd.inv"], rows["torch.linalg.inv"]
    print(
        f"{size:11} {ours['time']:4.0f} times  "
        f"{ours['last_digit']:4.0%}, library {theirs['last_digit']:4.0%}"
    )
    assert min(row["time"] for row in [*rows.values()][1:]) > 1
    assert ours["last_digit"] == 1
    assert ours["median_error"] < theirs["median_error"]
assert not results["missing"]

# %% tags=["figure"]
fig = gd.figures.figure(
    f"Slower than LAPACK in every case: gd.inv {tables['one 4×4']['gd.inv']['time']:.0f} times for "
    f"one 4×4, {large['gd.inv']['time']:.0f} for one 256×256",
    x="",
    y="time over torch.linalg.inv",
    x_range=(0.7, 6.4),
    y_range=(5, 3e6),
    caption="Red dots: less than all answers are right to six digits. L-BFGS and pytorch-minimize take "
    "one matrix at a time; of a batch they got ten.",
    alt=". ".join(
        f"{size}: "
        + ", ".join(
            f"{way.removeprefix('torch.')} {row['time']:,.0f} ({row['right']:.0%} right)"
            for way, row in list(rows.items())[1:]
        )
        for size, rows in tables.items()
    )
    + ".",
)
fig.layout.xaxis.update(
    tickvals=[1, 2, 3, 4, 5],
    ticktext=[size.replace(" ", "<br>") for size in tables],
)
for way, name, role in (
    ("gd.inv", "gd.inv", "c1"),
    ("gd.inv, ConjugateGradient", "conjugate", "c3"),
    ("the loop of 2020", "loop of 2020", "c2"),
    ("torch.optim.LBFGS", "L-BFGS", "c4"),
    ("pytorch-minimize, newton-cg", "Newton-CG", "c5"),
):
    times = [rows[way]["time"] for rows in tables.values()]
    at = 2.4 if name == "conjugate" else None
    gd.figures.line(fig, range(1, 6), times, role, name, at=at)
    for place, rows in enumerate(tables.values(), 1):
        good = rows[way]["right"] == 1
        gd.figures.dot(
            fig, place, rows[way]["time"], role if good else "failure"
        )
fig

# %% [markdown]
# This run was made on {{= results["date"] }}, with one core and torch {{= results["torch"] }}.
# *Right* is a true error below one millionth, judged in interval arithmetic. *To the last digit* is
# a [bound](proof.py) below $2\varepsilon$, asked of everybody's answer.
#
# !!! claim "What this shows"
#     Slower than LAPACK in each of these cases. For 1000 matrices of 4×4, `gd.inv` takes
#     {{= small["gd.inv"]["time"] : .0f }} times as long, for one of 256×256
#     {{= large["gd.inv"]["time"] : .0f }} times. In return each of its answers is right to the last digit,
#     and proven. The library's are so for {{= small["torch.linalg.inv"]["last_digit"] : .0% }} of the
#     small ones.
#
# ## The rivals, honestly
#
# - `torch.linalg.inv` is the answer to "I need the inverse". It takes turns for nobody: one call,
#   about one product, errors near $\kappa\varepsilon$. It has no bound and no status.
# - `torch.linalg.solve` is the answer to "I need $M^{-1} b$". Few people need the inverse.
# - *The loop of 2020* takes 10,000 steps, however few would do. It finds six digits of
#   {{= small["the loop of 2020"]["right"] : .0%}} of the small ones, and none of 64×64. Its loss could
#   have told which, since $n\sqrt{\ell}$ bounds the error. The loop does not look.
# - *SGD with the best numbers* is told the spectrum. One learning rate for a batch has to suit its
#   worst matrix, and 10,000 steps do not suffice for that.
# - *L-BFGS* needs no tuning, and guesses curvature from gradients; *pytorch-minimize* runs conjugate
#   gradients on the exact Hessian. Use them for losses that are *not* quadratic.
# - `gd.ConjugateGradient` is cheaper than the default for small matrices. For 256×256 it takes
#   {{= large["gd.inv, ConjugateGradient"]["time"] / large["gd.inv"]["time"] : .0f }} times as long.

# %% [markdown]
# ## What the parts cost
#
# The finish, with its residual in doubled precision, costs several products. You cannot save much by
# asking for fewer digits, because a descent that stops earlier still wants its proof. Here is the sum
# for a 64×64 matrix, counted by torch:

# %%
L = torch.rand(64, 64, generator=torch.Generator().manual_seed(0)).double()
result = gd.inv(L)
whole = products(lambda: gd.inv(L), 64)
finish = products(lambda: gd.proof.finish(result.value, L), 64)
in_steps = 2 * int(result.steps)
rest = whole - in_steps - finish
assert 0 < rest < whole / 2

# %% tags=["figure"]
sums = {
    f"{result.steps} steps": in_steps,
    "finish": finish,
    "the rest": rest,
    "together": whole,
}
fig = gd.figures.figure(
    f"Of {whole:.0f} products {in_steps} are steps, and {finish:.0f} the finish",
    x="",
    y="products",
    log_y=False,
    y_range=(0, 1.15 * whole),
    caption="A random matrix of 64 rows, by default.",
    alt="; ".join(f"{name}: {count:.1f}" for name, count in sums.items()),
)
gd.figures.bars(
    fig,
    list(sums),
    list(sums.values()),
    "measured",
    [f"{count:.0f}" for count in sums.values()],
)
fig

# %% [markdown]
# The rest is the loop's own work: bounds along the way, and products with a vector.
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
#
# **What carries over to a network.** Count what dominates, not steps: there it is passes over the
# data. An optimizer that halves the steps and doubles the passes has won nothing. And ask what it
# was told: a tuned learning rate is bought with the runs that found it.
#
# The other end of the story is [a run that does not work](../failures/index.py).

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
needed = kappa / 2 * math.log(1e6)
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
