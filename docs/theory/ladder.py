# ---
# title: Three rungs
# description: >-
#   Gradient descent, conjugate gradients and Newton–Schulz on one matrix: what each has to know,
#   and how many steps it takes.
# given: [2020, "0.9", "0.81", "6.8", 1933, 1952, 1983, 1991, 1996, 1998]
# ---

# %% [markdown]
# # Three rungs
#
# One matrix, three methods. The first repeats a step. The second computes each step. The third
# multiplies the step by what it has already found, and does not follow the gradient. To six
# digits they need {{= theory/how-fast#steps_2020 }}, {{= theory/ladder#steps_cg }} and
# {{= theory/ladder#steps_relative }} steps.
# {: .gd-lead }

# %% tags=["figure"]
import torch

import gdinverse as gd

M, SGD = gd.matrices.random_2020(), torch.optim.SGD
ways = {
    "a step repeated": {"optimizer": SGD, "lr": 0.9, "momentum": 0.9},
    "computed": {"optimizer": gd.ConjugateGradient},
    "multiplied": {"optimizer": gd.RelativeGradient},
}
fig = gd.figures.figure(
    "One matrix, three methods, three shapes of curve",
    x="step (log scale)",
    y="relative error",
    log_x=True,
    x_range=(1, 2000),
    y_range=(1e-13, 30),
    caption="Each until one millionth is proven. Dots: where that is.",
    alt="",
)
said = []
for (name, options), role in zip(
    ways.items(), ("c1", "c3", "c4"), strict=True
):
    run = gd.inv(M, **options, finish=False, tolerance=1e-6, true_error=True)
    error, steps = run.history.error, int(run.steps)
    gd.figures.line(fig, range(1, steps + 1), error[1:], role, name)
    gd.figures.dot(fig, steps, error[-1].item(), role)
    said.append(f"{name}: {steps} steps, error {error[-1]:.0e}")
fig.layout.meta["alt"] = "; ".join(said)
fig

# %% [markdown]
# !!! think "Pause to think"
#     Gradient descent with a fixed learning rate diverges above a limit. Can a *single* step with a
#     learning rate a hundred times above the limit be a good one?

# %% [markdown]
# ??? predict "An answer"
#     Yes: the limit is for repeating one. A step of length $1/h$ takes all of the error out of the
#     directions with curvature $h$, whatever it does to the others.
#
# ## Four plain steps
#
# Matrix 1 of 2020 has four modes, with curvatures $h_1$ to $h_4$. Plain descent multiplies mode $i$
# by $1 - \alpha h_i$. Take a *different* learning rate in each step: first $1/h_1$, then $1/h_2$, and
# so on. Each step makes one factor zero, for good.

# %%
import math

import torch

import gdinverse as gd

M = gd.matrices.random_2020()
eye = torch.eye(4, dtype=torch.float64)
inverse = torch.linalg.inv(M)
h = gd.Inverse(M).modes().curvature  # 2σ²/n², the largest first
limit = gd.rates.lr_limit(h)


def relative_error(X, inverse=inverse):
    return ((X - inverse).norm() / inverse.norm()).item()


X = torch.zeros_like(M)
print("lr 1/h      relative error")
for k in range(4):
    X = X - 2 / 16 * (X @ M - eye) @ M.T / h[k]
    print(f"{1 / h[k]:8.3f}    {relative_error(X):.2g}")
four_steps = relative_error(X)
beyond = (1 / h[3] / limit).item()
assert four_steps < 1e-10

# %% tags=["figure"]
X, left = torch.zeros_like(M), []
for k in range(5):
    left.append(relative_error(X))
    X = X - 2 / 16 * (X @ M - eye) @ M.T / h[k % 4]
assert left[-1] == four_steps
fig = gd.figures.figure(
    f"Four plain steps: {left[0]:.0f}, and after the fourth {left[-1]:.0e}",
    x="step",
    y="relative error",
    x_range=(-0.1, 4.3),
    y_range=(1e-16, 1e4),
    caption="Each step takes one direction's error away, whatever it does to those to come.",
    alt="Relative error: " + ", ".join(f"{e:.1g}" for e in left),
)
gd.figures.line(fig, range(5), left, "c1")
gd.figures.dots(fig, range(5), left, "c1")
fig

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
# $H P$ is the curvature along the direction, one more product with $M$ and its transpose. In code:


