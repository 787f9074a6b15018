# ---
# title: The Cholesky factor
# description: >-
#   A triangular root by gradient descent: from zero it never moves, from a random start it finds
#   another root, and a triangular step is predicted and proven.
# given: [100, 1991, "1.1", "20,000"]
# ---

# %% [markdown]
# # The Cholesky factor
#
# You want random vectors with a given covariance $S$. Take independent ones, and multiply them by a
# triangular $L$ with $L L^\top = S$: the **Cholesky factor**.
# {: .gd-lead }

# %%
import torch

import gdinverse as gd

g = torch.Generator().manual_seed(0)
S = torch.tensor([[1.0, 0.8, 0.3], [0.8, 1.0, 0.5], [0.3, 0.5, 1.0]])
result = gd.cholesky(S.double())
result.plot()

# %%
draws = torch.randn(20000, 3, generator=g).double() @ result.value.mT
seen = draws.mT @ draws / len(draws)
apart = (seen - S).abs().max().item()
assert result.converged
assert apart < 0.05
assert result.steps == result.prediction.steps

# %% [markdown]
# The covariance of 20,000 draws is within {{= apart : .3f }} of the one that was asked for, in each entry. The
# factor took {{= result.steps.item() }} steps, as predicted.

# %% [markdown]
# ## By hand {: #by-hand }
#
# The loss compares $L L^\top$ with $S$. From the square roots of the diagonal, from random numbers, and
# from 0:

# %%
C = torch.rand(100, 4, 4, generator=g, dtype=torch.float64)
C = C @ C.mT
C = C / torch.linalg.matrix_norm(C)[:, None, None]
answer = gd.cholesky(C)


def loss_of(X):
    L = X.tril()
    return (L @ L.mT - C).square().mean((-2, -1))


def descend(start, **options):
    X = torch.nn.Parameter(start.clone())
    optimizer = torch.optim.SGD([X], **options)
    for _ in range(800):
        optimizer.zero_grad()
        loss_of(X).sum().backward()
        optimizer.step()
    return X.detach().tril()


starts = {
    "diagonal": torch.diag_embed(C.diagonal(dim1=-2, dim2=-1).sqrt()),
    "random": torch.randn(C.shape, generator=g, dtype=torch.float64),
    "zero": torch.zeros_like(C),
}
small, right, ends = {}, {}, {}
for name, start in starts.items():
    ends[name] = L = descend(start, lr=1.0, momentum=0.8)
    off = torch.linalg.matrix_norm(L - answer.value)
    small[name] = int((loss_of(L) < 1e-6).sum())
    right[name] = int((off < 0.05).sum())
    print(f"{name:9} small loss {small[name]:3}, right {right[name]:3}")
assert right["random"] < small["random"]
assert right["zero"] == 0

# %% tags=["figure"]
L = ends["random"]
off = torch.linalg.matrix_norm(L - answer.value)
one = int(((loss_of(L) < 1e-12) & (off > 0.5)).nonzero()[0])
factor, other = answer.value[one], L[one]
assert (other @ other.mT - factor @ factor.mT).abs().max() < 1e-4
assert (other.abs() - factor.abs()).abs().max() < 1e-2
flips = int((other.diagonal() < 0).sum())
fig = gd.figures.figure(
    f"The same product, and {flips} of four columns with the other sign",
    x="",
    y="",
    caption="One of the hundred; the product is that of found. Blue is positive, orange negative.",
    alt=f"Four grids of four by four: S, its Cholesky factor, what descent found, with {flips} columns "
    "of the other sign, and the product of that with its transpose, which is S again.",
)
shown = {
    "S": C[one],
    "factor": factor,
    "found": other,
    "product": other @ other.mT,
}
gd.figures.grids(fig, shown)
fig

# %% [markdown]
# ## The loss is small and the answer is wrong {: #wrong }
#
# From a random start {{= small["random"] }} of 100 losses are below `1e-6`, and {{= right["random"] }} factors
# are right. $L$ with any column's sign changed gives the same $L L^\top$: $2^n$ roots, and one of them has a
# positive diagonal. From the diagonal {{= right["diagonal"] }} are right.
#
# From 0 none is. The gradient there is $-4 S L/n^2$ below the diagonal and on it, so it is exactly 0, and
# descent does not move in any number of steps.

# %%
X = torch.zeros(4, 4, dtype=torch.float64, requires_grad=True)
(X.tril() @ X.tril().mT - C[0]).square().mean().backward()
assert X.grad.abs().max() == 0

# %% [markdown]
# ## The relative step {: #step }
#
# Keep a lower triangular $Z \to L^{-1}$ and $Y = S Z^\top \to L$. With $R = I - Z Y$ and $\Phi$ its lower
# triangle, the diagonal halved, the step is
#
# $$Z \leftarrow (I + \Phi)\, Z , \qquad
#   R \leftarrow \Phi R + R \Phi^\top + \Phi R \Phi^\top - \Phi \Phi^\top .$$
#
# A triangular step turns eigenvectors, so no number goes its own way here. But the first $R$ decides all
# others, and that recurrence is the prediction. Stretching, which helps where eigenvalues keep their
# order, is refused:

# %%
agree = int((answer.prediction.steps == answer.steps).sum())
assert agree == 100
try:
    gd.cholesky(C, scaled=True)
except ValueError as error:
    print(str(error)[:56], "…")

# %% [markdown]
# Steps are those predicted in {{= agree }} of 100 runs.

# %% [markdown]
# ## The bound {: #bound }
#
# Write $S = L (I + G) L^\top$. The true factor is $L C$ for $C C^\top = I + G$. With $C = I + K$, $K$ is the
# lower triangle of $G - K K^\top$, the diagonal halved, and for a symmetric matrix that triangle's norm is at
# most $1/\sqrt2$ of the whole. So $k = \lVert K \rVert$ has $\sqrt2\,k \le g + k^2$ with
# $g = \lVert G \rVert$, and from $k = 0$, along $tG$, no way leads past
#
# $$k \le \frac{\sqrt2\, g}{1 + \sqrt{1 - 2g}} , \qquad g < \tfrac12 .$$
#
# It is theorem 1.1 of Sun (1991). The diagonal of $L$ must be positive, or $L C$ is another root.

# %%
library = torch.linalg.cholesky(C)
size = torch.linalg.matrix_norm(answer.value)
difference = torch.linalg.matrix_norm(library - answer.value) / size
difference = difference.max().item()
worst = answer.error_bound.max().item()
flipped = gd.Cholesky(C[0])
flipped.restore([-flipped.exact()])
not_definite = gd.cholesky([[1.0, 2.0], [2.0, 1.0]])
print(f"minus the factor: bound {flipped.error_bound().item()}")
print(f"not definite: {not_definite.status.name}, {not_definite.witness}")
assert worst < 1.2e-16 < difference
assert flipped.error_bound() == torch.inf
assert not_definite.status is gd.Status.indefinite

# %% [markdown]
# All answers are proven to {{= worst : .0e }}; `torch.linalg.cholesky` is up to {{= difference : .0e }} off.
# For a matrix that is not positive definite there is a witness, a vector $v$ with $v^\top S v < 0$.
#
# Next: [orthonormal columns](qr.py).
