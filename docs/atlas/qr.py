# ---
# title: Orthonormal columns
# description: >-
#   The QR factorization by gradient descent: one loss, two answers, and the shape of the step that
#   decides which of them is found.
# given: [100, 1991, "1.1"]
# ---

# %% [markdown]
# # Orthonormal columns
#
# The powers $1, t, t^2, \dots$ on a grid look more and more alike. As columns of a matrix they are hard
# to tell apart, and a fit on them loses digits. Combine each column with those before it until all have
# length 1 and right angles. That is the **QR factorization**, $M = Q R$ with a triangular $R$.
# {: .gd-lead }

# %%
import torch

import gdinverse as gd

g = torch.Generator().manual_seed(0)
t = torch.linspace(-1, 1, 40, dtype=torch.float64)
powers = t[:, None] ** torch.arange(9)
result = gd.qr(powers)
result.plot()

# %%
Q, R = result.value
angles = (Q.mT @ Q - torch.eye(9)).abs().max().item()
before = torch.linalg.cond(powers).item()
assert result.converged
assert angles < 1e-14
assert result.steps == result.prediction.steps

# %% [markdown]
# The condition number of the powers is {{= before : ,.0f }}. Their angles now differ from right ones by
# {{= angles : .0e }}, and the run took {{= result.steps.item() }} steps, as predicted.

# %% [markdown]
# ## By hand {: #by-hand }
#
# Columns are orthonormal if $Q^\top Q = I$: the loss that [the polar factor](polar.py) had. The guess is
# the given matrix, made small. Here are `100` random ones.

# %%
M = torch.rand(100, 4, 4, generator=g, dtype=torch.float64)
small = M / torch.linalg.matrix_norm(M)[:, None, None]
eye = torch.eye(4, dtype=torch.float64)


def loss_of(X):
    return (X.mT @ X - eye).square().mean((-2, -1))


X = torch.nn.Parameter(small.clone())
optimizer = torch.optim.SGD([X], lr=1.0)
for _ in range(1000):
    optimizer.zero_grad()
    loss_of(X).sum().backward()
    optimizer.step()
found, answer, nearest = X.detach(), gd.qr(M), gd.polar(M)


def equal(A, B):
    return int((torch.linalg.matrix_norm(A - B) < 1e-4).sum())


zero = int((loss_of(found) < 1e-10).sum())
as_qr, as_polar = equal(found, answer.value.Q), equal(found, nearest.value)
print(f"zero loss {zero:3}, Q of QR {as_qr:3}, polar factor {as_polar:3}")
assert as_qr == 0 < 90 < as_polar <= zero

# %% tags=["figure"]
counts = {"loss of zero": zero, "polar factor": as_polar, "Q of QR": as_qr}
fig = gd.figures.figure(
    f"Descent finds the polar factor {as_polar} times, and the Q of QR {as_qr} times",
    x="",
    y="of 100 random matrices",
    log_y=False,
    y_range=(0, 115),
    caption="SGD on the loss of orthonormal columns, from the matrix itself, made small.",
    alt="; ".join(f"{name}: {count}" for name, count in counts.items()),
)
heights = list(counts.values())
gd.figures.bars(fig, list(counts), heights, "c1", [str(n) for n in heights])
fig

# %% [markdown]
# ## The loss is zero and the answer is wrong {: #wrong }
#
# Descent brings {{= zero }} of 100 losses to zero. {{= as_qr }} of the answers are the $Q$ of QR, and
# {{= as_polar }} are the polar factor. Both are orthogonal, so both have a loss of zero, and the gradient
# leads to one of them: it multiplies $X$ from the right by $X^\top X - I$, which is symmetric. No column is
# before another.

# %% [markdown]
# ## The relative step {: #step }
#
# To keep the order, let a column change by those before it alone, and by itself. With $R = I - Q^\top Q$ take
# $\Phi$, the lower triangle of $R$ with its diagonal halved, and step
#
# $$Q \leftarrow Q\,(I + \Phi^\top) .$$
#
# $\Phi^\top$ is upper triangular, so each column becomes a sum of itself and earlier ones: Gram and
# Schmidt's rule, for all columns at once. As $\Phi + \Phi^\top = R$, it makes $Q^\top Q$ as good as the
# symmetric step does.


# %%
def lower_half(R):
    return R.tril(-1) + R.diagonal(dim1=-2, dim2=-1).diag_embed() / 2


X = small.clone()
for _ in range(40):
    X = X @ (eye + lower_half(eye - X.mT @ X).mT)
by_hand = equal(X, answer.value.Q)
agree = int((answer.prediction.steps == answer.steps).sum())
assert by_hand == agree == 100

# %% [markdown]
# One letter of the step has changed, and now {{= by_hand }} of 100 are the $Q$ of QR. The first $R$ decides
# all others, as for [Cholesky](cholesky.py#step): steps are those predicted in {{= agree }} of 100 runs.

# %% tags=["figure"]
fig = gd.figures.figure(
    "One loss, one start, two steps: two orthogonal matrices",
    x="",
    y="",
    caption="A small matrix, the polar factor of it, and its Q. Below the diagonal of QᵀM is nothing.",
    alt=f"The polar factor of {small[0].round(decimals=2).tolist()} makes a symmetric matrix of it, "
    "the Q of QR an upper triangular one.",
)
grids = {
    "polar, Uᵀ M": nearest.value[0].mT @ small[0],
    "QR, Qᵀ M": answer.value.Q[0].mT @ small[0],
}
gd.figures.grids(fig, {name: A / A.abs().max() for name, A in grids.items()})
fig

# %% [markdown]
# ## The bound {: #bound }
#
# For any upper triangular $T$ with a positive diagonal, $M T = Q C^\top$, where $C$ is the Cholesky factor of
# $(M T)^\top (M T) = I + G$. So $M T$ is as near to $Q$ as $C$ is to $I$, and how near that is says
# [the bound of Cholesky](cholesky.py#bound), theorem 1.1 of Sun (1991). $T$ is the inverse of the triangle
# that the iterate gives.

# %%
library = torch.linalg.qr(M)
signs = library.R.diagonal(dim1=-2, dim2=-1).sign()
difference = torch.linalg.matrix_norm(
    library.Q * signs[:, None, :] - answer.value.Q
)
difference = difference.max().item() / 2
worst = answer.error_bound.max().item()
turned = gd.QR(M[0])
turned.restore([nearest.value[0]])
print(
    f"the polar factor in its place: bound {turned.error_bound().item():.1e}"
)
assert worst < 1.2e-16 < difference
assert turned.error_bound() > 0.01

# %% [markdown]
# All answers are proven to {{= worst : .0e }}, $Q$ and $R$ both; `torch.linalg.qr`, with its signs made
# ours, is up to {{= difference : .0e }} off. The polar factor in its place has a loss of zero, and is not
# proven.
#
# Next: [the Sylvester equation](sylvester.py).
