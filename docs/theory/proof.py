# ---
# title: How an answer proves itself
# description: >-
#   A rigorous bound on the error of an inverse without knowing the inverse: the residual, what
#   rounding does to it, and what doubled precision proves.
# given: [2020, 600, "0.9", "1.001", 1969, 1971, 2012]
# ---

# %% [markdown]
# # How an answer proves itself
#
# Somebody hands you a matrix and says it is the inverse of $M$. You do not know the inverse. You
# can still find out how wrong theirs is, to several digits, with two products.
# {: .gd-lead }
#
# !!! think "Pause to think"
#     You may multiply $X$ and $M$, and nothing else. What would you have to see to be sure that $M$
#     has an inverse at all? Take fifteen seconds.

# %% tags=["hide"]
from fractions import Fraction

import torch

import gdinverse as gd

norm = torch.linalg.matrix_norm


def as_fractions(A):
    return [[Fraction(x) for x in row] for row in A.tolist()]


def reduce(rows):
    """Gauss and Jordan, in fractions."""
    for i in range(len(rows)):
        pivot = max(range(i, len(rows)), key=lambda k: abs(rows[k][i]))
        rows[i], rows[pivot] = rows[pivot], rows[i]
        rows[i] = [x / rows[i][i] for x in rows[i]]
        for k in range(len(rows)):
            if k != i:
                factor = rows[k][i]
                rows[k] = [
                    x - factor * y
                    for x, y in zip(rows[k], rows[i], strict=True)
                ]
    return rows


def exact_inverse(M):
    """The inverse as the sum of two float64 matrices, from exact fractions."""
    n = len(M)
    eye = as_fractions(torch.eye(n))
    rows = [row + unit for row, unit in zip(as_fractions(M), eye, strict=True)]
    exact = [row[n:] for row in reduce(rows)]
    high = [[float(x) for x in row] for row in exact]
    low = [[float(x - Fraction(float(x))) for x in row] for row in exact]
    return torch.tensor(high, dtype=torch.float64), torch.tensor(
        low, dtype=torch.float64
    )


M = gd.matrices.random_2020()
high, low = exact_inverse(M)


def true_error(X, high=high, low=low):
    return norm((X - high) - low) / norm(high)


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
#
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
def descend(M, guess, steps, lr=0.9, momentum=0.9):
    X, push, path = guess.clone(), torch.zeros_like(M), []
    for _ in range(steps + 1):
        path.append(X)
        gradient = 2 / M.numel() * (X @ M - torch.eye(len(M))) @ M.T
        push = momentum * push + gradient
        X = X - lr * push
    return torch.stack(path)


path = descend(M, guess=M, steps=3000)
residuals = torch.eye(4, dtype=torch.float64) - path @ M
r = norm(residuals)
error = true_error(path)
first = int((r < 1).nonzero()[0])
exists = int((r >= 1).nonzero()[-1]) + 1
print(f"r < 1 for the first time at step {first}, for good from {exists}")
print(f"relative error at step {exists}: {error[exists]:.3f}")
assert r[first] < 1 <= r[exists - 1]

# %% [markdown]
# At step {{= exists : d }} you know that $M$ is invertible. The error is still
# {{= error[exists] : .3f }}: not one digit is right. Existence comes first, digits come later.
#
# ## From the residual to the error
#
# Now that $r < 1$, we can do better than the one line. Solve $R = I - X M$ for the inverse:
# $M^{-1} = (I - R)^{-1} X$. Subtract $X$ on both sides:
#
# $$M^{-1} - X = (I - R)^{-1} R\, X, \qquad
# \lVert X - M^{-1} \rVert \le \frac{\lVert R\, X \rVert}{1 - r}$$
#
# For a *relative* error you need the size of $M^{-1}$, which you do not know either. It is at least
# $\lVert X \rVert$ minus the bound. Nothing exact is ever looked at:


# %%
def bound(R, X):
    """Bound the relative error; the triangle inequality gives the size."""
    distance = norm(R @ X) / (1 - norm(R))
    return distance / (norm(X) - distance)


