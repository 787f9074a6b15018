# ---
# title: The loss stops at a level
# description: >-
#   Five levels at which a loss stops, and what each gives away: zeroed parameters, a singular
#   matrix, one that is nearly so, weight decay, the float32 floor.
# given: ["0.9", "1e-3", 200, "5,000", 2020]
# ---

# %% [markdown]
# # The loss stops at a level
#
# Your loss went down, and now it is flat. It is not converged: a level has a value, and the value
# often names the cause. Compare yours with these.
# {: .gd-lead }

# %% tags=["figure"]
import torch

import gdinverse as gd


def last_loss(M, steps, lr=0.9, momentum=0.9):
    """Of plain descent from zero, in the dtype of M."""
    n = M.shape[-1]
    X, push, eye = torch.zeros_like(M), torch.zeros_like(M), torch.eye(n)
    for _ in range(steps):
        push = momentum * push + (X @ M - eye.to(M)) @ M.mT * (2 / n**2)
        X = X - lr * push
    return (X @ M - eye).double().square().mean((-2, -1))


start = gd.matrices.random_2020()
h = gd.Inverse(start).modes().curvature
decayed = ((1e-5 / (h + 1e-5)).square().sum() / 16).item()
rounded = last_loss(start.to(torch.bfloat16), 1500).item()
seeds = [torch.Generator().manual_seed(seed) for seed in range(100)]
crowd = torch.stack([torch.rand(4, 4, generator=g) for g in seeds])
crowd = crowd[torch.linalg.cond(crowd.double()) < 40]
best = [gd.rates.best(one) for one in gd.Inverse(crowd).modes().curvature]
tuned = torch.tensor([(one.lr, one.momentum) for one in best]).T[
    ..., None, None
]
stopped = last_loss(crowd, 3000, *tuned)
floor = stopped.min().item(), stopped.max().item()
assert (last_loss(crowd.double(), 3000, *tuned) < floor[0] / 1e3).all()
assert floor[0] < last_loss(start.float(), 1500) < floor[1]
assert 1e-5 < rounded < 1e-2

rows = torch.linspace(1, 16, 61)
fig = gd.figures.figure(
    f"At 4 rows, {1 / 4} and {1 / 16} have a cause each; {floor[1]:.0e} has another",
    x="rows of the matrix",
    y="loss where it stops",
    x_range=(0, 17),
    y_range=(1e-17, 1e3),
    caption=f"Shaded: where {len(crowd)} random 4×4 matrices end in float32, κ below 40. "
    "Two dots: weight decay of 1e-5, computed, and bfloat16, both on matrix 1. "
    "The third is yours."
    f'<gd-moving kind="naming" data-floor="{list(floor)}"></gd-moving>',
    alt=f"At 4 rows, zeroed parameters stop at {1 / 4}, one singular value of zero at {1 / 16}, "
    f"weight decay at {decayed:.1e}, bfloat16 at {rounded:.1e}, float32 between {floor[0]:.0e} "
    f"and {floor[1]:.0e}.",
)
gd.figures.dot(fig, 4, 1 / 16, "failure")
gd.figures.line(fig, rows, 1 / rows, "c4")
gd.figures.line(fig, rows, 1 / rows**2, "c1")
gd.figures.dot(fig, 4, decayed, "c2")
gd.figures.dot(fig, 4, rounded, "c3")
gd.figures.label(fig, "1/n: zeroed parameters", 5, 1, "c4")
gd.figures.label(fig, "1/n²: one value is zero", 6.5, 6e-3, "c1", above=False)
gd.figures.label(fig, "weight decay", 4.4, decayed, "c2", above=False)
gd.figures.label(fig, "bfloat16", 0.2, rounded, "c3", above=False)
gd.figures.band(fig, *floor, "float32 ends here")
fig

# %% [markdown]
# | level of the loss | cause |
# |---|---|
# | $1/n$ | [zeroed parameters](#zeroed-parameters) |
# | $1/n^2$, $2/n^2$, … from any guess | [a singular matrix](#singular), or [a nearly singular one](#nearly-singular) |
# | higher, the more weight decay | [weight decay](#weight-decay) |
# | about 1e-3, in bfloat16 | [too few digits](digits.py#bfloat16) |
# | the square of the dtype's last digit | [the floor of float32](#float32-floor) |
# | higher than that floor | [steps that are rounded away](digits.py#lost-steps) |
# | that of the guess | [a learning rate that is too small](slow.py#tiny-step) |
# | $\sigma_i^2/(m n)$, in an SVD | [a dead value](svd.py#dead-value) |
#
# Here $n$ is the number of rows, and the loss is the mean of the squared entries of $X M - I$.

