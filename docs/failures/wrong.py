# ---
# title: The loss is small, or zero, and the answer is wrong
# description: >-
#   Five answers that look right and are not: a zero loss, a small loss, a library's large numbers,
#   a seed for another matrix, an integer matrix.
# ---

# %% [markdown]
# # The loss is small, or zero, and the answer is wrong
#
# Nothing diverges, nothing stops early, no error is raised. The number at the end is wrong all the
# same. These failures have no curve that warns you. They need a check of the *answer*.
# {: .gd-lead }

# %% tags=["figure"]
import torch

import gdinverse as gd

P = torch.diag(torch.tensor([1.0, -1.0], dtype=torch.float64))
guess = gd.matrices.random_2020()[:2, :2]
X = gd.minimize(
    gd.TwoSidedInverse(P, guess=guess),
    torch.optim.SGD,
    lr=0.4,
    momentum=0.5,
    max_steps=160,
).value
mean = (X @ P + P @ X) / 2
off = (X @ P - torch.eye(2)).abs().max().item()
assert (mean - torch.eye(2)).abs().max() < 1e-14
fig = gd.figures.figure(
    f"X M is off by {off:.2f}, M X too, and their mean is the identity",
    x="",
    y="",
    caption="diag(1, −1) and a loss that compares the mean. Blue is positive, orange negative.",
    alt=f"Three grids of two by two. X M and M X have ones on the diagonal and up to {off:.2f} beside "
    "it, with opposite signs. In their mean these are zero.",
)
gd.figures.grids(fig, {"X M": X @ P, "M X": P @ X, "mean": mean})
fig

# %% [markdown]
# | what looks right | what is wrong |
# |---|---|
# | a loss of zero | [it measured something else](#zero-loss) |
# | a small loss | [its root is not small](#small-loss), nor is the error |
# | a flat loss in float32 | [it is the floor, not the answer](level.py#float32-floor) |
# | an inverse, and no error raised | [the matrix is singular](#library) |
# | the seed | [another dtype, another matrix](#other-matrix) |
# | an integer matrix | [nothing to differentiate](#integers) |
# | a small SVD loss | [the factors are not orthogonal](svd.py#drift) |

# %%
import torch

import gdinverse as gd

torch.set_printoptions(sci_mode=False)
M = gd.matrices.random_2020()
norm = torch.linalg.matrix_norm

# %% [markdown]
# ## The loss is zero and the inverse is wrong {: #zero-loss }

# %%
P = torch.diag(torch.tensor([1.0, -1.0], dtype=torch.float64))
both_errors = []


def look(_, problem):
    both_errors.append((norm(problem.value() - P) / norm(P)).item())


both = gd.minimize(
    gd.TwoSidedInverse(P, guess=M[:2, :2]),
    torch.optim.SGD,
    lr=0.4,
    momentum=0.5,
    max_steps=160,
    callback=look,
)
zero_loss, error_both = both.history.loss[-1].item(), both_errors[-1]

# %% [markdown]
# !!! failure "Symptom"
#     The loss is {{= zero_loss : .0e }}, as near to zero as rounding allows. The relative error of the
#     inverse is {{= error_both : .2f }}.

# %% tags=["figure"]
fig = gd.figures.figure(
    f"The loss falls to {zero_loss:.0e}, the error stays at {error_both:.2f}",
    x="step",
    y="loss, and relative error",
    x_range=(0, 160),
    y_range=(1e-34, 1e4),
    caption="diag(1, −1), the mean of X M and M X compared with the identity; learning rate 0.4, "
    "momentum 0.5.",
    alt=f"The loss falls on a straight line to {zero_loss:.0e} at step 160. The relative error goes "
    f"from {both_errors[0]:.2f} to {error_both:.2f} and stays there.",
)
gd.figures.line(fig, range(161), both.history.loss, "measured", "loss")
gd.figures.line(fig, range(161), both_errors, "failure", "error")
fig

# %% [markdown]
# This loss compares the *mean* of $X M$ and $M X$ with the identity. If two eigenvalues of $M$ add up
# to zero, there are matrices that $X M$ and $M X$ see with opposite signs. The mean does not see them
# at all, and what the guess has of them stays in the answer.

# %%
left = gd.minimize(
    gd.Inverse(P, guess=M[:2, :2]),
    torch.optim.SGD,
    lr=0.4,
    momentum=0.5,
    max_steps=400,
    tolerance=1e-12,
)
X = both.value
print(X)
r = norm(X @ P - torch.eye(2))
print(f"loss of the mean {zero_loss:.0e}, but ‖X M − I‖ = {r:.3f}")
print(f"both: {both}")
print(f"left: {left}")
assert zero_loss < 1e-30
assert error_both > 0.5
assert not both.converged
assert left.converged

# %% [markdown]
# !!! fix "Fix"
#     Compare one product with the identity, `X @ M` or `M @ X`. Its loss is a proof, as soon as it is
#     small enough:
#
#     ```python
#     gd.inv(M, side="left")
#     ```
#
#     The package proves its answers by $X M - I$ whatever loss you choose, so it says that this one
#     is unproven. [A small loss is no proof](../theory/proof.py#a-small-loss-is-no-proof).

