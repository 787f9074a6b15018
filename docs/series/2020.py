# ---
# title: The runs of 2020, repeated
# description: >-
#   The inverses of a 2020 miniseries on PyTorch optimizers, beside the losses stored then: how far
#   they agree, and where rounding parts them.
# given: [2020, 314, 315, 100, 200, 500, "10,000", "0.9"]
# ---

# %% [markdown]
# # The runs of 2020, repeated
#
# In February 2020 a series of blog posts, Arthought (2020), let PyTorch find an inverse and a
# singular value decomposition by gradient descent. Here are its inverses once more, on the same
# matrices, from the same guesses, in the same float32. The [ten decompositions](2020-runs.py) and
# [every claim](2020-claims.py), one by one, have pages of their own.
# {: .gd-lead }

# %% tags=["figure"]
import torch

import gdinverse as gd

M = gd.matrices.random_2020()
X = gd.inv(
    M,
    optimizer=torch.optim.SGD,
    lr=0.9,
    momentum=0.9,
    guess=M,
    tolerance=1e-8,
).value
largest = X.abs().max().item()
off = (X @ M - torch.eye(4)).abs().max().item()
assert off < 1e-6
fig = gd.figures.figure(
    "The matrix of 2020, the inverse that descent finds, and their product",
    x="",
    y="",
    caption="The stronger the color, the larger the number; blue is positive, orange negative.",
    alt="M has sixteen numbers between 0 and 1. X is the inverse, with entries of both signs up to "
    f"{largest:.1f}. X M is the identity, to {off:.0e}.",
)
gd.figures.grids(
    fig, {"M": M, f"X / {largest:.1f}": X / largest, "X M": X @ M}
)
fig

# %% [markdown]
# ## Thanks first
#
# This site is the question of those posts, carried on. Before anything is corrected, here is what
# they did well, and what made this page possible:
#
# - They asked for a pause before the answer, and then gave the idea in two words: guess, improve.
# - They wrote the step by hand, four lines that can be checked, before they took an optimizer.
# - They drew the loss on a logarithmic axis. On a linear one all but the first steps are a flat line.
# - They compared two matrices, saw a difference, and wrote "it depends". They did not invent a rule.
# - They set a seed, and published notebooks with their results inside. So anybody can repeat them.

# %% tags=["figure"]
steps, losses = gd.losses_2020()["inverse/random"]
flat = int(steps[gd.rates.first_below(losses, losses[0] / 300)])
shown = steps <= 500
fig = gd.figures.figure(
    f"On a linear axis, step {flat} of 10,000 is where the picture ends",
    x="step",
    y="loss",
    log_y=False,
    x_range=(0, 500),
    y_range=(0, 1),
    caption="The loss of the random matrix as it was stored in 2020, on the axis that they did not take.",
    alt=f"The loss falls from {losses[0]:.2f} to less than a three hundredth of that at step {flat}. "
    "From there on no change can be seen.",
)
gd.figures.line(fig, steps[shown], losses[shown], "c1")
gd.figures.dot(fig, flat, losses[0] / 300, "c1", f"step {flat}")
fig

# %% [markdown]
# !!! think "Pause to think"
#     You find a notebook of 2020, with its results. You run it again, years later, with a new
#     version of everything. How many digits do you expect to agree?
#
# ??? predict "An answer"
#     At first all that float32 has, about seven less a few for what adds up. Later fewer, since each
#     version rounds in its own order, and a run can amplify that.
#
# ## The same numbers first
#
# The package holds what the notebooks stored: the loss of each of twelve runs at some hundreds of
# steps. The two inverses are of a random matrix and a diagonal one, 10,000 steps with learning rate
# 0.9 and momentum 0.9, as on [the page about the inverse](2-inverse.py).

# %%
import torch

import gdinverse as gd

torch.set_printoptions(sci_mode=False)
stored = gd.losses_2020()
torch.manual_seed(314)
M1 = torch.rand(4, 4)
M2 = torch.diag(torch.tensor([1.0, 2.0, 3.0, 4.0]))
torch.manual_seed(314)
guess = torch.rand(4, 4)


def descend(M, steps=10_000, product=torch.matmul):
    """The loop of 2020: its losses, and where it ends."""
    X, losses = guess.clone().requires_grad_(), []
    for _ in range(steps):
        loss = (product(X, M) - torch.eye(4)).square().mean()
        loss.backward()
        losses.append(loss.detach())
        with torch.no_grad():
            X -= 0.9 * X.grad
            X.grad *= 0.9
    return torch.stack(losses), X.detach()


