# ---
# title: Three rungs
# description: >-
#   Gradient descent, conjugate gradients and Newton–Schulz on one loss: what each has to know, how
#   many steps it takes, and why none of them beats the second.
# given: [2020, "0.9", "0.81", "6.8", 1933, 1952, 1983, 1991, 1996, 1998]
# ---

# %% tags=["hide"]
import math

import torch

import gdinverse as gd

M = gd.matrices.random_2020()
inverse = torch.linalg.inv(M)
problem = gd.Inverse(M)
h = problem.modes().curvature
sigma = torch.linalg.svdvals(M)
limit = gd.rates.lr_limit(h)


def relative_error(X, inverse=inverse):
    return ((X - inverse).norm() / inverse.norm()).item()


def run(optimizer, M=M, steps=60, **options):
    """Errors, losses and what the optimizer took for lr and momentum, step by step."""
    seen = {"error": [], "loss": []}
    exact = torch.linalg.inv(M)

    def look(_, problem):
        seen["error"].append(relative_error(problem.X.detach(), exact))
        seen["loss"].append(problem().item())

    start = {"guess": "transpose"} if optimizer is gd.RelativeGradient else {}
    gd.minimize(
        gd.Inverse(M, **start),
        optimizer,
        max_steps=steps,
        finish=False,
        callback=look,
        **options,
    )
    return seen


def first_below(errors, threshold=1e-6):
    return next(k for k, error in enumerate(errors) if error < threshold)


best = gd.rates.best(h)
descent = run(torch.optim.SGD, steps=900, lr=0.9, momentum=0.9)
tuned = run(torch.optim.SGD, steps=300, lr=6.8, momentum=0.81)
cg = run(gd.ConjugateGradient)
plain = run(gd.RelativeGradient, scaled=False)
scaled = run(gd.RelativeGradient)
steps = {
    "descent": first_below(descent["error"]),
    "tuned": first_below(tuned["error"]),
    "conjugate gradients": first_below(cg["error"]),
    "relative gradient": first_below(plain["error"]),
    "scaled": first_below(scaled["error"]),
}

# %% [markdown]
# # Three rungs
#
# One loss, one matrix, three methods. The first repeats a step. The second computes each step. The
# third multiplies the step by what it has already found. They need
# {{= steps["descent"] : d }}, {{= steps["conjugate gradients"] : d }} and
# {{= steps["relative gradient"] : d }} steps.
# {: .gd-lead }
#
# !!! think "Pause to think"
#     Gradient descent with a fixed learning rate diverges above a limit. Can a *single* step with a
#     learning rate a hundred times above the limit be a good one?

# %% [markdown]
# ## Four plain steps
#
# Matrix 1 of 2020 has four modes, with curvatures $h_1$ to $h_4$. Plain descent multiplies mode $i$
# by $1 - \alpha h_i$. Take a *different* learning rate in each step: first $1/h_1$, then $1/h_2$, and
# so on. Each step makes one factor zero, for good.

# %%
X = torch.zeros(4, 4, dtype=torch.float64)
print("lr 1/h      relative error")
for k in range(4):
    gradient = 2 / 16 * (X @ M - torch.eye(4)) @ M.T
    X = X - gradient / h[k]
    print(f"{1 / h[k]:8.3f}    {relative_error(X):.2g}")
four_steps = relative_error(X)
beyond = (1 / h[3] / limit).item()
assert four_steps < 1e-10

# %% [markdown]
# Four plain steps, and the answer is right to {{= -math.log10(four_steps) : .0f }} digits. The last
# learning rate is {{= beyond : .0f }} times the limit. The limit is for *repeating* a step.
#
# Nobody tells you the curvatures. Can the steps be computed from what you see?