# %%
def conjugate_gradients(M, steps):
    """X, learning rate and momentum of each step, from zero."""
    n, X = len(M), torch.zeros_like(M)
    G = -2 / n**2 * M.T
    P = -G
    for _ in range(steps):
        HP = 2 / n**2 * P @ M @ M.T
        lr = G.square().sum() / (P * HP).sum()
        X = X + lr * P
        after = G + lr * HP
        beta = after.square().sum() / G.square().sum()
        G, P = after, beta * P - after
        yield X, lr.item(), beta.item()


steps_of_cg = list(conjugate_gradients(M, 6))
cg = [1.0, *(relative_error(X) for X, _, _ in steps_of_cg)]

# %% tags=["figure"]
early = {f"X M, step {k + 1}": steps_of_cg[k][0] @ M for k in range(3)} | {
    "wanted": eye
}
fig = gd.figures.figure(
    f"After three computed steps {cg[3]:.0%} of the error is left",
    x="",
    y="",
    log_y=False,
    caption="Conjugate gradients on matrix 1 of 2020, from zero. Blue is positive, orange negative.",
    alt="Distance of X M from the identity, Frobenius norm: "
    + ", ".join(
        f"{name} {(grid - eye).norm():.2f}" for name, grid in early.items()
    )
    + ".",
)
gd.figures.grids(fig, early)
fig

# %% [markdown]
# ??? predict "Predict first: the errors after 0, 1, 2 and 3 steps are {{= cg[0] : .3g }}, {{= cg[1] : .3g }}, {{= cg[2] : .3g }} and {{= cg[3] : .3g }}. And after step 4?"
#     Still about the same, half as much, or something else?
#
#     **{{= cg[4] : .0e }}**. Four different singular values, four steps. In exact arithmetic
#     it would be zero.

# %%
print("step   relative error   lr       1/h      momentum")
for k, (X, lr, beta) in enumerate(steps_of_cg[:4]):
    print(
        f"{k + 1}      {relative_error(X):14.2g}"
        f"   {lr:6.2f}   {1 / h[k]:6.2f}   {beta:.2f}"
    )
    assert 0.7 < lr * h[k] < 1.2
assert cg[3] > 0.5
assert cg[4] < 1e-10
packaged = gd.inv(M, optimizer=gd.ConjugateGradient, tolerance=1e-6)
print(packaged)
assert packaged.steps == 4

# %% tags=["figure"]
taken = [lr for _, lr, _ in steps_of_cg[:4]]
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
# The learning rates that it took are near the $1/h_i$ of the four plain steps. Nobody told it.
#
# ## Why no sum of gradients has a lower loss
#
# Start from any guess. Let a method add up the gradients that it sees, with any numbers as weights.
# After $k$ steps its error in mode $i$ is $p(h_i)$ times the first error, where $p$ is *some*
# polynomial of degree $k$ with $p(0) = 1$. Momentum is one choice of $p$, Nesterov another. (A
# method that scales each *entry* by its own past, like Adam, is none.) Conjugate gradients take the
# $p$ with the least loss. So at each step they are a bound for all of these, and we can draw it for
# any matrix. Losses at the first steps, all from zero:

# %%
modes = gd.Inverse(M).modes()
least = gd.rates.conjugate_gradient(modes, 4).loss
slow = gd.rates.predict(modes, 4, lr=0.9, momentum=0.9).loss
tuned = gd.rates.predict(modes, 4, lr=6.8, momentum=0.81).loss
print("step   conjugate   0.9, 0.9   6.8, 0.81")
for k in range(1, 5):
    print(f"{k}      {least[k]:.2e}   {slow[k]:.2e}   {tuned[k]:.2e}")
    loss = (steps_of_cg[k - 1][0] @ M - eye).square().mean()
    assert abs(loss - least[k]) < 1e-6 * least[1]
assert (least[1:] < torch.minimum(slow, tuned)[1:]).all()