bounds = torch.where(r < 1, bound(residuals, path), torch.inf)
bounds = torch.where(bounds > 0, bounds, torch.inf)  # not yet of use
textbook = norm(path) * r / (1 - r) / norm(high)
print("step   true error      bound           ratio       textbook")
for k in (100, 300, 435, 865):
    print(
        f"{k:4}   {error[k]:.7e}   {bounds[k]:.7e}"
        f"   {bounds[k] / error[k]:.7f}"
        f"   {textbook[k] / error[k]:.4f}"
    )
assert (bounds >= error)[:1001].all()
ratio = (bounds / error)[[100, 300, 865]]
start = int((~bounds.isfinite()).nonzero()[-1]) + 1
assert ratio[2] < 1.00001

# %% tags=["figure"]
fig = gd.figures.figure(
    f"The bound becomes the error: {ratio[0]:.2f} times at step 100, {ratio[2]:.6f} at 865",
    x="step",
    y="relative error",
    x_range=(0, 1000),
    y_range=(1e-8, 100),
    caption="Matrix 1, the run of 2020. The true error comes from exact fractions, to judge only.",
    alt=f"True error and bound on one line from step 300 on. At step 100 the error is "
    f"{error[100]:.3f} and the bound {bounds[100]:.3f}; at step 300 {error[300]:.3e} and "
    f"{bounds[300]:.3e}; at step 865 both {error[865]:.4e}. The bound begins at step "
    f"{start}, r < 1 at step {exists}.",
)
gd.figures.line(
    fig, range(1001), error[:1001], "measured", "true error", wide=True
)
gd.figures.line(
    fig, range(start, 1001), bounds[start:1001], "predicted", "dashed: bound"
)
gd.figures.dot(fig, exists, r[exists].item(), "limit")
gd.figures.label(fig, f"r < 1 from step {exists}", 80, 3, "limit")
gd.figures.dot(fig, 865, bounds[865].item(), "predicted", "865")
fig

# %% [markdown]
# Why so tight? $R X$ is not only an estimate of the distance to the answer: $X + R X$ is a step of
# the [relative gradient](ladder.py), which nearly arrives. The bound is the length of that step.
#
# Books give $\lVert X \rVert\, r/(1 - r)$, which is always larger. Here it is
# {{= textbook[865] / error[865] : .2f }} times the error.
#
# ## Rounding makes it a lie
#
# Let the run go on until only the last digits change, and compare where it is worst:

# %%
late = 2000 + int((bounds / error)[2000:].argmin())
last, R = path[late], residuals[late]
print(f"step {late}")
print(f"true error  {error[late]:.3e}")
print(f"bound       {bounds[late]:.3e}")
assert bounds[late] < error[late]

# %% tags=["hide"]
exact_R = torch.tensor(
    [
        [
            float(
                (i == j) - sum(x * y for x, y in zip(row, column, strict=True))
            )
            for j, column in enumerate(as_fractions(M.T))
        ]
        for i, row in enumerate(as_fractions(last))
    ],
    dtype=torch.float64,
)

# %% [markdown]
# The bound is *below* the error. A bound that is too small is not a bound. The algebra is right;
# the computer did not do the algebra. At the end $X M$ is the identity up to its last digits.
# $I - X M$ subtracts all that was right. What is left is mostly rounding:

# %%
print("first row of R, computed:", *(f"{x:10.3e}" for x in R[0]))
print("the same, in fractions:  ", *(f"{x:10.3e}" for x in exact_R[0]))

# %% [markdown]
# There are two ways out. The first is to count. One rounding changes a result by at most the *unit
# roundoff* $u = 2^{-53}$ of it. By $k$ roundings in a row it is at most $\gamma_k = k u/(1 - k u)$. An entry of $I - X M$ has $n + 1$ of them. Add
# $\gamma_{n+1}(I + |X||M|)$ to $|R|$, entry by entry, and you have a proof again:

# %%
u = 2.0**-53
gamma = 6 * u / (1 - 6 * u)  # one more, for adding this up
safe_R = R.abs() + gamma * (torch.eye(4) + last.abs() @ M.abs())
counted = bound(safe_R, last.abs())
print(f"true error            {error[late]:.3e}")
print(f"with rounding counted {counted:.3e}")
assert counted >= error[late]

