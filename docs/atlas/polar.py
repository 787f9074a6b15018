# ---
# title: The nearest orthogonal matrix
# description: >-
#   The polar factor by gradient descent: why Adam ends on another orthogonal matrix with a loss of
#   zero, a step whose curve is predicted, and a bound.
# given: [100, 1995]
# ---

# %% [markdown]
# # The nearest orthogonal matrix
#
# A camera measures a rotation, entry by entry, with noise. What it reports is no rotation any more.
# Which rotation is nearest to it? The answer is the **polar factor** of the measured matrix.
# {: .gd-lead }

# %%
import torch

import gdinverse as gd

g = torch.Generator().manual_seed(0)
turn = torch.linalg.qr(torch.randn(3, 3, generator=g).double()).Q
noise = 0.1 * torch.randn(3, 3, generator=g).double()
measured = turn + noise
result = gd.polar(measured, scaled=False)
result.plot()

# %%
before = (measured - turn).norm().item()
after = (result.value - turn).norm().item()
assert result.converged
assert after < before
assert result.steps == result.prediction.steps

# %% [markdown]
# The noise moved the matrix by {{= before : .2f }}. Its polar factor is {{= after : .2f }} away from
# the rotation, and it is a rotation again. The dashed curve was known before the run.

# %% [markdown]
# ## By hand {: #by-hand }
#
# A matrix is orthogonal if $X^\top X = I$. That is a loss. The guess is the given matrix, made so small
# that no singular value is above 1. Here are 100 random matrices at once.

# %%
M = torch.rand(100, 4, 4, generator=g, dtype=torch.float64)
small = M / torch.linalg.matrix_norm(M)[:, None, None]
eye = torch.eye(4, dtype=torch.float64)


def loss_of(X):
    return (X.mT @ X - eye).square().mean((-2, -1))


def descend(start, kind, **options):
    X = torch.nn.Parameter(start.clone())
    optimizer = kind([X], **options)
    for _ in range(400):
        optimizer.zero_grad()
        loss_of(X).sum().backward()
        optimizer.step()
    return X.detach()


answer = gd.polar(M)
assert answer.converged.all()


def right(X):
    off = torch.linalg.matrix_norm(X - answer.value)
    return int((off < 1e-4).sum())


sgd = descend(small, torch.optim.SGD, lr=1.0)
sgd_right = right(sgd)
assert sgd_right >= 95

# %% [markdown]
# Descent is right in {{= sgd_right }} of 100.
#
# ## The loss is zero and the answer is wrong {: #wrong }

# %%
adam = descend(small, torch.optim.Adam, lr=0.03)
anywhere = torch.rand(M.shape, generator=g, dtype=torch.float64)
other = descend(anywhere, torch.optim.SGD, lr=0.5)
adam_zero = int((loss_of(adam) < 1e-12).sum())
other_zero = int((loss_of(other) < 1e-12).sum())
adam_right, other_right = right(adam), right(other)
print(f"Adam             zero loss {adam_zero:3}, right {adam_right:3}")
print(f"SGD, other start zero loss {other_zero:3}, right {other_right:3}")
assert adam_zero > 0
assert other_zero > 90
assert adam_right == other_right == 0

# %% tags=["figure"]
one = int((loss_of(adam) < 1e-12).nonzero()[0])
three = {"polar": answer.value, "by Adam": adam, "other start": other}
products = [X[one].mT @ X[one] - eye for X in three.values()]
assert max(R.abs().max() for R in products[:2]) < 1e-5
apart = torch.linalg.matrix_norm(adam[one] - answer.value[one]).item()
fig = gd.figures.figure(
    f"Two losses of zero, and Adam's answer is {apart:.1f} away",
    x="",
    y="",
    caption="One of the hundred, and three orthogonal matrices for it. Blue is positive, orange negative.",
    alt=f"Four grids of four by four: M, its polar factor, what Adam found, at distance {apart:.2f}, and "
    "what SGD found from a random start.",
)
shown = {"M": M[one]} | {name: X[one] for name, X in three.items()}
gd.figures.grids(fig, shown)
fig

