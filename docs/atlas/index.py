# ---
# title: "The atlas: matrix operations as losses"
# description: >-
#   Seven matrix operations, one kind of step, each with its loss, its predicted curve, its bound, and
#   the run whose loss is zero and whose answer is wrong.
# ---

# %% [markdown]
# # The atlas: matrix operations as losses
#
# The inverse was the beginning. Many operations share its pattern: the answer makes a product of two
# factors $I$, and what is missing, $R = I - \text{left} \cdot \text{right}$, says how to step. The curve of
# each run is known before it starts.
# {: .gd-lead }

# %% tags=["figure"]
import torch

import gdinverse as gd

generator = torch.Generator().manual_seed(5)
X = gd.matrices.with_singular_values([1.0, 0.8, 0.5, 0.3, 0.1], generator)
shown, eye = {}, torch.eye(5, dtype=torch.float64)
for step in range(13):
    R = eye - X.mT @ X
    if step in (0, 4, 8, 12):
        shown[f"step {step}"] = X.mT @ X
        left = R.abs().max().item()
    X = X @ (eye + R / 2)
assert left < 1e-6
fig = gd.figures.figure(
    f"The polar factor: Xᵀ X is the identity to {left:.0e} in {step} steps",
    x="",
    y="",
    caption="One of the seven. Each step adds X R / 2, where R is what is missing from the identity.",
    alt="Four grids of five by five, Xᵀ X at steps 0, 4, 8 and 12: at first a full matrix, at the end "
    "ones on the diagonal and nothing beside it.",
)
gd.figures.grids(fig, shown)
fig

# %%
import torch

import gdinverse as gd

g = torch.Generator().manual_seed(3)


def spread(condition):
    """A 5 × 5 matrix with that condition number, symmetric if asked twice."""
    U, V = torch.linalg.qr(torch.randn(2, 5, 5, generator=g).double()).Q
    sigma = torch.logspace(0, -torch.tensor(condition).log10(), 5).double()
    return U * sigma @ V.mT


def definite(condition):
    M = spread(condition**0.5)
    return M @ M.mT


turned = torch.linalg.qr(torch.randn(5, 5, generator=g).double()).Q
mixed = torch.tensor([1.0, -0.4, 0.1, -0.02, 0.004]).double()
S = turned * mixed @ turned.mT
problems = {
    "inverse root": gd.InverseSquareRoot(definite(3.0)),
    "Cholesky": gd.Cholesky(definite(20.0)),
    "polar": gd.Polar(spread(12.0)),
    "root": gd.SquareRoot(definite(1000.0)),
    "sign": gd.Sign((S + S.mT) / 2),
    "QR": gd.QR(spread(1000.0)),
    "inverse": gd.Inverse(spread(3000.0)),
}
runs = {
    name: gd.minimize(problem, gd.RelativeGradient, scaled=False)
    for name, problem in problems.items()
}
equal = sum(int(r.steps == r.prediction.steps) for r in runs.values())
assert equal == len(runs) == 7
assert all(r.converged for r in runs.values())

# %% tags=["figure"]
fig = gd.figures.figure(
    "Seven operations, seven predicted curves",
    x="step",
    y="loss",
    caption="Each on a 5 × 5 matrix of its own, steps not stretched. Dashed: predicted. "
    + ", ".join(f"{k}: {name}" for k, name in enumerate(runs, 1))
    + ".",
    alt="Seven losses against the step, each with its prediction on it. "
    + " ".join(f"{k}: {int(r.steps)} steps." for k, r in runs.items()),
)
for k, r in enumerate(runs.values(), 1):
    losses = r.history.loss[: int(r.steps) + 1]
    gd.figures.line(fig, range(len(losses)), losses, "measured", str(k))
for r in runs.values():
    theory = r.prediction.loss[: int(r.steps) + 1]
    gd.figures.line(fig, range(len(theory)), theory, "predicted", "")
fig

# %% [markdown]
# Steps are those predicted in {{= equal }} of {{= len(runs) }} runs. A polynomial of $R$ leaves the
# eigenvectors of $\text{left} \cdot \text{right}$ alone, so each eigenvalue $f$ follows a scalar map,
# $f \leftarrow f\, m(f)^p$, where $p$ says how many of the two factors the unknown is:
#
# | operation | unknown | what becomes $I$ | step | eigenvalue |
# |---|---|---|---|---|
# | [inverse](../series/2-inverse.py) | $X$ | $X M$ | $X + R X$ | $f (2 - f)$ |
# | [polar factor](polar.py) | $X$, from $M/\lVert M \rVert$ | $X^\top X$ | $X (I + R/2)$ | $f (3 - f)^2/4$ |
# | [sign](sign.py), symmetric | $X$, from $M/\lVert M \rVert$ | $X X$ | $X (I + R/2)$ | $f (3 - f)^2/4$ |
# | [square root](root.py) and its inverse | $Y$ and $Z$, $Y = S Z$ | $Z Y$ | both by $I + R/2$ | $f (3 - f)^2/4$ |
# | [Cholesky](cholesky.py) | $Z$ lower, $Y = S Z^\top$ | $Z Y$ | $(I + \Phi) Z$ | the first $R$ decides |
# | [QR](qr.py) | $Q$, from $M/\lVert M \rVert$ | $Q^\top Q$ | $Q (I + \Phi^\top)$ | the first $R$ decides |
# | [Sylvester](sylvester.py) | $X$ with $A X + X B = C$ | – | conjugate gradients | its modes |
#
# $\Phi$ is the lower triangle of $R$, the diagonal halved.