# %% tags=["figure"]
fig = gd.figures.figure(
    f"After three steps the least loss is {least[3]:.2g}; the two pairs have {slow[3]:.2g} and "
    f"{tuned[3]:.2g}",
    x="step",
    y="loss",
    log_y=False,
    x_range=(0.8, 4.9),
    y_range=(0, 1.1 * max(slow.max(), tuned.max()).item()),
    caption="Green: conjugate gradients, the least that a sum of gradients can reach. The pairs are "
    "learning rate and momentum.",
    alt="Losses at steps 1 to 4. "
    + "; ".join(
        f"{name}: " + ", ".join(f"{loss:.2g}" for loss in losses[1:5].tolist())
        for name, losses in (
            ("conjugate gradients", least),
            ("0.9, 0.9", slow),
            ("6.8, 0.81", tuned),
        )
    )
    + ".",
)
fig.update_xaxes(dtick=1)
gd.figures.line(fig, range(1, 5), slow[1:5], "c1", "0.9, 0.9")
gd.figures.line(fig, range(1, 5), tuned[1:5], "c2", "6.8, 0.81")
gd.figures.line(fig, range(1, 5), least[1:5], "limit", "conjugate")
fig

# %% [markdown]
# Each *different* singular value takes a step. With two of them, two steps:

# %%
twice = torch.diag(torch.tensor([1.0, 1.0, 2.0, 2.0])).double()
found = [X for X, _, _ in conjugate_gradients(twice, 2)]
errors = [relative_error(X, torch.linalg.inv(twice)) for X in found]
print(*(f"{error:.1g}" for error in errors))
assert errors[0] > 0.1 > 1e-15 > errors[1]

# %% [markdown]
# ## Rung three: the step is multiplied by the iterate
#
# How could a method do better, then? It has to use more than gradients, and it may leave the loss
# alone. The *relative gradient* asks another question. Not "what shall I add to $X$" but "what
# shall I multiply $X$ by". The answer uses the iterate itself:
#
# $$X \leftarrow X + (I - X M)\, X$$
#
# The step is that of Schulz (1933), who did not call it a gradient. Cardoso & Laheld (1996) and
# Amari (1998) do, for other problems. Put it into $I - X M$ and it squares:
# $I - X^{+} M = (I - X M)^2$. Start from a small multiple of $M^\top$, $X_0 = a M^\top$, and mode
# $i$ of it is $(1 - a\sigma_i^2)^{2^k}$ after $k$ steps. For a long time nothing seems to happen.
# Then the digits double.

# %%
X = M.T / (M.abs().sum(0).max() * M.abs().sum(1).max())
a = (X[0, 0] / M[0, 0]).item()
sigma = torch.linalg.svdvals(M)
predicted = gd.rates.newton_schulz(sigma, a, 16).error
idle = math.log2(1 / (a * sigma[3].item() ** 2))
plain = []
for _ in range(17):
    plain.append(relative_error(X))
    X = X + (eye - X @ M) @ X
print("step   measured   predicted")
for k in (0, 4, 8, 9, 10, 11, 12, 13, 14):
    print(f"{k:2}     {plain[k]:.2e}   {predicted[k]:.2e}")
errors = torch.tensor(plain)
steps_six = int(gd.rates.first_below(errors, 1e-6))
assert steps_six == gd.rates.first_below(predicted, 1e-6)
assert gd.rates.first_below(errors, 1e-8) == 14

# %% tags=["figure"]
fig = gd.figures.figure(
    f"About {idle:.0f} idle steps, then the digits double: predicted to the step",
    x="step",
    y="relative error",
    x_range=(0, 16),
    y_range=(1e-16, 10),
    caption="Relative gradient from a multiple of the transpose. Shaded: idle, log₂ 1/(aσ²) steps.",
    alt=f"The error stays above 0.1 for {int(gd.rates.first_below(errors, 0.1))} steps, is "
    f"{plain[12]:.0e} at step 12, {plain[13]:.0e} at 13 and "
    f"{plain[14]:.0e} at 14. The predicted curve lies on it.",
)
gd.figures.band(fig, 0, idle, axis="x")
gd.figures.line(
    fig,
    range(17),
    plain,
    "measured",
    "measured",
    wide=True,
)
gd.figures.line(fig, range(17), predicted, "predicted", "dashed: predicted")
gd.figures.line(
    fig,
    range(len(cg)),
    cg,
    "c3",
    "conjugate gradients",
    at=3.0,
)
fig

