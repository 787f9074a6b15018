# ---
# title: The square root, and whitening
# description: >-
#   The root of a covariance and its inverse by gradient descent: momentum lands on a negative root
#   with a loss of zero, predicted matrix by matrix.
# given: [100, 1980, 2008, "6.2"]
# ---

# %% [markdown]
# # The square root, and whitening
#
# Measurements depend on each other: their covariance $S$ is not $I$. To take that away, multiply them by
# $S^{-1/2}$, the **inverse square root**. It is called whitening.
# {: .gd-lead }

# %%
import torch

import gdinverse as gd

g = torch.Generator().manual_seed(0)
mix = torch.randn(4, 4, generator=g, dtype=torch.float64)
data = torch.randn(1000, 4, generator=g, dtype=torch.float64) @ mix
S = data.mT @ data / len(data)
result = gd.inv_sqrtm(S, scaled=False)
result.plot()

# %%
white = data @ result.value
covariance = white.mT @ white / len(white)
before = (S - torch.eye(4)).norm().item()
after = (covariance - torch.eye(4)).norm().item()
assert result.converged
assert after < 1e-12 < before
assert result.steps == result.prediction.steps

# %% [markdown]
# The covariance was {{= before : .1f }} away from $I$, and is {{= after : .0e }} away afterwards. The run took
# {{= result.steps.item() }} steps, as many as predicted.

# %% [markdown]
# ## By hand {: #by-hand }
#
# The root is an $X$ with $X X = S$. Descent from $X = I$, for 100 covariances scaled to norm 1:

# %%
C = torch.rand(100, 4, 4, generator=g, dtype=torch.float64)
C = C @ C.mT
C = C / torch.linalg.matrix_norm(C)[:, None, None]
eye = torch.eye(4, dtype=torch.float64)
root = gd.sqrtm(C)


def loss_of(X):
    return (X @ X - C).square().mean((-2, -1))


def descend(kind, **options):
    X = torch.nn.Parameter(eye.repeat(100, 1, 1))
    optimizer = kind([X], **options)
    for _ in range(800):
        optimizer.zero_grad()
        loss_of(X).sum().backward()
        optimizer.step()
    return X.detach()


sgd = descend(torch.optim.SGD, lr=2.0)
heavy = descend(torch.optim.SGD, lr=2.0, momentum=0.9)
off = torch.linalg.matrix_norm(heavy - root.value)
sgd_off = torch.linalg.matrix_norm(sgd - root.value)
sgd_right, heavy_right = int((sgd_off < 0.05).sum()), int((off < 0.05).sum())
heavy_zero = int((loss_of(heavy) < 1e-6).sum())
print(f"SGD      right {sgd_right:3}")
print(f"momentum right {heavy_right:3}, loss below 1e-6 in {heavy_zero}")
assert heavy_right < sgd_right

# %% [markdown]
# ## The loss is zero and the answer is wrong {: #wrong }
#
# With momentum the loss is as good as zero in {{= heavy_zero }} of 100, and the answer is right in
# {{= heavy_right }}. Without momentum it is right in {{= sgd_right }}.
#
# A matrix with $n$ eigenvalues has $2^n$ roots of its own kind, one for each choice of signs. From $X = I$
# all stays in the eigenvectors of $C$, so each eigenvalue $x$ descends on $(x^2 - \lambda)^2$ for itself. A
# small $\lambda$ has its root near 0, and momentum carries $x$ past 0, to the other side.

# %%
lam = torch.linalg.eigvalsh(C)
x, speed = torch.ones_like(lam), torch.zeros_like(lam)
for _ in range(800):
    speed = 0.9 * speed + 8 * (x * x - lam) * x / 16
    x = x - speed
predicted = (x < 0).sum(-1)
found = (torch.linalg.eigvals(heavy).real < 0).sum(-1)
agree = int((predicted == found).sum())
wrong = int((found > 0).sum())
assert agree >= 99
assert wrong > 0

# %% tags=["figure"]
worst = int(found.argmax())
four, x = lam[worst], torch.ones(4, dtype=torch.float64)
speed, path = torch.zeros_like(x), []
for _ in range(61):
    path.append(x)
    speed = 0.9 * speed + 8 * (x * x - four) * x / 16
    x = x - speed