# %% [markdown]
# ## Rung two: computed steps
#
# The conjugate gradients of Hestenes & Stiefel (1952) are momentum with the two numbers filled in.
# Write $G$ for the gradient and
# $P$ for the direction. In each step the learning rate is the one that makes the loss least along
# $P$, and the momentum is the one that keeps the new direction from undoing the old ones:
#
# $$
# \begin{aligned}
# \alpha &= \frac{\lVert G \rVert^2}{\langle P, H P \rangle}, & X &\leftarrow X + \alpha P, \\
# \beta &= \frac{\lVert G^{+} \rVert^2}{\lVert G \rVert^2}, & P &\leftarrow -G^{+} + \beta P.
# \end{aligned}
# $$
#
# $H P$ is the curvature along the direction, one more product with $M$ and its transpose.
#
# ??? predict "Predict first: the errors after 0, 1, 2 and 3 steps are {{= cg['error'][0] : .3g }}, {{= cg['error'][1] : .3g }}, {{= cg['error'][2] : .3g }} and {{= cg['error'][3] : .3g }}. And after step 4?"
#     Still about the same, half as much, or something else?
#
#     **{{= cg["error"][4] : .0e }}**. Four different singular values, four steps. In exact arithmetic
#     it would be zero.

# %%
print("step   loss       relative error")
for k in range(6):
    print(f"{k}      {cg['loss'][k]:.2e}   {cg['error'][k]:.2g}")
assert cg["error"][3] > 0.5
assert cg["error"][4] < 1e-10

# %% [markdown]
# What learning rates did it take? Look at them beside the $1/h_i$ of the four plain steps.

# %%
optimizer = gd.ConjugateGradient(gd.Inverse(M))
taken, kept = [], []
for _ in range(4):
    optimizer.step()
    taken.append(optimizer.lr.item())
    kept.append(optimizer.momentum.item())
print("lr      ", *(f"{lr:8.2f}" for lr in taken))
print("1/h     ", *(f"{1 / x:8.2f}" for x in h))
print("momentum", *(f"{beta:8.2f}" for beta in kept[:3]))
assert all(0.7 < lr * x < 1.2 for lr, x in zip(taken, h, strict=True))

# %% tags=["figure"]
fig = gd.figures.figure(
    "Conjugate gradients find the four learning rates: "
    + ", ".join(f"{lr:.1f}" if lr < 10 else f"{lr:.0f}" for lr in taken),
    x="step",
    y="learning rate",
    x_range=(0.8, 4.9),
    y_range=(1, 2000),
    caption="Green: the limit for a learning rate that is used again and again.",
    alt="Learning rates of conjugate gradients in steps 1 to 4: "
    + ", ".join(f"{lr:.2f}" for lr in taken)
    + ". One over the curvatures: "
    + ", ".join(f"{1 / x:.2f}" for x in h)
    + f". The limit is {limit:.2f}.",
)
fig.update_xaxes(dtick=1)
gd.figures.line(fig, [0.8, 4.9], [limit, limit], "limit", "limit", at=4.2)
gd.figures.line(fig, range(1, 5), taken, "measured", "computed", at=3.6)
gd.figures.line(fig, range(1, 5), 1 / h, "predicted", "1/h")
for k, lr in enumerate(taken):
    gd.figures.dot(fig, k + 1, lr, "measured")
fig

# %% [markdown]
# ## Why nothing that combines gradients is faster
#
# Start from any guess. Let a method do what it likes with the gradients that it sees: add them, keep
# them, weigh them by past ones. After $k$ steps its error in mode $i$ is $p(h_i)$ times the first
# error, where $p$ is *some* polynomial of degree $k$ with $p(0) = 1$. Momentum is one choice of $p$,
# Nesterov another. Conjugate gradients take the $p$ with the least loss. So at every step they are
# the bound of Nemirovski & Yudin (1983), and we can draw it for any matrix:

# %%
rivals = {"2020": descent, "tuned": tuned}
print("step   conjugate   2020       tuned")
for k in range(1, 5):
    print(
        f"{k}      {cg['loss'][k]:.2e}   {descent['loss'][k]:.2e}"
        f"   {tuned['loss'][k]:.2e}"
    )
theory = gd.rates.conjugate_gradient(gd.Inverse(M).modes(), 5).loss
for rival in rivals.values():
    assert all(rival["loss"][k] >= theory[k] * (1 - 1e-9) for k in range(6))
assert all(abs(cg["loss"][k] / theory[k] - 1) < 1e-6 for k in range(4))