# %% [markdown]
# The idle phase has a reason too: all that the step sees of the smallest singular value is
# $a\sigma_n^2$, and that has to double its way up to one. Pan & Schreiber (1991) stretch each step
# by what they know of the singular values. We know nothing, so we carry one vector along, the
# direction that is still missing, and stretch each step by what it says. That costs $n^2$ more. It
# is the default of `gd.inv`:

# %%
plainly = {"optimizer": gd.RelativeGradient, "scaled": False}
by_step = gd.inv(M, tolerance=1e-6, **plainly)
by_default = gd.inv(M, tolerance=1e-6)
print("plain ", by_step)
print("scaled", by_default)
unfinished = gd.inv(M, tolerance=1e-6, finish=False)
before = relative_error(unfinished.value)
print(f"scaled, before the finish: error {before:.1e}")
assert by_step.steps == steps_six
assert by_default.steps < by_step.steps
assert by_default.error_bound < 1e-15 < before

# %% [markdown]
# {{= by_default.steps }} steps in place of {{= by_step.steps }}, on this matrix. The bounds are far
# below the tolerance because `gd.inv` ends with one step more, the *finish*, whose residual has
# [twice the digits](proof-digits.py). It is not counted among the steps, and here it takes
# {{= before : .0e }} to {{= by_default.error_bound : .0e }}.

# %% [markdown]
# ## Where it may start
#
# Below its edge descent converges from each guess. The third rung does not. It squares what is wrong,
# the small *and* the large. From the guess of 2020:

# %%
X, norms = M, []
for _ in range(5):
    norms.append((eye - X @ M).norm().item())
    X = X + (eye - X @ M) @ X
print(*(f"{norm:.3g}" for norm in norms))
assert norms[3] > 1000

# %% tags=["figure"]
Y, calm = M.T / (M.abs().sum(0).max() * M.abs().sum(1).max()), []
for _ in range(16):
    calm.append((eye - Y @ M).norm().item())
    Y = Y + (eye - Y @ M) @ Y
assert max(calm) < 2
fig = gd.figures.figure(
    f"One iteration, two starts: after {len(norms) - 1} steps {norms[-1]:.0e}, and {calm[len(norms) - 1]:.1f}",
    x="step",
    y="norm of I − X M",
    x_range=(0, 16),
    y_range=(1e-16, 1e10),
    caption="Red: from the guess of 2020, X = M. Blue: from a multiple of the transpose.",
    alt="Norm of I − X M, from M: "
    + ", ".join(f"{norm:.3g}" for norm in norms)
    + "; from a multiple of the transpose: "
    + ", ".join(f"{norm:.2g}" for norm in calm)
    + ".",
)
gd.figures.line(fig, range(len(norms)), norms, "failure", "from M")
gd.figures.line(fig, range(len(calm)), calm, "measured", "from the transpose")
fig

# %% [markdown]
# The norm of $I - X M$ explodes. From $M^\top/(\lVert M \rVert_1 \lVert M
# \rVert_\infty)$ it cannot, because there all its eigenvalues lie between zero and one.

# %% [markdown]
# ## Three curves, one axis
#
# A step of rung one costs two matrix products, and so do a step of rung two and one of rung three.
# So we count two products a step on each rung, as on [the page of costs](cost.py), and leave out
# what is needed once, at the guess. Descent starts from the guess of 2020.

# %%
at_self = gd.Inverse(M, guess=M).modes()
curves = {
    "0.9, 0.9": gd.rates.predict(at_self, 900, lr=0.9, momentum=0.9).error,
    "6.8, 0.81": gd.rates.predict(at_self, 300, lr=6.8, momentum=0.81).error,
    "relative": errors,
    "conjugate": torch.tensor(cg),
}
products = {
    name: 2 * int(gd.rates.first_below(curve, 1e-6))
    for name, curve in curves.items()
}
products["scaled"] = 2 * int(by_default.steps)
print(*(f"{name}: {count:,}" for name, count in products.items()), sep="\n")
assert products["conjugate"] < products["scaled"] < products["6.8, 0.81"]