# %% [markdown]
# True again, and {{= counted / error[late] : .1f }} times too large. The second way is to round less.
#
# ## Twice the digits
#
# When a computer adds two numbers, what it loses is itself a floating-point number. The *two-sum* of
# Knuth (1969) finds it. The *two-product* of Dekker (1971) does the same for a product, once both
# factors are split into halves whose products fit:


# %%
def two_sum(a, b):
    s = a + b
    seen = s - a
    return s, (a - (s - seen)) + (b - seen)  # together a + b, exactly


def halves(x):
    top = (2**27 + 1) * x
    top = top - (top - x)
    return top, x - top


def two_product(a, b):
    p, (a1, a2), (b1, b2) = a * b, halves(a), halves(b)
    return p, a2 * b2 - (((p - a1 * b1) - a2 * b1) - a1 * b2)


def doubled_residual(X, M):
    """I − X M with twice the digits: keep what each operation loses."""
    total = torch.eye(len(M), dtype=M.dtype)
    lost = torch.zeros_like(total)
    for k in range(len(M)):
        product, e = two_product(-X[:, k, None], M[k])
        total, t = two_sum(total, product)
        lost = lost + (e + t)
    return total + lost


doubled = doubled_residual(last, M)
print("first row of R, doubled:", *(f"{x:10.3e}" for x in doubled[0]))
print(f"farthest from the fractions: {(doubled - exact_R).abs().max():.1e}")
print(f"true error  {error[late]:.4e}")
print(f"bound       {bound(doubled, last):.4e}")
assert (doubled - exact_R).abs().max() < 1e-30
assert 0 <= bound(doubled, last) / error[late] - 1 < 1e-9

# %% [markdown]
# Now the bound agrees with the error in every digit shown. Twice the digits leave rounding too, but
# $u$ times smaller; the package counts it with $\gamma$ all the same.
#
# The package does not loop over $k$. It cuts every number into three slices, so short that
# products of slices are exact; Ozaki, Ogita, Oishi & Rump (2012). The ordinary matrix product does
# the rest: see
# [its reference](../reference/proof.md).
#
# ## The finish
#
# The bound is the length of the step $R X$, and we have that step in doubled precision. So take it.

# %%
corrected = last + doubled @ last
library = torch.linalg.inv(M)
value, proven = gd.proof.finish(last, M)
print(f"where descent stopped  {error[late]:.2e}")
print(f"after one step more    {true_error(corrected):.2e}")
print(f"gd.proof.finish        {true_error(value):.2e}, proven {proven:.2e}")
print(f"torch.linalg.inv       {true_error(library):.2e}")
floor_error, corrected_error = error[late].item(), true_error(corrected).item()
library_error = true_error(library).item()
assert corrected_error < 1.1e-16 < library_error
assert true_error(value) <= proven * (1 + 1e-12) < 1.1e-16
assert true_error(high) == corrected_error

# %% [markdown]
# One step turns {{= floor_error : .1e }} into {{= corrected_error : .1e }}. That is all float64 can
# do: the exact inverse, rounded once, has the same error. A library does not do this, since it
# costs more than the inverse. So the answer is more accurate than the library's, it carries its
# proof, and it is [slower](cost.py).
#
# ## A small loss is no proof
#
# The [inverse page](../series/2b-curve.py#three-ways-to-measure) met a loss that compares the *mean* of $X M$ and $M X$ with the identity. We call
# it c), and the ordinary one a).

# %% tags=["hide"]
D = torch.diag(torch.tensor([1.0, -1.0], dtype=torch.float64))
run_a = gd.inv(
    M,
    optimizer=torch.optim.SGD,
    lr=0.9,
    momentum=0.9,
    guess=M,
    max_steps=865,
    finish=False,
)
run_c = gd.minimize(
    gd.Inverse(D, side="both", guess=M[:2, :2]),
    torch.optim.SGD,
    lr=0.4,
    momentum=0.5,
    max_steps=400,
)
loss_a, loss_c = run_a.history.loss[-1].item(), run_c.history.loss[-1].item()
residual_c = norm(torch.eye(2) - run_c.value @ D).item()
error_c = (norm(run_c.value - D) / norm(D)).item()
conditions = [torch.linalg.cond(gd.matrices.hilbert(n)) for n in (4, 10)]
growth = (conditions[1] / conditions[0]) ** (1 / 6)

