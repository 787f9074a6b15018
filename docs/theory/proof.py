# ---
# title: How an answer proves itself
# description: >-
#   A rigorous bound on the error of an inverse without knowing the inverse: the residual, what a
#   small one proves, and what a small loss does not.
# given: [2020, 600, 865, "0.9", "1.001"]
# ---

# %% [markdown]
# # How an answer proves itself
#
# Somebody hands you a matrix and says it is the inverse of $M$. You do not know the inverse. You
# can still find out how wrong theirs is, to several digits, with two products.
# {: .gd-lead }

# %% tags=["figure"]
import math

import torch

import gdinverse as gd

norm = torch.linalg.matrix_norm
M = torch.tensor([[1.0, 0.5], [0.2, 0.8]], dtype=torch.float64)
X, push, inverse = M, torch.zeros_like(M), torch.linalg.inv(M)
fig = gd.figures.figure(
    "The inverse is in every ball, and the balls close in",
    x="first number of a row",
    y="second number",
    log_y=False,
    x_range=(-0.15, 2.79),
    y_range=(-2.15, -0.05),
    equal=True,
    caption="The upper row of X at three steps, with the radius that two products prove.",
    alt="",
)
turn, said = torch.linspace(0, 2 * math.pi, 91), []
shown = dict(zip((8, 16, 24), ("c1", "c2", "c4"), strict=True))
for step in range(25):
    R = torch.eye(2) - X @ M
    if step in shown:
        radius = (norm(R @ X) / (1 - norm(R))).item()
        x, y = X[0].tolist()
        assert 0 < norm(X - inverse) <= radius
        gd.figures.line(
            fig, x + radius * turn.cos(), y + radius * turn.sin(), shown[step]
        )
        gd.figures.dot(fig, x, y, shown[step])
        said.append(
            f"step {step}: radius {radius:.2f}, distance {norm(X - inverse):.2f}"
        )
    push = 0.8 * push + R @ M.T / 2
    X = X + 0.9 * push
gd.figures.dot(fig, *inverse[0].tolist(), "limit", "the inverse")
fig.layout.meta["alt"] = "; ".join(said)
fig

# %% [markdown]
# !!! think "Pause to think"
#     You may multiply $X$ and $M$, and nothing else. What would you have to see to be sure that $M$
#     has an inverse at all? Take fifteen seconds.
#
# ??? predict "An answer"
#     That $X M$ is near enough to the identity: nearer than one, as a distance. This page shows that
#     no matrix without an inverse can come that near, whatever $X$ is.

# %% [markdown]
# ## The residual
#
# Multiply, and see how far you are from the identity. We call $R = I - X M$ the *residual*, and its
# Frobenius norm $r$. The series used one line of algebra:
#
# $$X - M^{-1} = -R\, M^{-1}, \qquad\text{so}\qquad
# \frac{\lVert X - M^{-1} \rVert}{\lVert M^{-1} \rVert} \le r$$
#
# The right side needs no inverse. The line does: it assumes that $M^{-1}$ exists. If it does not,
# the line says nothing.

# %% tags=["figure"]
M = gd.matrices.random_2020()
X, push = M, torch.zeros_like(M)
for _ in range(100):
    push = 0.9 * push + 2 / 16 * (X @ M - torch.eye(4)) @ M.T
    X = X - 0.9 * push
R = torch.eye(4) - X @ M
fig = gd.figures.figure(
    f"Two matrices, one product, and r = {norm(R):.2f}",
    x="",
    y="",
    log_y=False,
    caption="Matrix 1 of 2020, its guess after 100 steps over the largest entry, their product, and "
    "what is missing to the identity. Blue is positive, orange negative.",
    alt="Four grids of four rows. The diagonal of X M: "
    + ", ".join(f"{number:.2f}" for number in (X @ M).diagonal().tolist())
    + f". The largest entry of R is {R.abs().max():.2f}.",
)
gd.figures.grids(
    fig, {"M": M, "X": X / X.abs().max(), "X M": X @ M, "R = I − X M": R}
)
fig

# %% [markdown]
# ## Does the inverse exist?
#
# Suppose it does not. Then some vector $v$ of length one has $M v = 0$. Look at what the residual
# does to it:
#
# $$R\, v = v - X M v = v$$
#
# The residual keeps the length of $v$. So its norm is at least one, *whatever $X$ is*. Turn that
# around:
#
# !!! claim "The test"
#     If $r < 1$, then $M$ has an inverse. No singular matrix can pass, for any $X$.
#
# When does the run of 2020 pass? Matrix 1, learning rate 0.9, momentum 0.9:


# %%
import torch

import gdinverse as gd

norm = torch.linalg.matrix_norm


def descend(M, guess, steps, lr=0.9, momentum=0.9):
    X, push, path = guess.clone(), torch.zeros_like(M), []
    for _ in range(steps + 1):
        path.append(X)
        gradient = 2 / M.numel() * (X @ M - torch.eye(len(M))) @ M.T
        push = momentum * push + gradient
        X = X - lr * push
    return torch.stack(path)


M = gd.matrices.random_2020()
inverse = torch.linalg.inv(M)  # to judge only
path = descend(M, guess=M, steps=900)
R = torch.eye(4) - path @ M
r, distance = norm(R), norm(path - inverse)
error = distance / norm(inverse)
exists = int((r < 1).nonzero()[0])
below = int((r >= 1).nonzero()[-1]) + 1
print(f"r < 1 at step {exists}, and at every step from {below} on")
print(f"relative error at step {exists}: {error[exists]:.3f}")
assert r[exists] < 1 <= r[below - 1]

# %% tags=["figure"]
fig = gd.figures.figure(
    f"r is below one at step {exists}: from here on M is known to have an inverse",
    x="step",
    y="r, and the relative error",
    log_y=False,
    x_range=(0, 300),
    y_range=(0, 1.05 * max(r.max().item(), error.max().item())),
    caption="Norm of the residual of each X, and its true error. Green: one.",
    alt=f"r starts at {r[0]:.2f}, is {r[exists]:.3f} at step {exists} and {r[300]:.3f} at step "
    f"300; the relative error is {error[exists]:.3f} and {error[300]:.3f} there.",
)
gd.figures.line(fig, [0, 300], [1, 1], "limit", "one")
gd.figures.line(fig, range(301), r[:301], "c1", "r")
gd.figures.line(fig, range(301), error[:301], "c5", "error")
gd.figures.dot(fig, exists, r[exists].item(), "limit")
fig

# %% [markdown]
# At step {{= exists : d }} you know that $M$ is invertible: one $X$ that passes is enough, whatever the
# later ones do. The error is still {{= error[exists] : .3f }}: not one digit is right. Existence comes
# first, digits come later.
#
# ## From the residual to the error
#
# Now that $r < 1$, we can do better than the one line. Solve $R = I - X M$ for the inverse:
# $M^{-1} = (I - R)^{-1} X$. Subtract $X$ on both sides:
#
# $$M^{-1} - X = (I - R)^{-1} R\, X, \qquad
# \lVert X - M^{-1} \rVert \le \frac{\lVert R\, X \rVert}{1 - r}$$
#
# Books often stop one step later, at $\lVert X \rVert\, r/(1 - r)$. That is never smaller, because
# $\lVert R X \rVert \le r \lVert X \rVert$. Three distances, at some steps with $r < 1$:

# %%
ours = norm(R @ path) / (1 - r)
textbook = norm(path) * r / (1 - r)
print("step   true distance   ours            ours/true   textbook/true")
for k in (100, 300, 435, 865):
    print(
        f"{k:4}   {distance[k]:.7e}   {ours[k]:.7e}"
        f"   {ours[k] / distance[k]:9.7f}   {textbook[k] / distance[k]:.4f}"
    )
assert (ours >= distance)[r < 1].all()
assert (ours <= textbook)[r < 1].all()

# %% [markdown]
# For a *relative* error you need the size of $M^{-1}$, which you do not know either. It is at least
# $\lVert X \rVert$ minus the bound. Nothing exact is looked at:


# %%
def bound(R, X):
    """Bound the relative error; inf where nothing follows."""
    distance = norm(R @ X) / (1 - norm(R))
    size = norm(X) - distance  # of the inverse, at least
    useful = (norm(R) < 1) & (size > 0)
    return torch.where(useful, distance / size, torch.inf)


bounds = bound(R, path)
ratio = (bounds / error)[[100, 300, 865]]
six = int(gd.rates.first_below(bounds, 1e-6))
by_r = int(gd.rates.first_below(r, 1e-6))
print(f"six digits are right at step {gd.rates.first_below(error, 1e-6)}")
print(f"proven by this bound at step {six}, by r alone at step {by_r}")
assert (bounds >= error).all()
assert ratio[2] < 1.00001
assert six == gd.rates.first_below(error, 1e-6)
start = int((~bounds.isfinite()).nonzero()[-1]) + 1