# %%
import math

import torch

import gdinverse as gd

torch.set_printoptions(sci_mode=False)
M = gd.matrices.random_2020()


def descend(M, X, steps, lr=0.9, momentum=0.9, weight_decay=0.0):
    """X at each step, for one matrix or for a batch."""
    n, push, path = M.shape[-1], torch.zeros_like(X), []
    for _ in range(steps + 1):
        path.append(X)
        R = X @ M - torch.eye(n, dtype=M.dtype)
        push = momentum * push + 2 / n**2 * R @ M.mT + weight_decay * X
        X = X - lr * push
    return torch.stack(path)


def loss_of(path, M):
    R = path @ M - torch.eye(M.shape[-1], dtype=M.dtype)
    return R.square().mean((-2, -1))


def error_of(path, M):
    exact, norm = torch.linalg.inv(M.double()), torch.linalg.matrix_norm
    return norm(path.double() - exact) / norm(exact)


# %% [markdown]
# ## The loss stops at `0.25`: parameters zeroed, not gradients {: #zeroed-parameters }

# %%


def by_hand(zero, steps=200):
    """Momentum 0 on matrix 1; `zero` clears one thing after each step."""
    X, losses = M.clone().requires_grad_(), []
    for _ in range(steps + 1):
        loss = (X @ M - torch.eye(4)).square().mean()
        loss.backward()
        losses.append(loss.item())
        with torch.no_grad():
            X -= 3.0 * X.grad
            zero(X)
    return losses


wrong = by_hand(lambda X: X.zero_())
right = by_hand(lambda X: X.grad.zero_())

# %% [markdown]
# !!! failure "Symptom"
#     The loss is the same in every step from the second on. For a 4×4 matrix it is exactly
#     {{= wrong[-1] : .2f }}, since at $X = 0$ the matrix plays no part.

# %% tags=["figure"]
fig = gd.figures.figure(
    f"One word too few: {wrong[-1]:.2f} forever, or {right[-1]:.3f} after 200 steps",
    x="step",
    y="loss",
    x_range=(0, 200),
    y_range=(1e-3, 3),
    caption="Matrix 1, plain descent with learning rate 3.",
    alt=f"With X.zero_() the loss is {wrong[1]:.2f} at every step from the first on. With "
    f"X.grad.zero_() it falls from {right[0]:.2f} to {right[-1]:.4f} at step 200.",
)
gd.figures.line(fig, range(201), wrong, "failure", "X.zero_()")
gd.figures.line(fig, range(201), right, "c1", "X.grad.zero_()")
fig

# %% [markdown]
# The loop says `X.zero_()` and means `X.grad.zero_()`. Then every loss is measured at $X = 0$, where
# the $n$ ones of the identity are missing: $n/n^2 = 1/n$.

# %%
print("X.zero_()      ", *(f"{loss:.4f}" for loss in wrong[:6]))
print("X.grad.zero_() ", *(f"{loss:.4f}" for loss in right[:6]))
assert all(loss == 1 / 4 for loss in wrong[1:])
assert right[-1] < 0.02

# %% [markdown]
# !!! fix "Fix"
#     Clear the gradient, not the parameter:
#
#     ```python
#     X.grad.zero_()  # or optimizer.zero_grad()
#     ```
#
#     A level of exactly $1/n$ is the fingerprint. If you clear nothing at all, the loss
#     [never settles](returns.py#gradient-not-zeroed).

# %% [markdown]
# ## The loss stops at `0.1111`: the matrix is singular {: #singular }

# %%
S = torch.arange(1.0, 10.0, dtype=torch.float64).reshape(3, 3)
lr_limit = gd.rates.lr_limit(gd.PseudoInverse(S).modes().curvature, 0.9)
guess = torch.rand(3, 3, generator=torch.Generator().manual_seed(314)).double()
ways = {"zeros": torch.zeros_like(S), "a random guess": guess}
paths = {
    name: descend(S, start, 1000, lr=lr_limit / 2)
    for name, start in ways.items()
}
level = loss_of(paths["zeros"], S)[-1].item()
rank = int(torch.linalg.matrix_rank(S))
pinv = torch.linalg.pinv(S, rtol=1e-12)
away = {
    name: (path - pinv).flatten(1).norm(dim=1) / pinv.norm()
    for name, path in paths.items()
}