# %% [markdown]
# ??? predict "Predict first: run A has loss {{= loss_a : .1e }}, by a) on matrix 1. Run B has loss {{= loss_c : .1e }}, by c) on diag(1, −1). Which answer is proven?"
#     A, B, both, or neither?
#
#     **A.** Its loss is $r^2/n^2$, so six digits are proven. B's loss is smaller by
#     many powers of ten, its $r$ is {{= residual_c : .3f }}, and its true error is
#     {{= error_c : .3f }}.

# %%
print(f"A: loss {loss_a:.1e}   {run_a}")
print(f"B: loss {loss_c:.1e}   {run_c}")
print(f"   ‖I − X M‖ = {residual_c:.3f}, true error {error_c:.3f}")
assert run_a.error_bound < 1e-6
assert loss_c < loss_a * 1e-10
assert error_c > 0.5
assert run_c.error_bound > error_c

# %% [markdown]
# Only the residual of one product proves. What a loss measures besides, it can hide.
#
# ## Hard matrices
#
# The Hilbert matrix has the entries $1/(i + j - 1)$. Its condition number grows by a factor of
# about {{= growth : .0f }} with each row. Below, "exact" means the inverse of the float64 matrix as it is
# stored.


# %%
def proven_by_library(M):
    """What the bound says of torch.linalg.inv's answer."""
    try:
        return gd.proof.inverse_bound(torch.linalg.inv(M), M).item()
    except torch.linalg.LinAlgError:
        return float("inf")


def row(name, M):
    result = gd.inv(M)
    ours, theirs = result.error_bound.item(), proven_by_library(M)
    kappa = torch.linalg.cond(M).item()
    print(
        f"{name:18} {kappa:7.0e}  {result.steps:5}  {result.status.name:10}"
        f" {ours:9.1e} {theirs:9.1e}"
    )
    return result, ours, theirs


HEAD = "matrix               κ      steps  status          ours   library"
print(HEAD)
sizes = range(2, 13)
hilbert = {n: row(f"Hilbert {n}", gd.matrices.hilbert(n)) for n in sizes}
ours = {n: hilbert[n][1] for n in sizes}
theirs = {n: hilbert[n][2] for n in sizes}
kept = {
    n: norm(gd.matrices.hilbert(n).inverse() - hilbert[n][0].value)
    for n in sizes
}
off = {n: (kept[n] / norm(hilbert[n][0].value)).item() for n in sizes}
assert all(ours[n] < 1.2e-16 for n in range(2, 10))
assert all(ours[n] < 1e-12 < theirs[n] for n in range(10, 13))
assert theirs[12] == float("inf")

# %% tags=["figure"]
fig = gd.figures.figure(
    f"Hilbert 8: torch.linalg.inv is off by {off[8]:.1e}, gd.inv by at most {ours[8]:.1e}",
    x="n",
    y="relative error",
    x_range=(1.7, 12.6),
    y_range=(1e-17, 10),
    caption="Ours: proven. The library's: its distance to our proven answer. Its last answer, "
    "marked in red, has r above one: nothing at all is proven of it.",
    alt="Relative error for Hilbert matrices. torch.linalg.inv, true error: "
    + ", ".join(f"n = {n}: {off[n]:.1e}" for n in sizes)
    + ". gd.inv, proven: "
    + ", ".join(f"n = {n}: {ours[n]:.1e}" for n in sizes)
    + ".",
)
gd.figures.line(fig, sizes, list(off.values()), "c2", "torch.linalg.inv")
gd.figures.line(fig, sizes, list(ours.values()), "c1", "gd.inv, proven")
gd.figures.dot(fig, 8, off[8], "c2")
gd.figures.dot(fig, 8, ours[8], "c1")
gd.figures.dot(fig, 12, off[12], "failure")
fig

# %% [markdown]
# Up to Hilbert 9 the answer is right to the last digit. From 11 on it says that it is not:
# the status is `floor`, and the bound is a number. Hilbert 12 has a condition number of
# {{= torch.linalg.cond(gd.matrices.hilbert(12)) : .0e }}, so float64 should hold nothing of its
# inverse. The bound is {{= ours[12] : .0e }}. The finish keeps $X$ in *two* matrices while it works,
# and rounds once.
#
# The next one is too hard. It says so, too:

# %%
undecided, *_ = row("Hilbert 13", gd.matrices.hilbert(13))
print(undecided.status)
assert undecided.status is gd.Status.undecided
assert undecided.error_bound == float("inf")

# %% [markdown]
# *Unproven* is not *wrong*. It means that this page's argument found no handle.
#
# The same for the other families with a name, badly scaled ones, and one with singular values
# 1 and, once, {{= 1e-10 : .0e }}:

# %%
g = torch.Generator().manual_seed(0)
sigma = [1.0] * 7 + [1e-10]
square = torch.randn(8, 8, generator=g, dtype=torch.float64)
families = {
    "Pascal 10": gd.matrices.pascal(10),
    "Frank 10": gd.matrices.frank(10),
    "Lehmer 10": gd.matrices.lehmer(10),
    "Moler 10": gd.matrices.moler(10),
    "Kahan 10": gd.matrices.kahan(10),
    "Vandermonde 10": gd.matrices.vandermonde(10),
    "graded 10": gd.matrices.graded(10, g),
    "triangular 8": square.tril(),
    "orthogonal 8": torch.linalg.qr(square).Q.contiguous(),
    "permutation 8": torch.eye(8, dtype=torch.float64)[
        torch.randperm(8, generator=g)
    ],
    "σ₈ = 1e-10": gd.matrices.with_singular_values(sigma, g),
    "matrix 1 × 1e150": M * 1e150,
    "matrix 1 × 1e-150": M * 1e-150,
    "matrix 1 × 1e-310": M * 1e-310,
}
print(HEAD)
table = {name: row(name, matrix) for name, matrix in families.items()}
names = [name for name in families if name != "matrix 1 × 1e-310"]
worst = max(table[name][1] for name in names)
assert worst < 1.2e-16
assert all(table[name][0].converged for name in names)
assert table["matrix 1 × 1e-310"][0].status is gd.Status.overflow

# %% [markdown]
# Of {{= len(families) : d }} matrices {{= len(names) : d }} are proven to the last digit. The worst
# bound is {{= worst : .1e }}. Pascal, Frank and Moler have inverses of integers, which float64 holds
# exactly: no rounding is left to bound. The last matrix has an inverse beyond the largest float64,
# and its status says that.
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
assert result.distance < 1e-16

# %% [markdown]
# The *witness* is a vector $v$ of length one that $S$ maps to almost nothing. Its entries are in the
# ratio 1 : −2 : 1. And $\lVert S v \rVert$ bounds how far the nearest singular matrix can be:
# {{= result.distance : .1e }}. What does the library say?

# %%
try:
    claimed = torch.linalg.inv(S)
    r_claimed = norm(doubled_residual(claimed, S), 2).item()
    print(claimed)
    print(f"‖I − X S‖₂ = {r_claimed:.2f}")
except torch.linalg.LinAlgError as error_message:
    print(error_message)
    r_claimed = float("inf")
assert r_claimed >= 1

# %% [markdown]
# Depending on the build it raises, or it returns entries of sixteen digits and no warning. The test
# refuses them: the norm is above one, as it has to be for *every* $X$.
#
# !!! claim "What this shows"
#     If $r < 1$, then $M$ has an inverse, and $X$ is within $\lVert R X \rVert/(1 - r)$ of it. Count
#     the rounding, and two products tell you how many digits to believe, whoever computed them.

# %% [markdown]
# ## What you would really use
#
# `torch.linalg.inv`, for the answer. When it matters how right that answer is, judge it:
# `gd.proof.inverse_bound(torch.linalg.inv(M), M)` costs a few products. When it should be right to
# the last digit, `gd.proof.finish` takes any start. What all this costs is the
# [next page](cost.py).

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
r_scaled = norm(torch.eye(4) - 1.001 * high @ M)
print(f"predicted 0.001 · √n = {0.001 * 4**0.5}, computed {r_scaled:.7f}")
assert abs(r_scaled - 0.002) < 1e-9

# %% tags=["hide"]
values = {
    "library_error": library_error,
    "corrected_error": corrected_error,
    "hilbert_8": ours[8],
    "hilbert_8_library": off[8],
    "hilbert_12": ours[12],
    "exists": exists,
}
