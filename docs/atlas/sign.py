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
adam = descend(small, torch.optim.Adam, lr=0.03)
by_adam = counts(adam)
print("          zero loss, right")
print("SGD from M/‖M‖ ", from_M)
print("X = I          ", from_eye)
print("Adam from M/‖M‖", by_adam)
assert from_M[1] >= 95
assert by_adam[1] < by_adam[0]
assert from_eye[0] == 100
assert from_eye[1] < 10

# %% tags=["figure"]
off = torch.linalg.matrix_norm(adam - answer.value)
one = int(((loss_of(adam) < 1e-12) & (off > 1)).nonzero()[0])
roots = {"sign": answer.value[one], "by Adam": adam[one], "I": eye}
assert all((X @ X - eye).abs().max() < 1e-5 for X in roots.values())
fig = gd.figures.figure(
    "Three roots of I, and one of them is the sign of this matrix",
    x="",
    y="",
    caption="One of the hundred. Each of the three gives I when it is squared.",
    alt=f"Four grids of four by four: M, its sign, a root of I that Adam found at a distance of "
    f"{off[one]:.1f} from the sign, and I.",
)
gd.figures.grids(fig, {"M": M[one]} | roots)
fig

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

# %% tags=["figure"]
x = torch.linspace(-1, 1, 41, dtype=torch.float64)
after = [x]
for _ in range(5):
    after += [after[-1] * (3 - after[-1] ** 2) / 2]
assert all((y.sign() == x.sign()).all() for y in after)
fig = gd.figures.figure(
    f"Each keeps its side: after five steps {x[24]:.1f} is at {after[5][24]:.2f}, {x[22]:.1f} at "
    f"{after[5][22]:.2f}",
    x="eigenvalue of the start",
    y="after 0 to 5 steps",
    log_y=False,
    x_range=(-1, 1),
    y_range=(-1.15, 1.15),
    caption="Dotted: the start. What is near zero takes longest.",
    alt="Six curves through zero. After five steps an eigenvalue of "
    f"{x[22]:.2f} is at {after[5][22]:.2f} and one of {x[24]:.2f} at {after[5][24]:.3f}.",
)
for k, y in enumerate(after):
    role = "floor" if k == 0 else "c1"
    gd.figures.line(fig, x, y, role, "5 steps" if k == 5 else "", at=0.6)
fig

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

# %% tags=["figure"]
wide = torch.linspace(-2, 2, 81, dtype=torch.float64)
high = torch.linspace(-1.4, 1.4, 57, dtype=torch.float64)
z = wide + 1j * high[:, None]
took = torch.full(z.shape, torch.inf, dtype=torch.float64)
for step in range(1, 40):
    z = z * (3 - z * z) / 2
    came = (z * z - 1).abs() < 1e-6
    took = torch.where(came & took.isinf(), step, took)
left_behind = took[:, 41:].isinf().double().mean().item()
fig = gd.figures.figure(
    f"Of the starts with a positive real part, {left_behind:.0%} do not arrive in 40 steps",
    x="real part",
    y="imaginary part",
    log_y=False,
    x_range=(-2, 2),
    y_range=(-1.4, 1.4),
    equal=True,
    caption="Steps of x (3 − x²)/2 to 1 or −1, to six digits. Empty: it runs away, or is not there yet.",
    alt=f"A map of the complex plane. Around 1 and −1 few steps are needed; outside two lobes with a "
    f"ragged edge nothing arrives. On the right side {left_behind:.0%} are empty.",
)
gd.figures.heatmap(fig, wide, high, took)
for root in (-1, 1):
    gd.figures.dot(fig, root, 0, "map")
fig

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