# %% [markdown]
# ## The loss is small and the error is not {: #small-loss }

# %%
curve = gd.rates.predict(
    gd.Inverse(M, guess=M).modes(), 1000, lr=0.9, momentum=0.9
)
run = gd.minimize(
    gd.Inverse(M, guess=M),
    torch.optim.SGD,
    lr=0.9,
    momentum=0.9,
    max_steps=400,
    tolerance=0.0,
)
at = int(gd.rates.first_below(run.history.loss, 1e-6))
steps_error = int(gd.rates.first_below(curve.error, 1e-6))
root = 4 * curve.loss.sqrt()

# %% [markdown]
# !!! failure "Symptom"
#     The loss is below one millionth at step {{= at : d }}, and only two digits of the inverse are
#     right.

# %% tags=["figure"]
fig = gd.figures.figure(
    f"Loss 1e-6 at step {at}, error 1e-6 at step {steps_error}",
    x="step",
    y="loss, error, and n √loss",
    x_range=(0, 1000),
    y_range=(1e-15, 1e2),
    caption="Matrix 1, learning rate 0.9, momentum 0.9, from the guess of 2020; predicted. The bound "
    f"n √loss is {root[at] / curve.error[at] - 1:.0%} above the error, hardly to be told apart.",
    alt=f"The loss is below 1e-6 at step {at}. There the error is {curve.error[at]:.1e} and n √loss "
    f"{root[at]:.1e}. The error is below 1e-6 at step {steps_error}.",
)
gd.figures.line(fig, range(1001), curve.loss, "c1", "loss")
gd.figures.line(fig, range(1001), root, "limit", "n √loss", at=250)
gd.figures.line(fig, range(1001), curve.error, "failure", "error", at=700)
gd.figures.dot(fig, at, 1e-6, "c1", f"{at}", anchor="right")
gd.figures.dot(fig, steps_error, 1e-6, "failure", f"{steps_error}")
fig

# %% [markdown]
# The loss is a *mean of squares*. Take the root, and millionths become thousandths. Take the sum and
# not the mean, and a factor $n$ is back. What is left is a bound: the relative error is at most
# $n\sqrt{\ell}$, if $M$ has an inverse.

# %%
exact = torch.linalg.inv(M)
error = (norm(run.value - exact) / norm(exact)).item()
bound = 4 * run.history.loss[-1].sqrt().item()
print(f"step {at}: loss {curve.loss[at]:.1e}, error {curve.error[at]:.1e}")
print(f"step 400: error {error:.2e} ≤ n √loss {bound:.2e}")
assert curve.error[at] > 1e-3
assert abs(error / curve.error[400] - 1) < 1e-5
assert error <= bound
assert (curve.error <= root).all()

# %% [markdown]
# !!! fix "Fix"
#     Stop by the bound:
#
#     ```python
#     converged = n * loss.sqrt() < tolerance
#     ```
#
#     `tolerance` in `gd.inv` and `gd.minimize` is that, with rounding counted.
#     [When to stop](../series/2b-curve.py#when-to-stop) has the one line of algebra. In the
#     playground the count is that of the [error](../play.md?matrix=random2020&guess=self&lr=0.9&momentum=0.9#playground "{{= steps_error : ,d }} steps").

# %% [markdown]
# ## torch.linalg.inv of a singular matrix returns large numbers and no error {: #library }

# %%
S = torch.arange(1.0, 10.0, dtype=torch.float64).reshape(3, 3)
T = torch.tensor([[1.0, 2.0], [2.0, 4.0]], dtype=torch.float64)


def by_library(A):
    """What the library says, and the bound on the error of that."""
    try:
        X = torch.linalg.inv(A)
    except torch.linalg.LinAlgError as error:
        return str(error), float("inf")
    largest = f"entries up to {X.abs().max():.1e}"
    return largest, gd.proof.inverse_bound(X, A).item()


claims = {"1 … 9": by_library(S), "[[1, 2], [2, 4]]": by_library(T)}

# %% [markdown]
# !!! failure "Symptom"
#     `torch.linalg.inv` of the matrix with the entries 1 to 9: {{= claims["1 … 9"][0] }}. The
#     matrix has no inverse.

# %% tags=["figure"]
found = torch.linalg.inv_ex(S).inverse
missed = (found @ S - torch.eye(3)).abs().max().item()
assert not missed < 0.5
fig = gd.figures.figure(
    "What the library returns, times the matrix, is not the identity",
    x="",
    y="",
    caption="The matrix divided by 9, the answer divided by its largest entry, and their product without "
    "the divisors.",
    alt=f"Three grids of three by three. The product differs from the identity by up to {missed:.2g}.",
)
largest = found.abs().max()
shown = {"M / 9": S / 9, "X / largest": found / largest, "X M": found @ S}
gd.figures.grids(fig, {name: A.nan_to_num() for name, A in shown.items()})
fig