losses1, X1 = descend(M1)
losses2, X2 = descend(M2)
assert len(stored) == 12

# %% tags=["figure"]
fig = gd.figures.figure(
    "Two matrices and one guess: the first matrix and the guess are the same",
    x="",
    y="",
    caption="Blue is positive; the diagonal matrix is divided by four.",
    alt="Three grids. The random matrix and the guess are equal; the other matrix has 1, 2, 3 and 4 "
    "on its diagonal.",
)
assert guess.equal(M1)
gd.figures.grids(
    fig, {"matrix 1": M1, "matrix 2, / 4": M2 / 4, "the guess": guess}
)
fig

# %% [markdown]
# How far apart are then and now? The largest relative difference over the first steps, and the step
# at which the two first differ by one percent:


# %%
def apart(name, now):
    """The stored steps, and relative differences of the losses there."""
    steps, losses = stored[name]
    return steps, (now[steps].double() / losses - 1).abs()


print("           over 100   over 500   1% at")
over_100 = []
for name, now in (("inverse/random", losses1), ("inverse/diagonal", losses2)):
    steps, off = apart(name, now)
    over_100.append(off[steps <= 100].max().item())
    far = steps[off > 0.01].tolist()
    print(
        f"{name[8:]:8}   {over_100[-1]:.1e}    {off[steps <= 500].max():.1e}"
        f"   {far[0] if far else 'never'}"
    )
assert max(over_100) < 1e-5

# %% [markdown]
# They agree to {{= max(over_100) : .0e }} over the first 100 steps, and float32 holds
# [seven digits](1-tensors.py#an-array-first-of-all). So it is the same matrices, the same guess and
# the same method, with torch {{= torch.__version__.split("+")[0] }} in place of the version of 2020.
# Later matrix 1 parts.
#
# Each step rounds, and each version of torch rounds in its own order. Is that enough to explain it?
# Test it within one version: the same run of matrix 1 twice today, the second with the products in
# `X @ M` added in another order.


# %%
def added_by_sum(X, M):
    return (X[:, :, None] * M).sum(1)


reordered, _ = descend(M1, steps=1000, product=added_by_sum)
today = (reordered / losses1[:1000] - 1).abs()
steps, off = apart("inverse/random", losses1)
print("              over 100   over 500")
print(f"today, twice  {today[:101].max():.1e}    {today[:501].max():.1e}")
print(f"2020 and now  {over_100[0]:.1e}    {off[steps <= 500].max():.1e}")
assert today[:101].max() < 1e-5
assert today[:501].max() > 0.1 * off[steps <= 500].max()
assert today.max() > 0.1

# %% tags=["figure"]
fig = gd.figures.figure(
    f"Today parts from today as 2020 does: {today[:501].max():.0e} and "
    f"{off[steps <= 500].max():.0e} over 500 steps",
    x="step",
    y="relative difference of the losses",
    x_range=(0, 1000),
    y_range=(1e-9, 10),
    caption="Matrix 1, in float32. Blue: two orders of addition, one version of torch.",
    alt="Both curves start near 1e-7 and grow. Over 100 steps today's is at most "
    f"{today[:101].max():.0e} and that of 2020 {over_100[0]:.0e}; over 500, "
    f"{today[:501].max():.0e} and {off[steps <= 500].max():.0e}.",
)
some = (steps <= 1000) & (off > 1e-8)
moved = today > 0
gd.figures.line(fig, torch.arange(1000)[moved], today[moved], "c1")
gd.figures.dots(fig, steps[some][::4], off[some][::4], "c2")
gd.figures.label(fig, "today, twice", 60, 1e-2, "c1")
gd.figures.label(fig, "dots: 2020 and now", 300, 1e-8, "c2", above=False)
fig

# %% [markdown]
# It is enough: today parts from today by as much. The differences grow, and where a loss ends in
# rounding there is nothing left to compare.
#
# ## Then, now, and theory
#
# [Part 2](2b-curve.py#the-curve-predicted) predicts the loss of each step from the singular values
# and the guess. It knows nothing of a run. Draw it, and lay the stored losses on it.

# %%
modes1, modes2 = (
    gd.Inverse(M.double(), guess=guess.double()).modes() for M in (M1, M2)
)
theories = {
    "inverse/random": gd.rates.predict(modes1, 1000, lr=0.9, momentum=0.9),
    "inverse/diagonal": gd.rates.predict(modes2, 1000, lr=0.9, momentum=0.9),
}
off_theory = {}
for name, theory in theories.items():
    steps, losses = stored[name]
    early = steps <= 100
    relative = losses[early] / theory.loss[steps[early]] - 1
    off_theory[name] = relative.abs().max().item()
    print(f"{name[8:]}: {off_theory[name]:.1e} from theory over 100 steps")