# %% [markdown]
# The count of steps is the number of *different* singular values. With two of them, two steps:

# %%
twice = run(
    gd.ConjugateGradient,
    M=torch.diag(torch.tensor([1.0, 1.0, 2.0, 2.0])).double(),
)
print(*(f"{error:.1g}" for error in twice["error"]))
assert twice["error"][1] > 0.1
assert twice["error"][2] < 1e-15

# %% [markdown]
# ## Rung three: the step is multiplied by the iterate
#
# How could a method do better, then? It has to use more than gradients. The *relative gradient* asks
# another question. Not "what shall I add to $X$" but "what shall I multiply $X$ by". The answer uses
# the iterate itself:
#
# $$X \leftarrow X + (I - X M)\, X$$
#
# The step is that of Schulz (1933), who did not call it a gradient. Cardoso & Laheld (1996) and
# Amari (1998) do, for other problems. Put it into $I - X M$ and it squares: $I - X^{+} M = (I - X M)^2$. Start from a small multiple of
# $M^\top$, $X_0 = a M^\top$, and mode $i$ of it is $(1 - a\sigma_i^2)^{2^k}$ after $k$
# steps. For a long time nothing seems to happen. Then the digits double.

# %%
X0 = gd.Inverse(M, guess="transpose").X.detach()
a = (X0[0, 0] / M[0, 0]).item()
predicted = gd.rates.newton_schulz(sigma, a, 16)
idle = math.log2(1 / (a * sigma[3].item() ** 2))
print("step   measured   predicted")
for k in (0, 4, 8, 9, 10, 11, 12, 13, 14):
    print(f"{k:2}     {plain['error'][k]:.2e}   {predicted.error[k]:.2e}")
steps_ns = first_below(plain["error"], 1e-8)
assert steps_ns == int(gd.rates.first_below(predicted.error, 1e-8))

# %% tags=["figure"]
fig = gd.figures.figure(
    f"About {idle:.0f} idle steps, then the digits double: predicted to the step",
    x="step",
    y="relative error",
    x_range=(0, 16),
    y_range=(1e-16, 10),
    caption="Relative gradient from a multiple of the transpose. Shaded: idle, log₂ 1/(aσ²) steps.",
    alt=f"The error stays above 0.1 for {first_below(plain['error'], 0.1)} steps, is "
    f"{plain['error'][12]:.0e} at step 12, {plain['error'][13]:.0e} at 13 and "
    f"{plain['error'][14]:.0e} at 14. The predicted curve lies on it.",
)
gd.figures.band(fig, 0, idle, axis="x")
gd.figures.line(
    fig,
    range(len(plain["error"])),
    plain["error"],
    "measured",
    "measured",
    wide=True,
)
gd.figures.line(
    fig, range(17), predicted.error, "predicted", "dashed: predicted"
)
gd.figures.line(
    fig,
    range(len(cg["error"])),
    cg["error"],
    "c3",
    "conjugate gradients",
    at=3.0,
)
fig

# %% [markdown]
# The idle phase has a reason too: all that the step sees of the smallest singular value is
# $a\sigma_n^2$, and that has to double its way up to one. Pan & Schreiber (1991) stretch each step by
# what they know of the singular values. We know nothing, so we carry one vector along, the direction
# that is still missing, and stretch each step by what it says. That costs $n^2$ more and halves the
# steps: {{= steps["scaled"] : d }} instead of {{= steps["relative gradient"] : d }}. It is the default
# of `gd.inv`.

# %%
print(gd.inv(M, optimizer=gd.RelativeGradient, scaled=False, tolerance=1e-6))
print(gd.inv(M, tolerance=1e-6))
assert steps["scaled"] < steps["relative gradient"]

# %% [markdown]
# ## Where it may start
#
# Descent converges from anywhere. The third rung does not. It squares what is wrong, the small *and*
# the large:

# %%
wild = gd.minimize(
    gd.Inverse(M, guess=M),
    gd.RelativeGradient,
    scaled=False,
    max_steps=5,
    finish=False,
)
norms = 4 * wild.history.loss.sqrt()
print(*(f"{norm:.3g}" for norm in norms))
assert norms[3] > 1000