# %% [markdown]
# !!! failure "Symptom"
#     The loss stops at one ninth for a 3×3 matrix, at one sixteenth or two sixteenths for a 4×4 one:
#     a small integer over $n^2$. More steps do not help. The singular matrix here is the first that
#     everybody types, 1 to 9.

# %% tags=["figure"]
fig = gd.figures.figure(
    f"Both losses stop at {level:.4f}, and the two answers differ by "
    f"{away['a random guess'][-1]:.0%}",
    x="step",
    y="distance to the pseudo-inverse",
    x_range=(0, 1000),
    y_range=(1e-15, 1e2),
    caption="The matrix with the entries 1 to 9, at half the limit of the learning rate.",
    alt=f"Relative distance to the pseudo-inverse. From zeros it falls to "
    f"{away['zeros'][-1]:.0e}. From a random guess it stays at {away['a random guess'][-1]:.3f}. "
    f"The loss of both is {level:.4f} at the end.",
)
for (name, distance), role in zip(away.items(), ("c1", "c4"), strict=True):
    gd.figures.line(fig, range(1001), distance, role, name)
fig

# %% [markdown]
# A singular matrix maps some vector to zero, and no $X$ can bring it back. Each missing rank leaves a
# one of the identity undone: the level is $(n - \text{rank})/n^2$. What you get depends on the guess:
# from zeros the pseudo-inverse, from elsewhere the pseudo-inverse plus what $M$ cannot see of the
# guess.

# %%
print(f"rank {rank} of 3, so the level is {(3 - rank) / 9:.6f}")
for name, path in paths.items():
    print(f"from {name:15} loss {loss_of(path, S)[-1]:.6f}")
unseen = guess @ (torch.eye(3) - S @ pinv)
result = gd.inv(S)
print(f"gd.inv: {result.status.name}")
print("witness", *(f"{x:.4f}" for x in result.witness))
assert all(
    abs(loss_of(path, S)[-1] - (3 - rank) / 9) < 1e-6
    for path in paths.values()
)
assert (paths["zeros"][-1] - pinv).norm() < 1e-12
assert (paths["a random guess"][-1] - pinv - unseen).norm() < 1e-12
assert result.status is gd.Status.singular
assert (S @ result.witness).norm() < 1e-14

# %% [markdown]
# !!! fix "Fix"
#     There is no inverse to find. Ask `gd.inv(M).status`, and if it is `singular`, look at the
#     witness: it names the columns that depend on each other. If you want the pseudo-inverse, start
#     from zeros, or:
#
#     ```python
#     gd.pinv(M).value
#     ```
#
#     A descent on the singular matrix [from a random guess](../play.md?matrix=singular&guess=rand&lr=0.03&momentum=0.9#playground "not in 20,000 steps"). How
#     singularity is proven: [a singular matrix](../theory/proof.py#a-singular-matrix).

# %% [markdown]
# ## The loss stops at `0.0625`, and the matrix is not singular {: #nearly-singular }

# %%
nearly = gd.matrices.with_singular_values(
    [2, 1, 0.5, 1e-9], torch.Generator().manual_seed(0)
)
h_nearly = gd.Inverse(nearly).modes().curvature
path_nearly = descend(nearly, torch.zeros_like(nearly), 1000)
losses_nearly = loss_of(path_nearly, nearly)
error_nearly = error_of(path_nearly[-1], nearly).item()
per_digit = math.log(10) * (1 - 0.9) / (0.9 * h_nearly[3].item())
reached = int(gd.rates.first_below((losses_nearly - 1 / 16).abs(), 1e-6))

# %% [markdown]
# !!! failure "Symptom"
#     The level is $1/n^2$, as for a singular matrix. But the determinant is not zero, and a library
#     gives an inverse.

# %% tags=["figure"]
fig = gd.figures.figure(
    f"Flat at {losses_nearly[-1]:.4f} from step {reached} on, and {per_digit:.0e} steps to go",
    x="step",
    y="loss, and relative error",
    x_range=(0, 300),
    y_range=(0.01, 3),
    caption="A 4×4 matrix with the singular values 2, 1, 1/2 and 1e-9; learning rate 0.9, momentum "
    "0.9, from zeros.",
    alt=f"The loss falls to one sixteenth, {losses_nearly[-1]:.4f}, at step {reached} and stays "
    f"there. The relative error stays at {error_nearly:.4f}.",
)
gd.figures.line(fig, range(301), losses_nearly[:301], "measured", "loss")
gd.figures.line(
    fig,
    range(301),
    error_of(path_nearly[:301], nearly),
    "failure",
    "error",
)
fig