assert max(off_theory.values()) < 2e-5

# %% tags=["figure"]
late = [curve[-1000:].median().item() for curve in (losses1, losses2)]
fig = gd.figures.figure(
    f"The dots of 2020 lie on the curve of theory: {off_theory['inverse/random']:.1e} apart over "
    "100 steps",
    x="step",
    y="loss",
    x_range=(0, 1000),
    y_range=(1e-17, 10),
    caption="Dots: losses stored in 2020, every twentieth step. Dashed: predicted, in exact "
    "arithmetic.",
    alt=f"Over the first 100 steps the stored losses of matrix 1 differ from the prediction by "
    f"{off_theory['inverse/random']:.1e} at most, those of the diagonal matrix by "
    f"{off_theory['inverse/diagonal']:.1e}. They leave it at the floor of float32, "
    f"{late[0]:.0e} and {late[1]:.0e}.",
)
gd.figures.band(fig, late[1], 2 * late[0], "float32 floor")
for (name, theory), role, known in zip(
    theories.items(), ("c1", "c3"), ("matrix 1", "diagonal"), strict=True
):
    steps, losses = stored[name]
    some = (steps % 20 == 0) & (steps <= 1000)
    gd.figures.line(fig, range(1001), theory.loss, "predicted", known)
    gd.figures.dots(fig, steps[some], losses[some], role)
fig

# %% [markdown]
# ## What did the steps do?
#
# Call a run *at its floor* from the first step at which its loss is within a factor of two of where
# it ends.

# %%
floors = []
for losses in (losses1, losses2):
    level = losses[-1000:].median().item()
    floors.append(int(gd.rates.first_below(losses, 2 * level)))
assert floors[1] < floors[0] < 1000
assert (losses1[floors[0] :] < 1e-11).all()

# %% [markdown]
# ??? predict "Predict first: matrix 1 ran for {{= 10_000 : ,d }} steps. How many of them came before the floor?"
#     {{= 10 * floors[0] : ,d }}, {{= 5_000 : ,d }}, {{= floors[0] : d }}, or {{= floors[0] / 10 : .0f }}?
#
#     **{{= floors[0] : d }}**: {{= floors[0] / 10_000 : .0%}} of the work. The diagonal matrix is at its
#     floor from step {{= floors[1] }}.

# %% tags=["figure"]
fig = gd.figures.figure(
    f"Floors at steps {floors[1]} and {floors[0]}, and then on to 10,000",
    x="step",
    y="loss",
    x_range=(0, 10_500),
    y_range=(1e-18, 10),
    caption="The whole runs, in float32, each hundredth step. What follows the floor is rounding.",
    alt=f"Both losses fall steeply, to their floors at steps {floors[0]} and {floors[1]}, and stay "
    "there to the end, flat or in a noisy band.",
)
for curve, role, name in (
    (losses1, "c1", "matrix 1"),
    (losses2, "c3", "diagonal"),
):
    each = torch.arange(0, 10_000, 100)
    some = each[curve[each] > 0]
    gd.figures.line(fig, some, curve[some], role, name)
fig

# %% [markdown]
# Nothing was wrong with the other {{= 10_000 - floors[0] : ,d }} steps. Nothing told the loop to
# stop.
#
# ## One bookmark, read twice
#
# A seed [is a bookmark](1-tensors.py#a-seed-is-a-bookmark) in one stream of numbers. In 2020 it was
# set before the matrix was drawn, and again inside the solver, before the guess:

# %%
print("matrix\n", M1)
print("guess\n", guess)
assert torch.equal(guess, M1)

# %% [markdown]
# The random guess is the matrix itself. Did it help, or hurt? Take other guesses, 200 of them, and
# predict each:

# %%
crowd = gd.Inverse(
    M1.double().expand(200, 4, 4),
    guess="random",
    generator=torch.Generator().manual_seed(315),
).modes()


def steps_of(modes, most=12_000):
    curve = gd.rates.predict(modes, most, lr=0.9, momentum=0.9)
    return gd.rates.first_below(curve.error, 1e-6)


counts, steps1 = steps_of(crowd, most=1000), int(steps_of(modes1))
print(f"six digits from the matrix itself: {steps1} steps")
print(f"from 200 others: {counts.min()} to {counts.max()} steps")
assert counts.min() <= steps1 <= counts.max()
assert counts.max() - counts.min() < 20