# %% [markdown]
# Adam reaches a loss of zero in {{= adam_zero }} of 100, and is right in {{= adam_right }}. SGD from a
# random matrix: {{= other_zero }} zero losses, {{= other_right }} right. The loss knows what *orthogonal*
# is, and nothing of $M$. What an answer knows of $M$ comes from the path. The gradient is $X$ times
# $X^\top X - I$, so SGD stays at $M$ times a polynomial of $M^\top M$. Adam divides each entry by a size of its
# own, and leaves that family.

# %% [markdown]
# ## The relative step {: #step }
#
# With $R = I - X^\top X$ the step is $X \leftarrow X (I + R/2)$. The singular vectors of $X$ stay what they
# are, and each singular value goes its own way,
#
# $$\sigma \leftarrow \sigma\,(3 - \sigma^2)/2 .$$
#
# So the singular values of the guess decide the whole curve.

# %% tags=["figure"]
sigma = torch.linspace(0, 1.75, 71, dtype=torch.float64)
path = [0.15]
for _ in range(6):
    path += [path[-1] * (3 - path[-1] ** 2) / 2]
stairs = [(a, b) for a, b in zip(path, path[1:], strict=False)]
corners = [point for a, b in stairs for point in ((a, b), (b, b))]
fig = gd.figures.figure(
    f"From {path[0]} to {path[-1]:.4f} in six steps: the map of one singular value",
    x="σ",
    y="σ after the step",
    log_y=False,
    x_range=(0, 1.8),
    y_range=(0, 1.2),
    caption="Up to the curve, across to the diagonal. Above the root of three the map is negative.",
    alt="A curve that rises from zero to its highest point at one and falls to zero at the root of three, "
    "and the stairs between it and the diagonal: "
    + ", ".join(f"{s:.3f}" for s in path),
)
gd.figures.line(fig, [0, 1.2], [0, 1.2], "floor")
gd.figures.line(fig, sigma, sigma * (3 - sigma**2) / 2, "c3", "map", at=1.5)
xs, ys = zip((path[0], 0), *corners, strict=True)
gd.figures.line(fig, xs, ys, "c1")
gd.figures.dot(fig, 1, 1, "c1")
fig

# %%
plain = gd.polar(M, scaled=False)
scaled = gd.polar(M)
agree = int((plain.prediction.steps == plain.steps).sum())
agree_scaled = int((scaled.prediction.steps == scaled.steps).sum())
mean_plain = plain.steps.double().mean().item()
mean_scaled = scaled.steps.double().mean().item()
assert agree == agree_scaled == 100

# %% [markdown]
# Predicted and measured steps are equal in {{= agree }} of 100 runs. Stretched by what is known of the
# smallest singular value, the step takes {{= mean_scaled : .1f }} steps in the mean in place of
# {{= mean_plain : .1f }}, and is predicted in {{= agree_scaled }}.

# %% [markdown]
# ## The bound {: #bound }
#
# Near an orthogonal $Q$ write $M = Q (H + K) + N$ with $H$ symmetric, $K$ skew and $Q^\top N = 0$. For the
# polar factor $K$ and $N$ are 0 and $H$ is positive. With $h = \lambda_{\min}(H) > 0$,
#
# $$\lVert U - Q \rVert \le \frac{\lVert K \rVert + \lVert N \rVert}{h}
#   + \frac{\lVert N \rVert^2}{2h^2} .$$
#
# The first term is from Li (1995). Every quantity is computed as a ball, with its rounding.

# %%
U, _, Vh = torch.linalg.svd(M)
library = torch.linalg.matrix_norm(U @ Vh - answer.value).max().item() / 2
worst = answer.error_bound.max().item()
wrong_one = gd.Polar(M[0])
wrong_one.restore([other[0]])
claimed = wrong_one.error_bound().item()
assert worst < 1.2e-16
assert library < 1e-12
assert claimed > 0.1

# %% [markdown]
# Our answers are within {{= worst : .0e }}, relative, and that is proven. The factor from
# `torch.linalg.svd` differs from them by {{= library : .0e }} at most: use it, and use this page to see
# why. For the first wrong answer of the random start the bound is {{= claimed : .1f }}.
#
# Next: [the sign](sign.py), which is the polar factor of a symmetric matrix.