# %% tags=["figure"]
fig = gd.figures.figure(
    f"The bound becomes the error: {ratio[0]:.2f} times at step 100, {ratio[2]:.6f} at 865",
    x="step",
    y="relative error",
    x_range=(0, 900),
    y_range=(1e-8, 100),
    caption="Matrix 1, the run of 2020. The true error is that to the library's inverse, to judge only.",
    alt=f"True error and bound on one line from step 300 on. At step 100 the error is "
    f"{error[100]:.3f} and the bound {bounds[100]:.3f}; at step 300 {error[300]:.3e} and "
    f"{bounds[300]:.3e}; at step 865 both {error[865]:.4e}. The bound begins at step "
    f"{start}, r < 1 is seen at step {exists} first.",
)
gd.figures.line(fig, range(901), error, "measured", "true error", wide=True)
gd.figures.line(
    fig, range(start, 901), bounds[start:], "predicted", "dashed: bound"
)
gd.figures.dot(fig, exists, r[exists].item(), "limit")
gd.figures.label(fig, f"r < 1 at step {exists}", 80, 3, "limit")
gd.figures.dot(fig, 865, bounds[865].item(), "predicted", "865")
fig

# %% [markdown]
# Why so tight? $R X$ is not only an estimate of the distance to the answer: $X + R X$ is a step of
# the [relative gradient](ladder.py), which nearly arrives. The bound is the length of that step.
#
# An answer has *six digits* when its relative error is below one millionth, and they are *proven* when a
# bound is: by this bound at step {{= six }}, by the plain $r$ at step {{= by_r }}. `gd.inv` looks at the
# cheap $r$ while it runs, and takes the sharper bound of the answer at the end.
#
# That is algebra. The computer rounds, and where $X M$ is the identity up to its last digits, rounding
# is most of what is left of $R$. [Proof to the last digit](proof-digits.py) shows where this bound becomes
# a lie, and how to count rounding. `gd.proof.inverse_bound` counts it.
#
# ## A small loss is no proof
#
# The [inverse page](../series/2b-curve.py#three-ways-to-measure) met a loss that compares the *mean* of $X M$ and $M X$ with the identity. We call
# it c), and the ordinary one a).

# Run A is the run of 2020 by a), on matrix 1, stopped at step 865. Run B is one by c), on
# $\operatorname{diag}(1, -1)$.

# %%
P = torch.diag(torch.tensor([1.0, -1.0], dtype=torch.float64))
SGD = torch.optim.SGD
run_a = gd.inv(
    M,
    optimizer=SGD,
    lr=0.9,
    momentum=0.9,
    guess=M,
    max_steps=865,
    finish=False,
)
problem_b = gd.TwoSidedInverse(P, guess=M[:2, :2])
run_b = gd.minimize(problem_b, SGD, lr=0.4, momentum=0.5, max_steps=400)
loss_a, loss_b = (run.history.loss[-1].item() for run in (run_a, run_b))
print(f"A: loss {loss_a:.1e}")
print(f"B: loss {loss_b:.1e}")

# %% [markdown]
# ??? predict "Predict first: of which answer are six digits proven?"
#     A, B, both, or neither?
#
#     **A**, and it is close: its $r$ is $n\sqrt{\ell}$ = {{= 4 * loss_a**0.5 : .2e }}, which is not enough by
#     itself, and the sharper bound is {{= run_a.error_bound : .2e }}. B's loss is smaller by many powers
#     of ten, and its answer is wrong.

# %%
residual_b = norm(torch.eye(2) - run_b.value @ P).item()
error_b = (norm(run_b.value - P) / norm(P)).item()
print(f"A: {run_a}")
print(f"B: {run_b}")
print(f"   ‖I − X M‖ = {residual_b:.3f}, true error {error_b:.3f}")
assert run_a.error_bound < 1e-6
assert loss_b < loss_a * 1e-10
assert error_b > 0.5
assert run_b.error_bound > error_b

# %% tags=["figure"]
fig = gd.figures.figure(
    f"B: a loss of {loss_b:.0e}, and X P is not the identity",
    x="",
    y="",
    caption="The mean of X P and P X is the identity, to rounding. Neither of the two is.",
    alt=f"Four grids: P, the answer X, X P and P X. X P is {residual_b:.2f} from the identity.",
)
X = run_b.value
gd.figures.grids(fig, {"P": P, "X": X, "X P": X @ P, "P X": P @ X})
fig

# %% [markdown]
# B's loss does not measure the residual, so it proves nothing about it.
#
# ## A singular matrix
#
# Take the first matrix that everybody types. Its middle row is the mean of the other two, so it has
# no inverse.