# %% [markdown]
# One singular value is a thousand-millionth. Its direction converges, at
# $\ln 10 \cdot (1 - \beta)/(\alpha h)$ steps per factor of ten, with the learning rate $\alpha$, the
# momentum $\beta$ and the curvature $h = 2\sigma^2/n^2$. Here that is {{= per_digit : .0e }} steps, so
# on any screen it is a level.

# %%
print(f"16 times the loss  {16 * losses_nearly[-1]:.9f}")
print(f"error              {error_nearly:.9f}")
result = gd.inv(nearly)
print(result)
assert abs(16 * losses_nearly[-1] - 1) < 1e-6
assert error_nearly > 0.999
assert result.converged
assert result.error_bound < 1e-15

# %% [markdown]
# !!! fix "Fix"
#     Columns of different size, or far from zero? [Scale them first](../theory/scaling.py). Or let the
#     method compute its steps: `gd.inv(M)`, or `gd.inv(M, optimizer=gd.ConjugateGradient)`.
#     Both prove their answer. Where nothing can be proven in this dtype, the status is `undecided`,
#     not `singular`: [hard matrices](../theory/hard-matrices.py). Two rows that nearly agree do
#     [the same](../play.md?matrix=given&entries=1,1;1,1.000001&guess=zeros&lr=0.4&momentum=0.9#playground "not in 20,000 steps").

# %% [markdown]
# ## The loss stops near 1e-3: weight decay {: #weight-decay }

# %%
h = gd.Inverse(M).modes().curvature


def level_with(decay):
    """Where the loss stops: each mode keeps λ/(h + λ) of its error."""
    return (decay / (h + decay)).square().sum().item() / 16


decays, chosen = [1e-5, 3e-5, 1e-4, 2e-4, 1e-3, 1e-2], 2e-4
ends = {x: descend(M, M, 2500, weight_decay=x)[-1] for x in decays}
stops = {decay: loss_of(X, M).item() for decay, X in ends.items()}
off = error_of(ends[chosen], M).item()
for decay, stop in stops.items():
    assert abs(stop / level_with(decay) - 1) < 1e-6

# %% [markdown]
# !!! failure "Symptom"
#     The loss stops at {{= stops[chosen] : .1e }}, to the last digit. Another learning rate and
#     momentum, below, give the same level.

# %% tags=["figure"]
fig = gd.figures.figure(
    f"weight_decay={chosen:g}: the loss stops at {stops[chosen]:.5f}, as computed",
    x="weight decay",
    y="level of the loss",
    log_x=True,
    x_range=(5e-6, 2e-2),
    y_range=(1e-7, 1),
    caption="Matrix 1, learning rate 0.9, momentum 0.9, 2,500 steps. Dashed: computed from the "
    "singular values. Dots: measured.",
    alt="Level of the loss against weight decay: "
    + ", ".join(f"{stop:.1e} at {decay:.0e}" for decay, stop in stops.items())
    + ".",
)
axis = torch.logspace(-5.3, -1.7, 80, dtype=torch.float64).tolist()
gd.figures.line(
    fig, axis, [level_with(x) for x in axis], "predicted", "computed"
)
for decay, stop in stops.items():
    gd.figures.dot(fig, decay, stop, "measured")
fig

# %% [markdown]
# Weight decay $\lambda$ adds $\lambda X$ to the gradient. The run finds the minimum of another loss,
# and along each direction a share $\lambda/(h + \lambda)$ of the answer is missing there. The smallest
# curvature $h$ pays most.

# %%
X = M.clone().requires_grad_()
sgd = torch.optim.SGD([X], lr=1.8, momentum=0.8, weight_decay=chosen)
for _ in range(1500):
    sgd.zero_grad()
    loss = (X @ M - torch.eye(4)).square().mean()
    loss.backward()
    sgd.step()
M1 = torch.rand(5, 4, generator=torch.Generator().manual_seed(314))
sigma1 = torch.linalg.svdvals(M1.double())[0].item()
print(f"level, lr 1.8, 0.8  {loss.item():.6e}")
print(f"level, computed     {level_with(chosen):.6e}")
print(f"error of X          {off:.3f}")
assert abs(loss.item() / level_with(chosen) - 1) < 1e-6
assert 5e-4 < stops[chosen] < 2e-3
assert off > 0.1

