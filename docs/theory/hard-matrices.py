# ---
# title: Hard matrices
# description: >-
#   Hilbert matrices and thirteen others: how many digits of each inverse are proven, by this package
#   and of a library's answer, and what is said where nothing is.
# given: [2020]
# ---

# %% [markdown]
# # Hard matrices
#
# An answer [proves itself](proof.py), [to the last digit](proof-digits.py) if one doubles the digits of
# one product. How far does that reach? Here are the matrices that are known to be hard.
# {: .gd-lead }

# %% tags=["figure"]
import torch

import gdinverse as gd

H = gd.matrices.hilbert(8)
inverse = gd.inv(H).value
largest = inverse.abs().max().item()
sign = torch.tensor([(-1.0) ** (i + j) for i in range(8) for j in range(8)])
assert (inverse.flatten() * sign > 0).all()
fig = gd.figures.figure(
    f"Numbers up to 1, and an inverse with numbers up to {largest:.0e}",
    x="",
    y="",
    caption="The Hilbert matrix with eight rows. Blue is positive, orange negative; the inverse "
    "changes its sign from cell to cell, and its parts cancel.",
    alt="Two grids. The Hilbert matrix is smooth, from 1 down to 1/15. Its inverse is a "
    f"checkerboard of signs, with entries up to {largest:.1e}.",
)
gd.figures.grids(
    fig, {"Hilbert 8": H, f"its inverse / {largest:.0e}": inverse / largest}
)
fig

# %% [markdown]
# !!! think "Pause to think"
#     A condition number of a million costs six digits of an inverse, they say. Must it?
#
# ??? predict "An answer"
#     Not if one is willing to compute one product more exactly. The tables below have condition
#     numbers of many millions with all digits proven.
#
# ## The Hilbert matrices
#
# The Hilbert matrix has the entries $1/(i + j - 1)$, and a condition number that grows fast with $n$.
# Its inverse below is that of the float64 matrix as it is stored. The entries of the true Hilbert
# matrix are no float64 numbers, and its inverse is another one.

# %% tags=["figure"]
sizes, grown = range(2, 13), {}
for n in sizes:
    H = gd.matrices.hilbert(n)
    grown[n] = (H.norm() * gd.inv(H).value.norm()).item()
epsilon = torch.finfo(torch.float64).eps
passed = next(n for n in sizes if grown[n] > 1 / epsilon)
fig = gd.figures.figure(
    f"From {grown[2]:.0f} to {grown[12]:.0e}: at n = {passed} the condition number passes {1 / epsilon:.0e}",
    x="n",
    y="condition number of Hilbert n",
    x_range=(1.7, 12.6),
    y_range=(1, 1e18),
    caption="The product of the Frobenius norms of the matrix and of its inverse, by gd.inv. Green: "
    "one over the epsilon of float64.",
    alt="Condition numbers: "
    + ", ".join(f"n = {n}: {kappa:.0e}" for n, kappa in grown.items())
    + f". One over epsilon is {1 / epsilon:.0e}.",
)
gd.figures.line(fig, [1.7, 12.6], [1 / epsilon] * 2, "limit", "float64", at=3)
gd.figures.line(fig, sizes, list(grown.values()), "c1")
gd.figures.dots(fig, sizes, list(grown.values()), "c1")
fig

# %%
import torch

import gdinverse as gd

norm = torch.linalg.matrix_norm
M = gd.matrices.random_2020()


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
    most = 1 / torch.finfo(M.dtype).eps  # beyond it a computed κ is rounding
    shown = f"{kappa:.0e}" if kappa < most else f">{most:.0e}"
    print(f"{name:14} {shown:>6} {result.steps:5} {ours:7.1e} {theirs:7.1e}")
    if not result.converged:
        print(f"{'':4}{result.status.name}")
    return result, ours, theirs


HEAD = "matrix              κ steps    ours library"
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
assert all(hilbert[n][0].status is gd.Status.floor for n in (11, 12))

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
# Below a row stands its status, where that is not `converged`. Up to Hilbert 9 the answer is right to
# the last digit. From 11 on it says that it is not: the status is `floor`, and the bound is a number.
# Hilbert 12 has a condition number beyond $1/\varepsilon$, where float64 is often said to hold nothing
# of an inverse. The bound is {{= ours[12] : .0e }}: the finish keeps $X$ in *two* matrices while it
# works, and rounds once.
#
# The next one is too hard. It says so, too:

# %%
undecided, *_ = row("Hilbert 13", gd.matrices.hilbert(13))
print(undecided.status)
assert undecided.status is gd.Status.undecided
assert undecided.error_bound == float("inf")

# %% [markdown]
# *Unproven* is not *wrong*. It means that this argument found no handle.
#
# The same for the other families with a name, badly scaled ones ($M$ is matrix 1 of 2020), and one with
# singular values 1 and, once, {{= 1e-10 : .0e }}:

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
    "M × 1e150": M * 1e150,
    "M × 1e-150": M * 1e-150,
    "M × 1e-310": M * 1e-310,
}

# %% tags=["figure"]
some = {
    name: families[f"{name} 10"]
    for name in ("Frank", "Lehmer", "Moler", "Kahan")
}
kappas = {name: torch.linalg.cond(A).item() for name, A in some.items()}
fig = gd.figures.figure(
    f"Four of the families: condition numbers from {min(kappas.values()):.0f} to {max(kappas.values()):.0e}",
    x="",
    y="",
    log_y=False,
    caption="Ten rows each, over the largest entry. Blue is positive, orange negative.",
    alt="; ".join(
        f"{name} 10: κ {kappa:.1e}" for name, kappa in kappas.items()
    )
    + ".",
)
gd.figures.grids(fig, {name: A / A.abs().max() for name, A in some.items()})
fig

# %%
print(HEAD)
table = {name: row(name, matrix) for name, matrix in families.items()}
names = [name for name in families if name != "M × 1e-310"]
worst = max(table[name][1] for name in names)
assert worst < 1.2e-16
assert all(table[name][0].converged for name in names)
assert table["M × 1e-310"][0].status is gd.Status.overflow
rows = [*hilbert.values(), (undecided,), *table.values()]
proven_last = sum(int(result.converged) for result, *_ in rows)

# %% [markdown]
# Of {{= len(families) : d }} matrices {{= len(names) : d }} are proven to the last digit. The worst
# bound is {{= worst : .1e }}. Pascal, Frank and Moler have inverses of integers, which float64 holds
# exactly: no rounding is left to bound. The last matrix has an inverse beyond the largest float64,
# and its status says that.
#
# !!! claim "What this shows"
#     Of the {{= len(rows) }} matrices above {{= proven_last : d }} are proven to the last digit, and
#     the others say what is proven of them.
#
# **What carries over to a network.** A large condition number is no verdict. It says how much an
# *ordinary* computation loses. Before you give up on a flat direction, ask whether the computation or
# the problem is to blame: rescale, or compute the one critical sum in a wider dtype, and look again.
#
# What it costs is [the next page](cost.py).

# %% tags=["hide"]
values = {
    "hilbert_8": ours[8],
    "hilbert_8_library": off[8],
    "hilbert_12": ours[12],
}