# %%
S = torch.arange(1.0, 10.0, dtype=torch.float64).reshape(3, 3)
result = gd.inv(S)
print(result)
print(result.status)
print("witness ", *(f"{x:.4f}" for x in result.witness))
print(f"distance {result.distance:.1e}")
assert result.status is gd.Status.singular
assert not result.converged
assert result.distance < 1e-15

# %% tags=["figure"]
projector = result.value @ S
missed = norm(projector - torch.eye(3)).item()
assert abs(missed - 1) < 1e-9
fig = gd.figures.figure(
    f"The value for a singular matrix: X S misses the identity by {missed:.4f}",
    x="",
    y="",
    caption="X is the pseudo-inverse. No X comes nearer than one.",
    alt="Three grids: S, its pseudo-inverse X, and X S, which has 5/6, 1/3, 5/6 on its diagonal, "
    "1/3 beside it and −1/6 in two corners.",
)
gd.figures.grids(fig, {"S / 9": S / 9, "X": result.value, "X S": projector})
fig

# %% [markdown]
# The *witness* is a vector $v$ of length one that $S$ maps to almost nothing. Its entries are in the
# ratio 1 : −2 : 1. And $\lVert S v \rVert$ bounds how far the nearest singular matrix can be:
# {{= result.distance : .1e }}. What does the library say?

# %%
try:
    claimed = torch.linalg.inv(S)
    print(claimed)
    proven = gd.proof.inverse_bound(claimed, S).item()
except torch.linalg.LinAlgError as error_message:
    print(error_message)
    proven = float("inf")
print("proven of it: error at most", proven)
assert proven == float("inf")

# %% [markdown]
# Depending on the build it raises, or it returns entries of sixteen digits and no warning. The test
# refuses them, as it has to refuse every $X$ for a singular matrix.
#
# !!! claim "What this shows"
#     If $r < 1$, then $M$ has an inverse, and $X$ is within $\lVert R X \rVert/(1 - r)$ of it. Count
#     the rounding, and two products tell you how many digits to believe, whoever computed them.

# %% [markdown]
# ## What you would really use
#
# `torch.linalg.inv`, for the answer. When it matters how right that answer is, judge it:
# `gd.proof.inverse_bound(torch.linalg.inv(M), M)` costs a few products. When it should be right to
# the last digit, `gd.proof.finish` takes a start that passes the test, and
# [proof to the last digit](proof-digits.py) shows how.
#
# **What carries over to a network.** Not the bound: there is no residual that only the right weights
# make zero. What carries over is the question. A loss is small; what does that prove about the answer
# that you want? Look for a quantity that can be computed from the answer alone and that a wrong one
# cannot fake: a test set that was not trained on is the nearest there is.
#
# What all this costs is [a page of its own](cost.py).

# %% [markdown]
# ## Your turn
#
# !!! exercise "Exercise 1"
#     What is $r$ at $X = 0$? What does it prove?

# %% tags=["solution"]
r_zero = norm(torch.eye(4, dtype=torch.float64))
print(
    f"r = {r_zero:.0f}, the root of n = 4: "
    "nothing, for it is the same for every M."
)
assert r_zero == 2

# %% [markdown]
# !!! exercise "Exercise 2"
#     $r$ alone bounds the relative error too. How many times too large is it for the diagonal
#     matrix of 2020, with the same settings and guess? Watch the first 600 steps.

# %% tags=["solution"]
diagonal = gd.matrices.diagonal_2020()
path_diagonal = descend(diagonal, guess=M, steps=600)
exact = torch.diag(1 / diagonal.diagonal())
error_diagonal = norm(path_diagonal - exact) / norm(exact)
r_diagonal = norm(torch.eye(4) - path_diagonal @ diagonal)
times = r_diagonal / error_diagonal
print(f"{times.min():.2f} to {times.max():.2f} times")
assert 1 <= times.min() < times.max() < 5

# %% [markdown]
# !!! exercise "Exercise 3"
#     Somebody hands you the exact inverse times 1.001. Predict $r$, then compute it.

# %% tags=["solution"]
r_scaled = norm(torch.eye(4) - 1.001 * inverse @ M)
print(f"predicted 0.001 · √n = {0.001 * 4**0.5}, computed {r_scaled:.7f}")
assert abs(r_scaled - 0.002) < 1e-9

# %% tags=["hide"]
values = {"exists": exists, "six": six, "by_r": by_r}