# %% [markdown]
# The loss looks small, and the answer is off by {{= off : .0%}}. Adam in 2020 had a weight decay of
# `1e-5`, and its largest singular value came out as {{= series/2020-runs#sigma1_decay : .4f }} in place
# of {{= sigma1 : .4f }}: [another problem](../series/3b-adam.py#weight-decay-solves-another-problem).
#
# !!! fix "Fix"
#     `weight_decay=0`. Decay is for models that are to generalize; an inverse is not.

# %% [markdown]
# ## The loss stops near the square of the last digit: the float32 floor {: #float32-floor }

# %%
M32, eps = M.float(), torch.finfo(torch.float32).eps
path32 = descend(M32, M32, 1500)
losses32, error32 = loss_of(path32, M32), error_of(path32, M)
error64 = error_of(descend(M, M, 1500), M)
floor_loss = losses32[-500:].median().item()
floor_error = error32[-500:].median().item()
floor_step = int(gd.rates.first_below(losses32, 2 * floor_loss))

seeds = [torch.Generator().manual_seed(seed) for seed in range(200)]
crowd = torch.stack([torch.rand(4, 4, generator=g) for g in seeds])
kappa = torch.linalg.cond(crowd.double())
rates = gd.rates.rate(gd.Inverse(crowd).modes().curvature, 0.9, 0.9)
arrived = (kappa < 40) & (rates.amax(-1) ** 5000 < 1e-9)
crowd, kappa = crowd[arrived], kappa[arrived]
ratios = error_of(descend(crowd, crowd, 5000)[-1], crowd) / (kappa * eps)
scale = (torch.linalg.cond(M) * eps).item()

# %% [markdown]
# !!! failure "Symptom"
#     The loss is {{= floor_loss : .0e }} and trembles. You call it converged, and ask for more digits
#     than there are.

# %% tags=["figure"]
fig = gd.figures.figure(
    f"The float32 floor: an error of {floor_error:.1e} from step {floor_step} on",
    x="step",
    y="relative error",
    x_range=(0, 1500),
    y_range=(1e-11, 3),
    caption="Matrix 1, learning rate 0.9, momentum 0.9. Gray: the condition number times the last "
    "digit of float32.",
    alt=f"In float32 the error stops at {floor_error:.1e}, from step {floor_step} on. In float64 it "
    f"goes on to {error64[-1]:.0e} at step 1,500.",
)
gd.figures.band(fig, scale / 3, 3 * scale, "κ ε")
gd.figures.line(fig, range(1501), error64, "c1", "float64", at=1150)
gd.figures.line(fig, range(1501), error32, "failure", "float32", at=1000)
fig

# %% [markdown]
# The loss at this level is rounding: $X M - I$ subtracts numbers that agree in all digits. The
# scale of the error is the condition number $\kappa$ times the last digit $\varepsilon$ of the dtype,
# a scale and not a value. Of 200 random matrices take those with $\kappa$ below 40 that have arrived
# after 5,000 steps by their predicted rate: over these {{= len(ratios) : d }}, the error is
# {{= ratios.min() : .2f }} to {{= ratios.max() : .1f }} times $\kappa\varepsilon$.

# %%
print(f"loss       {floor_loss:.1e} from step {floor_step} on")
print(f"error      {floor_error:.1e}, κ ε = {scale:.1e}")
print(f"error / κ ε over {len(ratios)}: median {ratios.median():.2f}")
result = gd.inv(M.float())
print(f"gd.inv in float32: error at most {result.error_bound:.1e}")
assert 1e-7 < floor_error < 1e-5
assert 0.02 < ratios.min() < ratios.median() < 1 < ratios.max() < 10
assert error64[-1] < floor_error / 1e4
assert result.error_bound < floor_error / 10

# %% [markdown]
# !!! fix "Fix"
#     float64, if you need more digits:
#
#     ```python
#     M = M.double()
#     ```
#
#     Or one correction with the residual in doubled precision: `gd.inv` ends with it, in either
#     dtype. And stop when the [bound](../series/2b-curve.py#when-to-stop) is below your tolerance,
#     not when the loss is flat. The playground has [the same run in
#     float64](../play.md?lr=0.9&momentum=0.9#playground "{{= series/2-inverse#steps_random : ,d }} steps").