# %% tags=["figure"]
fewer = int((counts < steps1).sum())
fig = gd.figures.figure(
    f"{fewer} of 200 guesses need fewer steps than the matrix itself",
    x="guesses, sorted",
    y="steps to six digits, predicted",
    log_y=False,
    x_range=(-2, 202),
    y_range=(counts.min().item() - 3, counts.max().item() + 3),
    caption="The axis begins just below the fewest.",
    alt=f"200 guesses need {counts.min()} to {counts.max()} steps; the matrix itself needs {steps1}.",
)
gd.figures.dots(fig, range(200), counts.sort().values, "c1")
gd.figures.dot(fig, fewer, steps1, "predicted", "the matrix itself")
fig

# %% [markdown]
# Neither, on this matrix. A guess has some of [the slowest
# mode](2b-curve.py#four-small-problems-side-by-side), and you wait for that. In the first
# decomposition, where the guess was read from the same bookmark, the guess [makes a
# difference](2020-runs.py#the-bookmark-again), and this one lies among the others. The coincidence
# is a curiosity, not a cause.
#
# ## What changed in the code
#
# Three things, and each has one cause above. A run *stops*, because
# {{= 1 - floors[0] / 10_000 : .0%}} of the steps came after the floor. It comes with a *bound* on
# its error, because a small loss is not a proof. And many claims have an *assert* on the page that
# makes them. The first run of 2020 in one line of today:

# %%
result = gd.inv(
    M1, optimizer=torch.optim.SGD, lr=0.9, momentum=0.9, guess=guess
)
print(result)
assert result.status is gd.Status.floor
assert result.steps < 2000
inverse = torch.linalg.inv(M1.double())
error = (result.value.double() - inverse).norm() / inverse.norm()
assert error <= result.error_bound < 1e-4

# %% [markdown]
# In float32 it stops at step {{= result.steps : d }} by itself, and says why.
#
# !!! claim "What this shows"
#     Two results that were stored with their seeds can be checked years later, to
#     {{= max(over_100) : .0e }} over 100 steps, and by a theory that came after them.
#
# **What carries over to a network.** The seed, the stored curve, and the limits of both. A training
# run repeated elsewhere agrees at first and can part later, by rounding. So compare the first
# hundred steps digit by digit, and the rest by what it is for.
#
# [Ten more runs](2020-runs.py) follow, by momentum and by Adam.

# %% [markdown]
# ## Your turn
#
# !!! exercise "Exercise 2020.1"
#     In 2020 the cell that should print $X_2 M_2$ printed $X_1 M_1$ again. Mend it. How far is the
#     second result from an inverse?

# %% tags=["solution"]
print(X2 @ M2)
inspected = (X2 @ M2 - torch.eye(4)).abs().max().item()
print(f"farthest from the identity: {inspected:.1e}")
assert 0 < inspected < 1e-6

# %% [markdown]
# !!! exercise "Exercise 2020.2"
#     Give the guess a bookmark of its own, seed 315, and count the steps to six digits.

# %% tags=["solution"]
generator = torch.Generator().manual_seed(315)
other = torch.rand(4, 4, generator=generator).double()
independent = int(steps_of(gd.Inverse(M1.double(), guess=other).modes()))
print(f"{independent} steps, and {steps1} from the matrix itself")
assert abs(independent - steps1) < 10

# %% [markdown]
# !!! exercise "Exercise 2020.3"
#     The relative error is at most $n\sqrt{\ell}$ for a loss $\ell$. At which step of the stored
#     run could the loop have stopped with five digits proven?

# %% tags=["solution"]
steps, losses = stored["inverse/random"]
enough = int(steps[gd.rates.first_below(4 * losses.sqrt(), 1e-5)])
print(f"n √loss is below 1e-5 at step {enough}, long before {floors[0]}")
assert 600 < enough < floors[0]

# %% tags=["hide"]


def relative_error(X, M):
    inverse = torch.linalg.inv(M.double())
    return ((X.double() - inverse).norm() / inverse.norm()).item()


values = {
    "runs": len(stored),
    "agree_100": max(over_100),
    "off_theory": off_theory["inverse/random"],
    "floor_step": floors[0],
    "floor_step_diagonal": floors[1],
    "error_random": relative_error(X1, M1),
    "error_diagonal": relative_error(X2, M2),
    "inspected": (X2 @ M2 - torch.eye(4)).abs().max().item(),
    "fewest": int(counts.min()),
    "most": int(counts.max()),
}