# %% [markdown]
# ## What the loss does not know {: #lesson }
#
# All but the linear ones have many answers of loss zero, and one that was asked for. **The loss knows the
# set of answers, the path chooses one.** Each page has the run where it goes wrong:
# [Adam on the polar factor](polar.py#wrong), [$I$ as a sign](sign.py#by-hand),
# [momentum on the square root](root.py#wrong), [zero and a random start on Cholesky](cholesky.py#wrong),
# [any descent on QR](qr.py#wrong). So
# for these a small loss proves nothing, and a history shows no bound.

# %% tags=["figure"]
Q = torch.linalg.qr(torch.randn(5, 5, generator=generator).double()).Q
roots = torch.tensor([1.0, 0.9, 0.7, 0.6, 0.5], dtype=torch.float64)
flipped = roots * torch.tensor([1, 1, 1, 1, -1])
first, second = (Q * values_of @ Q.mT for values_of in (roots, flipped))
squares_off = (first @ first - second @ second).abs().max().item()
roots_off = (first - second).abs().max().item()
assert squares_off < 1e-15
assert roots_off > 0.3
fig = gd.figures.figure(
    f"Two roots, X and Y: {roots_off:.2f} apart in an entry, and one square",
    x="",
    y="",
    caption="Y is symmetric, too, with one eigenvalue turned negative. The loss is 0 at both.",
    alt=f"Four grids of five by five: two different roots, whose entries differ by up to "
    f"{roots_off:.2f}, and their squares, which differ by {squares_off:.0e}.",
)
gd.figures.grids(
    fig,
    {
        "X": first,
        "Y": second,
        "X X": first @ first,
        "Y Y": second @ second,
    },
)
fig

# %%
history = runs["polar"].history
print("bounds on the way:", history.error_bound.unique().tolist())
worst = max(r.error_bound.item() for r in runs.values())
assert history.error_bound.isinf().all()
assert worst < 1.2e-16

# %% [markdown]
# The bound comes at the end, from a theorem of its own for each operation, in arithmetic that knows its
# rounding. Here none is above {{= worst : .0e }}.

# %% [markdown]
# ## Derived {: #derived }
#
# These have no unknown of their own. Each is a short function on a proven factor, and returns a value
# with its bound.
#
# | what | from |
# |---|---|
# | `gd.matrix_norm`, `gd.cond`, `gd.matrix_rank`, `gd.low_rank` | the singular values |
# | `gd.slogdet`, `gd.det` | QR; the sign from the pivots of $Q$ |
# | `gd.orthogonal_procrustes` | the polar factor of $A^\top B$ |
# | `gd.nearest_positive_semidefinite` | the eigenvalues, negative ones set to 0 |
# | `gd.generalized_eigvalsh` | Cholesky, then the eigenvalues |
# | `gd.solve_lyapunov` | Sylvester |
# | `gd.null_space` | the singular vectors, judged by what the matrix does to them |
# | `gd.signm` | Newton's iteration, for the [sign](sign.py#general) of a matrix that is not symmetric |
# | `gd.logm` | square roots until the matrix is near $I$, then a short series |

# %%
H = gd.matrices.hilbert(5)
condition, determinant = gd.cond(H), gd.det(H)
print(f"condition number {condition.value:.1f} ± {condition.error_bound:.0e}")
print(f"determinant {determinant.value:.4e}")
print(f"relative error at most {determinant.error_bound:.0e}")
assert abs(condition.value - torch.linalg.cond(H)) < 1
S = definite(1000.0)
log = gd.logm(S)
off = torch.dist(torch.linalg.matrix_exp(log.value), S).item()
print(f"logarithm ± {log.error_bound:.0e}, its exponential is {off:.0e} off")
assert log.error_bound < 1e-14
assert off < 1e-13

# %% tags=["figure"]
rows = range(2, 9)
conditions = [gd.cond(gd.matrices.hilbert(n)) for n in rows]
high = [one.value.item() for one in conditions]
bounds = [one.error_bound.item() for one in conditions]
fig = gd.figures.figure(
    f"With 8 rows the Hilbert matrix' condition number is known to {bounds[-1] / high[-1]:.0e} of it",
    x="rows of the matrix",
    y="condition number, and bound on its error",
    x_range=(1, 9),
    y_range=(1e-16, 1e14),
    caption="gd.cond of Hilbert matrices with 2 to 8 rows, and what it may be off, absolutely.",
    alt="; ".join(
        f"{n} rows: {value:.0f} ± {bound:.0e}"
        for n, value, bound in zip(rows, high, bounds, strict=True)
    )
    + ".",
)
gd.figures.dots(fig, rows, high, "measured")
gd.figures.dots(fig, rows, bounds, "limit")
gd.figures.label(fig, "condition number", 1.2, 1e7, "measured")
gd.figures.label(fig, "bound", 4.2, 1e-11, "limit", above=False)
fig

# %% [markdown]
# ## What does not belong {: #not-here }
#
# | operation | why not |
# |---|---|
# | LU with pivoting | which row comes first is a choice among finitely many, and no loss has a slope there |
# | the matrix exponential | it is a formula to evaluate, not the argument of a least value |
# | eigenvalues of a nonsymmetric matrix | we know no descent on them with a proof of convergence |
#
# Begin with [the nearest orthogonal matrix](polar.py).