# %% [markdown]
# Elimination looks for a zero to divide by. Rounding has left a tiny number in its place, and the
# library divides by that. For another singular matrix the zero is exact, and it raises. Which of the
# two happens depends on the matrix and on the build of the library.

# %%
for name, (claim, bound) in claims.items():
    print(f"{name:17} {claim[:42]:42} error at most {bound}")
    assert bound == float("inf")
result = gd.inv(S)
print("gd.inv:", result.status.name)
print("witness", *(f"{x:.4f}" for x in result.witness))
assert result.status is gd.Status.singular
assert (S @ result.witness).norm() < 1e-14

# %% [markdown]
# For a singular matrix $\lVert I - X M \rVert$ is at least one, whatever $X$ is. So one product
# refuses the library's answer.
#
# !!! fix "Fix"
#     Check what you get:
#
#     ```python
#     X = torch.linalg.inv(M)
#     assert gd.proof.inverse_bound(X, M) < 1e-6
#     ```
#
#     `gd.inv(M).status` says `singular`, with a vector that proves it. The determinant is no test: it
#     is tiny for many matrices that have an inverse. What descent does on such a matrix:
#     [it stops at a level](level.py#singular), which you can
#     [watch](../play.md?matrix=singular&guess=rand&lr=0.03&momentum=0.9#playground "not in 20,000 steps").

# %%
proven = gd.proof.inverse_bound(torch.linalg.inv(M), M).item()
small = 1e-5 * M
print(f"matrix 1, library: error at most {proven:.0e}")
print(f"matrix 1 × 1e-5: determinant {torch.linalg.det(small):.0e}")
print(gd.inv(small))
assert proven < 1e-6
assert gd.inv(small).converged
assert torch.linalg.det(small).abs() < 1e-18

# %% [markdown]
# ## The same seed gives another matrix {: #other-matrix }

# %%
widened = torch.rand(4, 4, generator=torch.Generator().manual_seed(314))
drawn = torch.rand(
    4, 4, generator=torch.Generator().manual_seed(314), dtype=torch.float64
)
kappas = [torch.linalg.cond(A.double()).item() for A in (widened, drawn)]

# %% [markdown]
# !!! failure "Symptom"
#     You set the seed, and your step counts are not the ones that you read here. Matrix 1 should have
#     the condition number {{= kappas[0] : .2f }}; yours has {{= kappas[1] : .2f }}.

# %% tags=["figure"]
apart = (drawn - widened.double()).abs().max().item()
fig = gd.figures.figure(
    f"One seed, two dtypes: entries up to {apart:.2f} apart",
    x="",
    y="",
    caption="The stronger the color, the larger the number.",
    alt="Two grids of four by four that have nothing in common. First rows: "
    + " and ".join(
        ", ".join(f"{x:.2f}" for x in A[0]) for A in (widened, drawn)
    )
    + ".",
)
gd.figures.grids(fig, {"drawn in float32": widened, "in float64": drawn})
fig

# %% [markdown]
# A float64 number takes twice as many bits of the random stream as a float32 number. So
# `torch.rand(4, 4, dtype=torch.float64)` is not the float32 draw with more digits. It is another
# matrix.

# %%
print("float32, then .double()", *(f"{x:.4f}" for x in widened[0]))
print("float64                ", *(f"{x:.4f}" for x in drawn[0]))
assert widened.double().equal(M)
assert (drawn - M).abs().max() > 0.1
assert abs(kappas[0] - kappas[1]) > 10

# %% [markdown]
# !!! fix "Fix"
#     Draw in float32 and widen:
#
#     ```python
#     torch.manual_seed(314)
#     M = torch.rand(4, 4).double()
#     ```
#
#     Or take `gd.matrices.random_2020()`. A default dtype of float64 changes the draw as well.

# %% [markdown]
# ## Only Tensors of floating point and complex dtype can require gradients {: #integers }

# %%
integers = torch.tensor([[1, 2], [3, 4]])


def message_of(wish):
    try:
        wish()
    except RuntimeError as error:
        return str(error)
    raise AssertionError("an integer tensor took a gradient")


messages = [
    message_of(lambda: torch.tensor([[1, 2], [3, 4]], requires_grad=True)),
    message_of(integers.requires_grad_),
]

# %% [markdown]
# !!! failure "Symptom"
#     You typed in a matrix, and torch refuses: `torch.tensor([[1, 2], [3, 4]], requires_grad=True)`
#     raises an error, and so does `requires_grad_()`.
#
# Without a decimal point torch reads integers. An integer has no neighbors at a small distance, so
# there is no derivative.

# %%
print(*messages, sep="\n")
print(gd.inv(integers).value)
assert all("floating point" in message for message in messages)
exact = torch.tensor([[-2.0, 1.0], [1.5, -0.5]], dtype=torch.float64)
assert (gd.inv(integers).value - exact).abs().max() < 1e-14

# %% [markdown]
# !!! fix "Fix"
#     Write one decimal point, or convert:
#
#     ```python
#     M = torch.tensor([[1, 2], [3, 4]]).double()
#     ```
#
#     `gd.inv` and the other operations do this by themselves.
