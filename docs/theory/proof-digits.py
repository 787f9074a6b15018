# ---
# title: Proof to the last digit
# description: >-
#   Rounding makes an error bound too small: counting it, doubling the digits, and one step to the last
#   digit.
# given: [2020, 1969, 1971, 2012]
# ---

# %% [markdown]
# # Proof to the last digit
#
# An answer [proves itself](proof.py) by its residual, in exact arithmetic. A computer rounds. This page
# shows where the bound becomes a lie, two ways to make it true again, and one step more.
# {: .gd-lead }

# %% tags=["figure"]
from fractions import Fraction

import torch

import gdinverse as gd

M = gd.matrices.random_2020()
X = torch.linalg.inv(M)
computed = (torch.eye(4) - X @ M).tolist()
rows, columns = (
    [[Fraction(number) for number in row] for row in A.tolist()]
    for A in (X, M.T)
)
truth = [
    [
        float(
            (i == j)
            - sum(x * y for x, y in zip(rows[i], columns[j], strict=True))
        )
        for j in range(4)
    ]
    for i in range(4)
]
row = max(range(4), key=lambda i: computed[i].count(0))
seen = 4 - computed[row].count(0)
assert seen < 4
assert 0 not in truth[row]
fig = gd.figures.figure(
    f"Four numbers of I − X M, and float64 sees {seen} of them",
    x=f"row {row + 1} of I − X M",
    y="size, in units of the last digit of 1",
    log_y=False,
    y_range=(0, 1.2 * max(map(abs, computed[row] + truth[row])) / 2**-52),
    caption="Left bars: computed in float64. Right bars: in fractions. X is the library's inverse.",
    alt="; ".join(
        f"{c / 2**-52:.2f} computed, {t / 2**-52:.2f} in truth"
        for c, t in zip(computed[row], truth[row], strict=True)
    ),
)
for numbers, role in ((computed[row], "failure"), (truth[row], "limit")):
    sizes = [abs(number) / 2**-52 for number in numbers]
    gd.figures.bars(
        fig, list("1234"), sizes, role, [f"{s:.2f}" for s in sizes]
    )
fig

# %% [markdown]
# !!! think "Pause to think"
#     $X M$ is the identity up to its last digits. You compute $I - X M$. How many digits of the result
#     are right?
#
# ??? predict "An answer"
#     None, or few. The ones cancel, and what is left are the roundings of the product. They are not
#     what $I - X M$ would be.
#
# ## Rounding makes it a lie
#
# To catch a bound in a lie, the truth has to be exact. So here is the inverse in fractions, by Gauss and
# Jordan, and then as a sum of two float64 matrices, so that differences to it lose nothing.

# %%
from fractions import Fraction

import torch

import gdinverse as gd

norm = torch.linalg.matrix_norm


def exact_inverse(M):
    n = len(M)
    rows = [
        [Fraction(x) for x in row] + [Fraction(i == j) for j in range(n)]
        for i, row in enumerate(M.tolist())
    ]
    for i in range(n):
        k = next(k for k in range(i, n) if rows[k][i])
        rows[i], rows[k] = rows[k], rows[i]
        rows[i] = [x / rows[i][i] for x in rows[i]]
        for j in set(range(n)) - {i}:
            pairs = zip(rows[j], rows[i], strict=True)
            rows[j] = [x - rows[j][i] * y for x, y in pairs]
    return [row[n:] for row in rows]


def floats(rows):
    floating = [[float(x) for x in row] for row in rows]
    return torch.tensor(floating, dtype=torch.float64)


def true_error(X):
    return norm((X - high) - low) / norm(high)


M = gd.matrices.random_2020()
exact = exact_inverse(M)
high = floats(exact)
rests = zip(exact, high.tolist(), strict=True)
low = floats(
    [[x - Fraction(y) for x, y in zip(*row, strict=True)] for row in rests]
)