# %% tags=["figure"]
fig = gd.figures.figure(
    f"Six digits for {products['0.9, 0.9']:,} products, {products['6.8, 0.81']}, "
    f"{products['relative']}, or {products['conjugate']}",
    x="matrix products",
    y="relative error",
    log_x=True,
    x_range=(1.5, 2500),
    y_range=(1e-9, 10),
    caption="Matrix 1 of 2020. Descent from the guess of 2020, predicted; the relative gradient from "
    "the transpose, conjugate gradients from zero, both measured.",
    alt="Products to a relative error of 1e-6: "
    + ", ".join(f"{name} {count:,}" for name, count in products.items())
    + ".",
)
for (name, curve), role in zip(
    curves.items(), ("c1", "c2", "c4", "c3"), strict=True
):
    gd.figures.line(fig, range(0, 2 * len(curve), 2), curve, role, name)
fig

# %% [markdown]
# !!! claim "What this shows"
#     On matrix 1, repeating a step takes {{= products["0.9, 0.9"] // 2 }} steps, computing each takes as
#     many as there are different singular values, and multiplying takes {{= steps_six }}, predicted from
#     the singular values.
#
# Which of the last two is cheaper depends on the size of the matrix: [what it
# costs](cost.py#who-needs-fewer) counts both. `gd.pinv`, `gd.solve` and `gd.lstsq` stand on rung
# three too.
#
# **What carries over to a network.** Rung one is what trains networks. Rung two asks for the
# curvature along each direction without noise, which minibatches do not give. Rung three lives on
# in optimizers that make their momentum orthogonal in each step, by a [polynomial of matrix
# products](frontier.py): there a matrix, and not a loss, is what the step works on.
#
# The residual $I - X M$ that drives rung three also says [how an answer proves itself](proof.py).

# %% [markdown]
# ## Your turn
#
# !!! exercise "Exercise 1"
#     Take the four plain steps in the opposite order, the largest learning rate first. Where does it
#     end, and what happens on the way?

# %% tags=["solution"]
X, way = torch.zeros_like(M), []
for k in (3, 2, 1, 0):
    X = X - 2 / 16 * (X @ M - eye) @ M.T / h[k]
    way.append(relative_error(X))
print(*(f"{error:.3g}" for error in way))
print("The same place, after a detour: the large steps blow up the steep")
print("modes, and the steep modes are erased last.")
assert way[-1] < 1e-9 < 1e3 < max(way)

# %% [markdown]
# !!! exercise "Exercise 2"
#     How many steps do conjugate gradients need on $\operatorname{diag}(1, 2, 3, 4)$?

# %% tags=["solution"]
D = gd.matrices.diagonal_2020()
found = [X for X, _, _ in conjugate_gradients(D, 4)]
errors_D = [relative_error(X, torch.linalg.inv(D)) for X in found]
print(*(f"{error:.2g}" for error in errors_D))
print("Four: four different singular values.")
assert errors_D[2] > 1e-10 > errors_D[3]

# %% [markdown]
# !!! exercise "Exercise 3"
#     Predict how many plain relative steps the diagonal matrix needs to eight digits, then count.

# %% tags=["solution"]
X = D.T / (D.abs().sum(0).max() * D.abs().sum(1).max())
spectrum = torch.tensor([4.0, 3.0, 2.0, 1.0]).double()
theory = gd.rates.newton_schulz(spectrum, (X[0, 0] / 1).item(), 20).error
count = 0
while relative_error(X, torch.linalg.inv(D)) >= 1e-8:
    X, count = X + (eye - X @ D) @ X, count + 1
print(f"predicted {gd.rates.first_below(theory, 1e-8)}, measured {count}")
assert gd.rates.first_below(theory, 1e-8) == count

# %% tags=["hide"]
values = {
    "steps_cg": int(packaged.steps),
    "steps_relative": steps_six,
    "steps_scaled": int(by_default.steps),
}