# %% [markdown]
# From the guess of 2020 the norm of $I - X M$ explodes. From $M^\top/(\lVert M \rVert_1 \lVert M
# \rVert_\infty)$ it cannot, because there all its eigenvalues lie between zero and one.

# %% [markdown]
# ## Three curves, one axis
#
# A step of rung one costs two matrix products, and so do a step of rung two and one of rung three.
# So count products.

# %% tags=["figure"]
products = {name: 2 * count for name, count in steps.items()}
fig = gd.figures.figure(
    f"Six digits for {products['descent']:,} products, {products['tuned']}, "
    f"{products['relative gradient']}, {products['scaled']} or {products['conjugate gradients']}",
    x="matrix products",
    y="relative error",
    log_x=True,
    x_range=(1.5, 2500),
    y_range=(1e-9, 10),
    caption="Matrix 1 of 2020. Descent from zero, the relative gradient from the transpose.",
    alt="Products to a relative error of 1e-6: "
    + ", ".join(f"{name} {count:,}" for name, count in products.items())
    + ".",
)
for seen, role, name in (
    (descent, "c1", "0.9, 0.9"),
    (tuned, "c2", "6.8, 0.81"),
    (plain, "c4", "relative"),
    (scaled, "c5", "scaled"),
    (cg, "c3", "conjugate"),
):
    gd.figures.line(
        fig,
        [2 * k for k in range(len(seen["error"]))],
        seen["error"],
        role,
        name,
    )
fig

# %% [markdown]
# !!! claim "What this shows"
#     Repeating a step needs the condition number. Computing each step needs as many steps as there
#     are different singular values. Multiplying needs the *logarithm* of the condition number. That
#     is why rung three wins for large matrices, and rung two for tiny ones.
#
# Rung three is not for the inverse alone. `gd.pinv`, `gd.solve` and `gd.lstsq` stand on it. And the
# residual $I - X M$ that drives it is also what proves the answer.

# %% [markdown]
# ## Your turn
#
# !!! exercise "Exercise 1"
#     Take the four plain steps in the opposite order, the largest learning rate first. Where does it
#     end, and what happens on the way?

# %% tags=["solution"]
X, way = torch.zeros(4, 4, dtype=torch.float64), []
for k in (3, 2, 1, 0):
    X = X - 2 / 16 * (X @ M - torch.eye(4)) @ M.T / h[k]
    way.append(relative_error(X))
print(*(f"{error:.3g}" for error in way))
print(
    "The same place, after a detour: the large steps blow up the steep modes,"
)
print("and the steep modes are erased last.")
assert way[-1] < 1e-9 < 1e3 < max(way)

# %% [markdown]
# !!! exercise "Exercise 2"
#     How many steps do conjugate gradients need on $\operatorname{diag}(1, 2, 3, 4)$?

# %% tags=["solution"]
diagonal = run(gd.ConjugateGradient, M=gd.matrices.diagonal_2020())
print(*(f"{error:.2g}" for error in diagonal["error"]))
print("Four: four different singular values.")
assert first_below(diagonal["error"], 1e-10) == 4

# %% [markdown]
# !!! exercise "Exercise 3"
#     Predict how many plain relative steps the diagonal matrix needs to eight digits, then count.

# %% tags=["solution"]
D = gd.matrices.diagonal_2020()
start = gd.Inverse(D, guess="transpose").X.detach()
scale = (start[0, 0] / D[0, 0]).item()
theory = gd.rates.newton_schulz(
    torch.tensor([4.0, 3.0, 2.0, 1.0]), scale, 20
).error
count = first_below(run(gd.RelativeGradient, M=D, scaled=False)["error"], 1e-8)
print(f"predicted {gd.rates.first_below(theory, 1e-8)}, measured {count}")
assert gd.rates.first_below(theory, 1e-8) == count

# %% tags=["hide"]
values = {
    "steps_cg": steps["conjugate gradients"],
    "steps_relative": steps["relative gradient"],
    "steps_scaled": steps["scaled"],
}