# %% tags=["figure"]
big, small = high.abs().max(), low.abs().max()
longest = max(len(str(entry.denominator)) for row in exact for entry in row)
fig = gd.figures.figure(
    f"An inverse in fractions of up to {longest} digits is kept as two matrices, the second {small / big:.0e} of the first",
    x="",
    y="",
    log_y=False,
    caption="Left: the matrix. Middle: its inverse, rounded to float64, over its largest entry. Right: "
    "what rounding left over, over its largest entry.",
    alt=f"Three matrices of four rows. The largest entries of the inverse and of what is left over are "
    f"{big:.2f} and {small:.1e}.",
)
gd.figures.grids(
    fig, {"M": M, "exact, rounded": high / big, "left over": low / small}
)
fig

# %% [markdown]
# Let the run of 2020 go on until only the last digits change, and compare error and bound where it is
# worst:


# %%
def bound(R, X):
    """The bound of the page before; it counts no rounding."""
    distance = norm(R @ X) / (1 - norm(R))
    return distance / (norm(X) - distance)


X, push, path = M, torch.zeros_like(M), []
for _ in range(3001):
    path.append(X)
    push = 0.9 * push + (X @ M - torch.eye(4)) @ M.T / 8
    X = X - 0.9 * push
path = torch.stack(path)[2000:]
residuals = torch.eye(4) - path @ M
error = true_error(path)
late = int((bound(residuals, path) / error).argmin())
last, R = path[late], residuals[late]
print(f"step {late + 2000}")
print(f"true error  {error[late]:.3e}")
print(f"bound       {bound(R, last):.3e}")
assert bound(R, last) < error[late]

# %% tags=["figure"]
ratios = bound(residuals, path) / error
lies = int((ratios < 1).sum())
assert lies > 0
fig = gd.figures.figure(
    f"At {lies:,} of {len(ratios):,} steps the bound is below the error",
    x="step",
    y="bound / true error",
    log_y=False,
    x_range=(2000, 3000),
    caption="The end of the run, where only last digits change. Green: one.",
    alt=f"The bound is between {ratios.min():.2f} and {ratios.max():.2f} times the true error.",
)
gd.figures.line(
    fig, range(2000, 2000 + len(ratios)), ratios, "c1", "bound / error"
)
gd.figures.line(fig, [2000, 3000], [1, 1], "limit")
fig

# %% [markdown]
# The bound is *below* the error. A bound that is too small is not a bound. The algebra is right; the
# computer did not do the algebra. Here is the first row of $R$, and the same in fractions:


# %%
def exact_residual(X, M):
    X, M = ([[Fraction(x) for x in row] for row in A.tolist()] for A in (X, M))
    columns = list(zip(*M, strict=True))
    return [
        [
            (i == j) - sum(x * y for x, y in zip(row, column, strict=True))
            for j, column in enumerate(columns)
        ]
        for i, row in enumerate(X)
    ]


exact_R = floats(exact_residual(last, M))
print("computed:    ", *(f"{x:10.3e}" for x in R[0]))
print("in fractions:", *(f"{x:10.3e}" for x in exact_R[0]))

# %% tags=["figure"]
fig = gd.figures.figure(
    "One row of R: computed, and in fractions",
    x="column",
    y="size, in units of 2⁻⁵³",
    log_y=False,
    y_range=(0, 1.2 * max(R[0].abs().max(), exact_R[0].abs().max()) / 2**-53),
    caption="Left bars: as float64 computes it. Right bars: exact.",
    alt="; ".join(
        f"{c:.2e} computed, {t:.2e} exact"
        for c, t in zip(R[0].tolist(), exact_R[0].tolist(), strict=True)
    ),
)
for row, role in ((R[0], "failure"), (exact_R[0], "limit")):
    sizes = (row.abs() / 2.0**-53).tolist()
    gd.figures.bars(
        fig, list("1234"), sizes, role, [f"{x:.1f}" for x in sizes]
    )
fig