path = torch.stack(path)
fig = gd.figures.figure(
    f"Momentum carries {int(found[worst])} of four eigenvalues past zero, and they stay there",
    x="step",
    y="eigenvalue of X",
    log_y=False,
    x_range=(0, 62),
    y_range=(1.15 * path.min().item(), 1.1),
    caption="One of the hundred matrices. Dotted: zero.",
    alt="Eigenvalues of X after 60 steps: "
    + ", ".join(f"{e:.2f}" for e in path[-1])
    + ". All began at one.",
)
gd.figures.line(fig, [0, 60], [0, 0], "floor")
for i in range(4):
    role = "failure" if path[-1, i] < 0 else "c1"
    gd.figures.line(fig, range(61), path[:, i], role)
fig

# %% [markdown]
# That recursion on four numbers predicts how many of them turn negative, and is right in {{= agree }} of
# 100 matrices. In {{= wrong }} at least one did. The loss knows the set of roots; the path chooses one.

# %% [markdown]
# ## The relative step {: #step }
#
# Keep two unknowns, $Y \to S^{1/2}$ and $Z \to S^{-1/2}$ with $Y = S Z$. With $R = I - Z Y$ both are
# multiplied by $I + R/2$. Each eigenvalue $f$ of $Z Y$ then goes its own way, $f \leftarrow f (3 - f)^2/4$.
#
# Why two? One alone, $Z \leftarrow \tfrac12 Z (3I - S Z^2)$, has the same curve on paper, and loses it to
# rounding, which the step amplifies where eigenvalues are far apart.

# %%
spread = torch.linalg.qr(torch.randn(4, 4, generator=g).double()).Q
hard = spread * torch.tensor([1.0, 0.3, 0.1, 0.01]).double() @ spread.mT
hard = (hard + hard.mT) / 2
Z, alone = eye.clone(), []
for _ in range(40):
    alone.append((eye - Z @ hard @ Z).norm().item() ** 2 / 16)
    Z = Z @ (3 * eye - hard @ Z @ Z) / 2
two = gd.inv_sqrtm(hard, scaled=False)
best = min(alone)
assert alone[-1] > 1e6 * best
assert two.converged

# %% tags=["figure"]
fig = gd.figures.figure(
    "One unknown alone loses what two keep",
    x="step",
    y="loss",
    x_range=(0, 40),
    y_range=(1e-34, 1e4),
    caption="Condition number 100; both from I.",
    alt=f"The loss of one unknown alone falls to {best:.0e} and climbs "
    f"again to {alone[-1]:.0e} at step 39. With two unknowns the run ends "
    f"after {int(two.steps)} steps.",
)
gd.figures.line(fig, range(40), alone, "failure", "Z alone")
curve = two.history.loss
gd.figures.line(fig, range(len(curve)), curve, "measured", "Z and Y")
fig

# %% [markdown]
# ## The bound {: #bound }
#
# Let $P$ be the root, $E = S - X X$ and $D = P - X$. Then $P D + D X = E$, and the scalar product with $D$
# gives
#
# $$\lVert P - X \rVert \le
#   \frac{\lVert E \rVert}{\lambda_{\min}(P) + \lambda_{\min}(X)} .$$
#
# For the inverse root, $P S P = I$, $F = I - X S X$ and $D = P - X$ give $(P S) D + D (S X) = F$ in the same
# way, with $P S = S^{1/2}$ and $S X$ in place of $P$ and $X$: van Hemmen & Ando (1980) and
# Higham (2008), theorem 6.2, for the first; the second follows as you see. $X$ need not be symmetric:
# only its symmetric part has to be positive.

# %%
plain, inverse = gd.sqrtm(C, scaled=False), gd.inv_sqrtm(C)
agree_plain = int((plain.prediction.steps == plain.steps).sum())
agree_scaled = int((root.prediction.steps == root.steps).sum())
worst = max(root.error_bound.max().item(), inverse.error_bound.max().item())
lam, V = torch.linalg.eigh(C)
library = V * lam.rsqrt().unsqueeze(-2) @ V.mT
size = torch.linalg.matrix_norm(inverse.value)
apart = (torch.linalg.matrix_norm(library - inverse.value) / size).max().item()
assert agree_plain == agree_scaled == 100
assert worst < 1.2e-16 < apart

# %% [markdown]
# Steps are those predicted in {{= agree_plain }} of 100 runs, and in {{= agree_scaled }} scaled ones. All
# answers are proven to {{= worst : .0e }}. $V \Lambda^{-1/2} V^\top$ by `torch.linalg.eigh` is up to
# {{= apart : .0e }} off. Where that is enough, take it.
#
# Next: [the Cholesky factor](cholesky.py), a root of another shape.
