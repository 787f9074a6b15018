# ---
# title: The sign of a matrix
# description: >-
#   Eigenvalues counted without computing one: the matrix sign by gradient descent, where a loss of
#   zero says nothing, with a predicted curve and a bound.
# given: [100, 2008]
# ---

# %% [markdown]
# # The sign of a matrix
#
# A structure vibrates at the eigenvalues of a symmetric matrix. How many of them are below a
# threshold $t$? The **sign** of $S - tI$ has $+1$ and $-1$ in place of the eigenvalues, so its trace
# counts, and no eigenvalue is computed.
# {: .gd-lead }

# %%
import torch

import gdinverse as gd

n, t = 12, 1.0
S = 2 * torch.eye(n, dtype=torch.float64)
S = S - torch.diag(torch.ones(n - 1), 1) - torch.diag(torch.ones(n - 1), -1)
result = gd.sign(S - t * torch.eye(n), scaled=False)
result.plot()

# %%
below = round((n - result.value.trace().item()) / 2)
assert below == int((torch.linalg.eigvalsh(S) < t).sum())
assert result.converged
assert result.steps == result.prediction.steps

# %% [markdown]
# {{= below }} of the {{= n }} eigenvalues are below the threshold. The count is proven: the bound on the
# sign is {{= result.error_bound.item() : .0e }}, and a trace of whole numbers cannot be off by less
# than 2.

# %% [markdown]
# ## By hand, and wrong {: #by-hand }
#
# The sign is a root of $I$: $X X = I$. As a loss:

# %%
g = torch.Generator().manual_seed(1)
M = torch.rand(100, 4, 4, generator=g, dtype=torch.float64) - 0.5
M = M + M.mT
eye = torch.eye(4, dtype=torch.float64)
answer = gd.sign(M)


def loss_of(X):
    return (X @ X - eye).square().mean((-2, -1))


def descend(start, kind, **options):
    X = torch.nn.Parameter(start.clone())
    optimizer = kind([X], **options)
    for _ in range(400):
        optimizer.zero_grad()
        loss_of(X).sum().backward()
        optimizer.step()
    return X.detach()


def counts(X):
    off = torch.linalg.matrix_norm(X - answer.value)
    zero, right = loss_of(X) < 1e-12, off < 1e-4
    return int(zero.sum()), int(right.sum())


small = M / torch.linalg.matrix_norm(M)[:, None, None]
from_M = counts(descend(small, torch.optim.SGD, lr=1.0))
from_eye = counts(eye.expand_as(M))
by_adam = counts(descend(small, torch.optim.Adam, lr=0.03))
print("          zero loss, right")
print("SGD from M/‖M‖ ", from_M)
print("X = I          ", from_eye)
print("Adam from M/‖M‖", by_adam)
assert from_M[1] >= 95
assert by_adam[1] < by_adam[0]
assert from_eye[0] == 100
assert from_eye[1] < 10

# %% [markdown]
# $X = I$ has a loss of zero at the first look, in {{= from_eye[0] }} of 100, and it is the sign in
# {{= from_eye[1] }}. From $M/\lVert M \rVert$ SGD is right in {{= from_M[1] }}. Adam from the same start:
# {{= by_adam[0] }} zero losses, {{= by_adam[1] }} right. A root of $I$ has any signs whatever; which of
# them are $M$'s, the loss does not ask. SGD keeps the eigenvectors of its start and moves each eigenvalue
# to the root on its own side.

# %% [markdown]
# ## The relative step {: #step }
#
# With $R = I - X X$ the step $X \leftarrow X (I + R/2)$ sends each eigenvalue to $x (3 - x^2)/2$. From
# $[-1, 1]$ no eigenvalue changes its side.

# %%
plain = gd.sign(M, scaled=False)
agree = int((plain.prediction.steps == plain.steps).sum())
agree_scaled = int((answer.prediction.steps == answer.steps).sum())
print("plain", plain.steps.double().mean().item(), "steps in the mean")
print("scaled", answer.steps.double().mean().item())
assert agree == agree_scaled == 100

# %% [markdown]
# Predicted and measured steps agree in {{= agree }} of 100, and in {{= agree_scaled }} with the stretched
# step.

# %% [markdown]
# ## The bound {: #bound }
#
# $M = \operatorname{sign}(M)\,(M^2)^{1/2}$ is an orthogonal matrix times a positive one, so the sign of a
# symmetric matrix is its polar factor, and has [its bound](polar.py#bound). Where an eigenvalue is 0, or as
# good as 0, nothing is proven.

# %%
lam, V = torch.linalg.eigh(M)
library = V * lam.sign().unsqueeze(-2) @ V.mT
apart = (torch.linalg.matrix_norm(library - answer.value) / 2).max().item()
worst = answer.error_bound.max().item()
flat = gd.sign(torch.ones(3, 3))
print(flat)
assert answer.converged.all()
assert worst < 1.2e-16
assert apart < 1e-12
assert flat.status is gd.Status.undecided

# %% [markdown]
# Ours are proven to {{= worst : .0e }}. $V \operatorname{sign}(\Lambda) V^\top$ by `torch.linalg.eigh` is
# within {{= apart : .0e }} of them.

# %% [markdown]
# ## A matrix that is not symmetric {: #general }
#
# There the sign has $+1$ for eigenvalues in the right half-plane, $-1$ for those in the left one. They can
# be complex, and from some of those the step runs away:

# %%
x = 0.1 + 0.9j
for _ in range(6):
    x = x * (3 - x * x) / 2
print(f"|x| = {abs(x):.0e}")
assert abs(x) > 1e9

# %% [markdown]
# Newton's iteration, $X \leftarrow (X + X^{-1})/2$, keeps each eigenvalue on its side. It needs an inverse a
# step, so `gd.signm` is no descent. Its bound shows that $X$ is near a root of $I$ that commutes with $M$, and
# that $X M$ has its eigenvalues in the right half-plane: the
# [reference](../reference/operations.md#gdinverse.signm) has the proof.

# %%
A = torch.rand(100, 4, 4, generator=g, dtype=torch.float64) - 0.2
X = A / torch.linalg.matrix_norm(A)[:, None, None]
for _ in range(60):
    X = X @ (3 * eye - X @ X) / 2
ran_away = int((~(loss_of(X) < 1e6)).sum())
found = gd.signm(A)
relative = found.error_bound / torch.linalg.matrix_norm(found.value)
proven = int(relative.isfinite().sum())
as_eye = int((torch.linalg.matrix_norm(found.value - eye) < 1e-4).sum())
lam, V = torch.linalg.eig(A)
by_eig = (V * lam.real.sign().unsqueeze(-2) @ torch.linalg.inv(V)).real
gap = torch.linalg.matrix_norm(by_eig - found.value) / 2
axis = gd.signm([[0.0, 1.0], [-1.0, 0.0]])
print("run away by the step:", ran_away, "proven by signm:", proven)
print("bound at most", relative.max().item(), "eig within", gap.max().item())
assert proven == 100 > ran_away > 0
assert as_eye < 50
assert relative.max() < 1.2e-16
assert gap.max() < 1e-11
assert axis.error_bound == torch.inf

# %% [markdown]
# Of 100 random matrices the step loses {{= ran_away }}. `signm` proves {{= proven }}, to a relative
# {{= relative.max().item() : .0e }}. $I$, whose loss is zero here as well, is the sign of {{= as_eye }}. Signs
# from `torch.linalg.eig` are within {{= gap.max().item() : .0e }}. For eigenvalues on the imaginary axis there is
# no sign: the bound is {{= axis.error_bound.item() }}, and the value nan.
#
# Next: [the square root](root.py).