# %% [markdown]
# ## Count the roundings
#
# One rounding changes a result by at most the *unit
# roundoff* $u = 2^{-53}$ of it. By $k$ roundings in a row it is at most $\gamma_k = k u/(1 - k u)$. An
# entry of $I - X M$ has $n + 1$ of them. Add $\gamma_{n+1}(I + |X||M|)$ to $|R|$, entry by entry. The
# few operations inside `bound` round as well, by some $u$ of the result; they are not counted here, and
# `gd.proof` counts them.

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


# %% tags=["figure"]
left, right = torch.broadcast_tensors(last.T[:, :, None], M[:, None])
left, right = left.flatten(), right.flatten()
kept, lost = two_product(left, right)
assert all(
    Fraction(p) + Fraction(e) == Fraction(a) * Fraction(b)
    for p, e, a, b in torch.stack((kept, lost, left, right), 1).tolist()
)
assert (lost.abs() <= 2**-53 * kept.abs()).all()
assert (lost != 0).all()  # else it would have no dot
by_size, ranks = kept.abs().argsort(), range(len(kept))
fig = gd.figures.figure(
    f"{len(kept)} products in X M, and what each loses: together they are exact",
    x="product, by size",
    y="size",
    x_range=(-1, len(kept)),
    y_range=(1e-22, 10),
    caption="Blue: the product in float64. Brown: what it loses, by two_product; both checked in "
    "fractions. Green: 2⁻⁵³ of the product.",
    alt=f"Products from {kept.abs().min():.1e} to {kept.abs().max():.1e}. The losses are at most "
    f"{lost.abs().max():.1e}, and at most {(lost / kept).abs().max() / 2**-53:.2f} · 2⁻⁵³ of their "
    "product.",
)
gd.figures.dots(fig, ranks, kept[by_size].abs(), "c1", "product")
gd.figures.line(fig, ranks, 2**-53 * kept[by_size].abs(), "limit")
gd.figures.dots(fig, ranks, lost[by_size].abs(), "c2")
gd.figures.label(fig, "what it loses", 2, 1e-19, "c2", above=False)
fig

# %% [markdown]
# So keep what each operation of a residual loses, and add it at the end:


# %%
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

# %% tags=["figure"]
ends = {
    "descent": floor_error,
    "library": library_error,
    "one step<br>more": corrected_error,
    "finish": true_error(value).item(),
}
fig = gd.figures.figure(
    f"One step more: {floor_error / u:.0f} units of rounding become {corrected_error / u:.2f}",
    x="",
    y="true error, in units of 2⁻⁵³",
    log_y=False,
    y_range=(0, 1.2 * max(ends.values()) / u),
    caption="To the exact inverse, in fractions.",
    alt="; ".join(
        f"{name.replace('<br>', ' ')}: {x / u:.2f}" for name, x in ends.items()
    ),
)
sizes = [x / u for x in ends.values()]
gd.figures.bars(
    fig, list(ends), sizes, "measured", [f"{x:.1f}" for x in sizes]
)
fig

# %% [markdown]
# One step turns {{= floor_error : .1e }} into {{= corrected_error : .1e }}. That is all float64 can
# do: the exact inverse, rounded once, has the same error. A library does not do this, since it
# costs more than the inverse. So the answer is more accurate than the library's here, it carries its
# proof, and it is [slower](cost.py).
#
# !!! claim "What this shows"
#     Count the rounding, or double the digits, and the residual tells how many digits to believe,
#     whoever computed them. One step with it gives the last digit.
#
# **What carries over to a network.** Sums of many rounded terms, in float32 or bfloat16, lose what
# cancels. Where a small difference of large numbers matters, as in a variance or a residual, keep the
# lost parts, or compute that one sum in a wider dtype.
#
# How far this reaches is seen on [hard matrices](hard-matrices.py).

# %% tags=["hide"]
values = {
    "library_error": library_error,
    "corrected_error": corrected_error,
}
