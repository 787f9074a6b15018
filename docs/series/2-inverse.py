# ---
# title: The inverse, by rolling downhill
# description: >-
#   Find the inverse of a matrix by gradient descent in PyTorch, predict the number of steps before
#   you run it, and know how wrong the answer can be.
# given: [2020, 314, 315, "10,000", 200, 300, "0.1", "0.9"]
# ---

# %% [markdown]
# # The inverse, by rolling downhill
#
# A library inverts a matrix in microseconds. Today you take the long way: guess sixteen numbers,
# measure how wrong they are, and make them a little less wrong. You will know how many steps that
# takes before you run the first.
# {: .gd-lead }
#
# !!! think "Pause to think"
#     You can multiply matrices, and nothing else. You are handed a square matrix $M$ and asked for
#     the $X$ with $X M = I$. What would you measure? What would you change? Take fifteen seconds.
#
# ??? predict "One answer"
#     **Guess** any $X$. Multiply it by $M$. If $X$ were the inverse you would see ones on the
#     diagonal and zeros elsewhere, so measure how far you are from that: one number, the *loss*.
#     Then **improve**: change each entry of $X$ a little, in the direction that makes the loss
#     smaller. You guess once. You improve many times.

# %% [markdown]
# ## One number first
#
# Take the smallest matrix there is, a single number $m = 2$. You look for the $x$ with $2x = 1$.
# The loss is $(2x - 1)^2$, and its derivative is $4(2x - 1)$. Start at zero. Each step subtracts
# a tenth of the derivative.

# %%
x = 0.0
errors = []
for step in range(5):
    errors.append(0.5 - x)
    print(f"step {step}   x = {x:.4f}   error = {errors[-1]:.4f}")
    x -= 0.1 * 4 * (2 * x - 1)

# %% [markdown]
# Divide each error by the one before: always {{= errors[3] / errors[2] : .1f }}. That is
# $1 - \alpha h$, with the learning rate $\alpha = 0.1$ and the second derivative of the loss,
# $h = 8$. We call $h$ the *curvature*. Remember *the error times a constant*. The rest of this page
# is this line, four times over.

# %%
assert all(
    abs(b / a - (1 - 0.1 * 8)) < 1e-9
    for a, b in zip(errors, errors[1:], strict=False)
)

# %% [markdown]
# ## A loss
#
# Now a matrix. In 2020 a series of blog posts did this with two matrices, and so do we: the first
# is random, the second is diagonal. Here is the random one, *matrix 1* from now on. It is drawn in
# float32 as then, and widened to float64, so that [rounding](1-tensors.py#an-array-first-of-all)
# stays out of the picture for a while.

# %%
import torch

import gdinverse as gd

torch.set_printoptions(sci_mode=False)
torch.manual_seed(314)
M = torch.rand(4, 4).double()
M

# %% [markdown]
# How far is $X M$ from the identity? Square the differences and take their mean, the *mean squared
# error*:
#
# $$\ell(X) = \frac{1}{n^2} \lVert X M - I \rVert_F^2$$
#
# The subscript says: square all entries, add them, take the root. For matrix 1, $n$ is 4.


# %%
def mse(estimate, target):
    return (estimate - target).square().mean()


# %% [markdown]
# ## Guess once, improve many times
#
# `loss.backward()` computes the derivative of the loss by every entry of $X$ and *adds* it to
# `X.grad`, as [part 1](1-tensors.py#gradients-add-up) showed. That is all the calculus you need. The
# rest fits on a postcard:


# %%
def improve(X, M, lr, momentum):
    loss = mse(X @ M, torch.eye(len(M), dtype=M.dtype))
    loss.backward()  # adds the derivatives to X.grad
    with torch.no_grad():
        X -= lr * X.grad  # one step downhill
        X.grad *= momentum  # keep a share of the push
    return loss.item()


def invert(M, guess, lr=0.9, momentum=0.9, steps=10_000):
    X, path, losses = guess.clone().requires_grad_(), [], []
    for _ in range(steps):
        path.append(X.detach().clone())
        losses.append(improve(X, M, lr, momentum))
    return torch.stack(path), losses


# %% [markdown]
# The guess is random too. In 2020 it was drawn from the same seed as the matrix, and so it *is*
# the matrix. We keep that, and see in the first exercise that it does not matter.

# %%
torch.manual_seed(314)
guess = torch.rand(4, 4).double()
assert guess.equal(M)

path, losses = invert(M, guess)
print(f"loss of the guess   {losses[0]:.4f}")
print(f"after one step      {losses[1]:.4f}")
print(f"after the last      {losses[-1]:.1e}")

# %% [markdown]
# ### Why `-=`
#
# The step changes `X` *in place*. Write it as an ordinary assignment and you get a new tensor that
# torch does not follow:

# %%
X = guess.clone().requires_grad_()
mse(X @ M, torch.eye(4)).backward()
with torch.no_grad():
    X = X - 0.9 * X.grad
try:
    mse(X @ M, torch.eye(4)).backward()
except RuntimeError as error:
    print(error)

# %% [markdown]
# There are four ways to write the two lines, all in place:
#
# - `X -= lr * X.grad` subtracts. It reads best.
# - `X.sub_(lr * X.grad)` is the same call, spelled out: an underscore at the end means "in place".
# - `X.grad *= momentum` keeps a share of the gradient, so that the next `backward` adds to it.
# - `X.grad.zero_()` keeps nothing. That is momentum 0.
#
# Forget the last two, and the gradients add up for ever: that is momentum 1, a ball without
# friction.

# %% [markdown]
# ## Inspect
#
# Is the last $X$ an inverse? Multiply and look.

# %%
path[-1] @ M

# %% [markdown]
# It looks right. To say *how* right, we allow ourselves to peek at the answer, on this page and for
# drawing only. The *relative error* is $\lVert X - M^{-1} \rVert / \lVert M^{-1} \rVert$, with the
# norm from above, whose subscript we leave out from now on.


# %%
def relative_error(path, M):
    inverse = torch.linalg.inv(M)
    norms = torch.linalg.matrix_norm(path - inverse)
    return norms / torch.linalg.matrix_norm(inverse)


error = relative_error(path, M)
steps_random = int(gd.rates.first_below(error, 1e-6))
steps_noise = int(gd.rates.first_below(torch.tensor(losses), 1e-30))
assert error[-1] < 1e-14

# %% tags=["figure"]
fig = gd.figures.figure(
    f"Matrix 1: error below one millionth after {steps_random:,} steps, then rounding",
    x="step",
    y="relative error",
    x_range=(0, 2600),
    caption="Learning rate 0.9, momentum 0.9, float64, from the guess of 2020.",
    alt=f"The relative error of X falls on a straight line from {error[0]:.2f} to 1e-6 at step "
    f"{steps_random}, and stays at {error[-1]:.1e} from about step {steps_noise} on.",
)
gd.figures.band(fig, 1e-15, 6e-15, "rounding")
gd.figures.line(fig, range(2600), error[:2600], "measured", "matrix 1")
gd.figures.dot(fig, steps_random, 1e-6, "measured", f"{steps_random:,} steps")
fig

# %% [markdown]
# After step {{= steps_random : ,d }} the sixteen numbers are right to six digits:
# [watch them](../play.md?matrix=random2020&lr=0.9&momentum=0.9#playground "{{= steps_random : ,d }} steps")
# arrive. From step
# {{= steps_noise : ,d }} on the loss is below {{= 1e-30 : .0e }}, and the other
# {{= 10_000 - steps_noise : ,d }} steps move only rounding errors. Nothing told the loop to stop.
# We come back to that.

# %% [markdown]
# ## The ball, and what it really is
#
# The usual picture: the loss is a landscape, $X$ is a ball in it, and the ball rolls downhill. The
# *learning rate* says how far it goes in one step. *Momentum* says how much of its speed it keeps,
# and the rest is friction. With momentum 0.9 it rolls through small bumps, and sometimes past the
# valley and back.
#
# In code the ball is one line, `X.grad *= momentum`. That is exactly what torch's optimizer does:

# %%
Y = guess.clone().requires_grad_()
sgd = torch.optim.SGD([Y], lr=0.9, momentum=0.9)
for _ in range(300):
    sgd.zero_grad()
    mse(Y @ M, torch.eye(4)).backward()
    sgd.step()
same = (Y.detach() - path[300]).abs().max().item()
print(f"largest difference after 300 steps: {same:.1e}")
assert same < 1e-13

# %% [markdown]
# In mathematics it is two lines. With $g$ for the gradient, $b$ for what `X.grad` holds, $\alpha$ for
# the learning rate and $\beta$ for the momentum,
#
# $$
# \begin{aligned}
# b &\leftarrow \beta b + g \\
# X &\leftarrow X - \alpha b
# \end{aligned}
# $$
#
# Eliminate $b$ and one line is left. For one number, where the gradient is $h$ times the error $e$,
# the next error $e^{+}$ depends on this one and on the one before, $e^{-}$:
#
# $$e^{+} = (1 + \beta - \alpha h)\, e - \beta\, e^{-}$$
#
# There is no ball and no valley in it. There is *the error times a constant*, with one step of
# memory. [How fast, and where is the edge](../theory/how-fast.py) follows it to the end.

# %% [markdown]
# ## A second matrix
#
# Matrix 2 is diagonal, with 1, 2, 3, 4 on its diagonal. Same guess, same learning rate, same
# momentum. In 2020 its result was not looked at, because the cell for it printed matrix 1 again.
# We look.

# %%
D = torch.diag(torch.tensor([1.0, 2.0, 3.0, 4.0], dtype=torch.float64))
path_diagonal, losses_diagonal = invert(D, guess)
path_diagonal[-1] @ D

# %%
error_diagonal = relative_error(path_diagonal, D)
steps_diagonal = int(gd.rates.first_below(error_diagonal, 1e-6))
off = (path_diagonal[-1] @ D - torch.eye(4)).abs().max().item()
print(f"farthest from the identity: {off:.1e}")
print(f"steps to a relative error of one millionth: {steps_diagonal}")
assert off < 1e-14
assert steps_diagonal < steps_random

# %% [markdown]
# The [diagonal
# matrix](../play.md?matrix=diagonal&guess=rand&lr=0.9&momentum=0.9#playground "{{= steps_diagonal : ,d }} steps")
# needs {{= steps_diagonal : ,d }} steps, matrix 1 needs {{= steps_random : ,d }}. In 2020 the page
# ended here, with "it depends". On what?

# %% [markdown]
# ## Four small problems, side by side
#
# Call the error $E = X - M^{-1}$. The gradient of the loss is
# $\frac{2}{n^2}\, E\, M M^\top$. So one plain step turns $E$ into
# $E\,(I - \alpha \frac{2}{n^2} M M^\top)$. The matrix in parentheses is symmetric, and along
# its axes it only multiplies. The axes are those of $M$ itself: its singular vectors. With the
# *singular values* $\sigma_1 \ge \dots \ge \sigma_4$, the stretch factors of $M$, axis $i$ is the
# problem that you solved with one number, with the curvature
#
# $$h_i = \frac{2 \sigma_i^2}{n^2}$$
#
# We call each of these a *mode*. Four modes, four curvatures. `gd.Inverse` is the loss above as an
# object, and its `modes()` hold the curvature of each mode, and as `weight` the squared error that the
# guess has in it:

# %%
modes = gd.Inverse(M, guess=guess).modes()
modes_diagonal = gd.Inverse(D, guess=guess).modes()
sigma = torch.linalg.svdvals(M)
assert torch.allclose(modes.curvature, 2 * sigma**2 / 16)


def leftover(h, steps, lr=0.9, momentum=0.9):
    """What is left of each mode's error after 0, 1, 2, … steps."""
    e = [torch.ones_like(h), 1 - lr * h]
    for _ in range(steps - 1):
        e.append((1 + momentum - lr * h) * e[-1] - momentum * e[-2])
    return torch.stack(e)


def shares(modes, steps):
    """Each mode's share of the squared error."""
    squared = modes.weight * leftover(modes.curvature, steps) ** 2
    return squared / squared.sum(-1, keepdim=True)


left = shares(modes, 100)
print("mode   singular value   curvature   share of error² after 50 steps")
for i in range(4):
    s, h = sigma[i], modes.curvature[i]
    print(f"{i + 1}      {s:14.4f}   {h:9.5f}   {left[50, i]:.5f}")

# %% tags=["figure"]
fig = gd.figures.figure(
    f"After 50 steps mode 4 holds {left[50, 3]:.1%} of what is left",
    x="mode",
    y="share of the squared error",
    log_y=False,
    y_range=(0, 1.12),
    caption="Left bars: the guess. Right bars: after 50 steps. Each set adds up to one.",
    alt="Shares of the squared error in modes 1 to 4. At the guess: "
    + ", ".join(f"{share:.3f}" for share in left[0])
    + ". After 50 steps: "
    + ", ".join(f"{share:.4f}" for share in left[50])
    + ".",
)
names = [f"{i + 1}: σ = {sigma[i]:.2f}" for i in range(4)]
gd.figures.bars(
    fig, names, left[0], "c5", [f"{share:.1%}" for share in left[0]]
)
gd.figures.bars(
    fig, names, left[50], "c1", [f"{share:.1%}" for share in left[50]]
)
fig

# %% [markdown]
# At the guess the slowest mode holds {{= left[0, 3] : .1% }} of the squared error, after 50 steps
# {{= left[50, 3] : .2% }}. From then on you wait for it alone.

# %% [markdown]
# ## The curve, predicted
#
# Nothing in `leftover` looks at a run. So draw it before the run: square what is left of each mode,
# weigh it by what the guess has there, add, take the root. Divide by the norm of the answer, which
# the singular values give too, and the error is relative.


# %%
def predict(M, steps, lr=0.9, momentum=0.9):
    modes = gd.Inverse(M, guess=guess).modes()
    squared = (
        modes.weight * leftover(modes.curvature, steps, lr, momentum) ** 2
    )
    return squared.sum(-1).sqrt() / modes.answer_norm


predicted, predicted_diagonal = predict(M, 2600), predict(D, 2600)
predicted_steps = int(gd.rates.first_below(predicted, 1e-6))
predicted_steps_diagonal = int(gd.rates.first_below(predicted_diagonal, 1e-6))
print(f"matrix 1   predicted {predicted_steps}   measured {steps_random}")
print(
    f"diagonal   predicted {predicted_steps_diagonal}"
    f"   measured {steps_diagonal}"
)
assert predicted_steps == steps_random
assert predicted_steps_diagonal == steps_diagonal

# %%
above = predicted > 1e-10
deviation = (error[: len(predicted)] / predicted - 1)[above].abs().max().item()
print(f"largest relative difference of the curves: {deviation:.1e}")
assert deviation < 1e-5

# %% tags=["figure"]
fig = gd.figures.figure(
    f"{predicted_steps} predicted, {steps_random} measured; "
    f"the curves differ by at most {deviation:.1e}",
    x="step",
    y="relative error",
    x_range=(0, 1500),
    y_range=(1e-11, 10),
    caption="Wide: measured. Dashed: predicted from the singular values and the guess.",
    alt=f"Matrix 1 falls below 1e-6 at step {steps_random}, the diagonal matrix at step "
    f"{steps_diagonal}. The predicted curves lie on the measured ones: they differ by at most "
    f"{deviation:.1e}.",
)
gd.figures.line(fig, range(1500), error[:1500], "c1", "matrix 1", wide=True)
gd.figures.line(
    fig, range(500), error_diagonal[:500], "c3", "diagonal", wide=True
)
gd.figures.line(
    fig, range(1500), predicted[:1500], "predicted", "dashed: predicted"
)
gd.figures.line(fig, range(500), predicted_diagonal[:500], "predicted")
gd.figures.dot(fig, steps_random, 1e-6, "c1", f"{steps_random}")
gd.figures.dot(
    fig, steps_diagonal, 1e-6, "c3", f"{steps_diagonal}", anchor="right"
)
fig

# %% [markdown]
# !!! claim "What this shows"
#     The number of steps is not luck and not an estimate. It follows from the singular values of
#     the matrix and from where the guess starts.

# %% tags=["hide"]
sigma_diagonal = torch.linalg.svdvals(D)
kappa = (sigma[0] / sigma[3]).item()


def steps_needed(M, lr=0.9, momentum=0.9, steps=12_000):
    return int(gd.rates.first_below(predict(M, steps, lr, momentum), 1e-6))


factors = [1 + 0.02 * k for k in range(92)] + [2.83]
steps_scaled = {round(c, 2): steps_needed(c * M, steps=1500) for c in factors}
window = gd.rates.window(0.9)
steps_plain, steps_plain_diagonal = (
    steps_needed(M, 0.9, 0.0),
    steps_needed(D, 0.9, 0.0),
)

# %% [markdown]
# ## It depends: on the scale
#
# Is the diagonal faster because it is simpler? Its *condition number* $\kappa$, the largest singular
# value over the smallest, is {{= sigma_diagonal[0] / sigma_diagonal[3] : .0f }}. That of matrix 1
# is {{= kappa : .2f }}. Test it: change only the scale.
#
# ??? predict "Predict first: multiply matrix 1 by 2. How many steps now?"
#     {{= steps_random : d }} (because $\kappa$ stays the same), {{= steps_random / 2 : .0f }}
#     (because it is half as far), {{= steps_scaled[2.0] : d }}, or does it diverge?
#
#     It needs **{{= steps_scaled[2.0] : d }}** steps, with the same $\kappa$. The diagonal needs
#     {{= steps_diagonal : d }}.
#
# (`steps_needed` below, and the dict `steps_scaled` made with it, read a step count off the predicted
# curve. No run is needed for that.)

# %%
M2 = 2 * M
error_doubled = relative_error(invert(M2, guess, steps=400)[0], M2)
steps_doubled = int(gd.rates.first_below(error_doubled, 1e-6))
print(f"2 M: predicted {steps_scaled[2.0]}, measured {steps_doubled}")
assert steps_doubled == steps_scaled[2.0] < steps_random / 3

# %% tags=["figure"]
fig = gd.figures.figure(
    f"Same condition number, {steps_random} or {steps_scaled[1.5]} steps: scale decides",
    x="factor that multiplies matrix 1",
    y="steps",
    log_y=False,
    x_range=(1, 2.9),
    y_range=(0, 940),
    caption="Steps to a relative error of one millionth, predicted; lr 0.9, momentum 0.9.",
    alt="Steps against the factor: "
    + ", ".join(
        f"{c}: {steps_scaled[c]}" for c in (1.0, 1.2, 1.4, 1.5, 2.0, 2.8)
    )
    + f". Beyond a factor of 2.83 the run diverges. The diagonal matrix needs {steps_diagonal}.",
)
converging = [c for c in sorted(steps_scaled) if steps_scaled[c] > 0]
gd.figures.line(
    fig,
    converging,
    [steps_scaled[c] for c in converging],
    "c1",
    "matrix 1 × factor",
)
gd.figures.line(
    fig,
    [1, 2.83],
    [steps_diagonal] * 2,
    "c3",
    f"diagonal: {steps_diagonal}",
    at=1.0,
)
gd.figures.dot(fig, 1.0, steps_random, "c1", f"{steps_random}")
gd.figures.dot(fig, 1.5, steps_scaled[1.5], "c1", f"{steps_scaled[1.5]}")
fig

# %% [markdown]
# So it is not the condition number. With a fixed learning rate it is the *product* $\alpha h$ of
# the slowest mode.
#
# ### The window
#
# Look at the line with the memory again. Its solutions are powers of the roots of
# $t^2 - (1 + \beta - \alpha h)\, t + \beta$. The product of the roots is $\beta$. When they are a
# complex pair, both have the same size, $\sqrt{\beta}$. That happens for
#
# $$(1 - \sqrt{\beta})^2 \le \alpha h \le (1 + \sqrt{\beta})^2,$$
#
# for momentum 0.9 from {{= window[0] : .6f }} to {{= window[1] : .3f }}. Inside this window every
# mode shrinks by the same factor, {{= 0.9**0.5 : .4f }} per step, whatever its curvature. We write
# $\rho$ for this factor, the *rate*.

# %%
rate = gd.rates.rate(modes.curvature, lr=0.9, momentum=0.9)
rate_diagonal = gd.rates.rate(modes_diagonal.curvature, 0.9, 0.9)
print("matrix 1  lr h ", *(f"{0.9 * h:.5f}" for h in modes.curvature))
print("          rate ", *(f"{r:.5f}" for r in rate))
print("diagonal  lr h ", *(f"{0.9 * h:.5f}" for h in modes_diagonal.curvature))
print("          rate ", *(f"{r:.5f}" for r in rate_diagonal))
assert ((rate[:3] - 0.9**0.5).abs() < 1e-12).all()
assert ((rate_diagonal - 0.9**0.5).abs() < 1e-12).all()
assert rate[3] > 0.98
formula = gd.rates.steps_per_factor(rate[3], 1e6)
formula_diagonal = gd.rates.steps_per_factor(rate_diagonal[3], 1e6)

# %% tags=["figure"]
stretch = torch.logspace(-3, 0.699, 120, dtype=torch.float64)
fig = gd.figures.figure(
    "Seven of eight modes shrink at the root of momentum; one does not",
    x="learning rate times curvature, αh",
    y="rate: factor of the error per step",
    log_x=True,
    log_y=False,
    x_range=(0.001, 5),
    y_range=(0.84, 1.02),
    caption="Disks: the four modes of matrix 1 and of the diagonal matrix. Shaded: the window of "
    "momentum 0.9.",
    alt=f"Rate against αh. With momentum 0.9 it is {0.9**0.5:.4f} from {window[0]:.6f} to "
    f"{window[1]:.3f}. Matrix 1 has three modes there and one at {rate[3]:.4f}; the diagonal "
    "matrix has all four.",
)
gd.figures.band(fig, *window, axis="x")
gd.figures.line(
    fig, stretch, gd.rates.rate(stretch, 1.0, 0.9), "c1", "momentum 0.9"
)
gd.figures.line(fig, stretch, gd.rates.rate(stretch, 1.0), "c2", "momentum 0")
for h, r in zip(modes.curvature, rate, strict=True):
    name = f"mode 4: {r:.3f}" if r == rate[3] else ""
    gd.figures.dot(fig, 0.9 * h.item(), r.item(), "c1", name)
for h, r in zip(modes_diagonal.curvature, rate_diagonal, strict=True):
    gd.figures.dot(fig, 0.9 * h.item(), r.item(), "c3")
fig

# %% [markdown]
# Here is "it depends" as a formula. The step count is what the slowest mode needs:
#
# $$k \approx \frac{6 \ln 10}{-\ln \rho}$$
#
# steps for six digits. For matrix 1, $\rho$ = {{= rate[3] : .6f }} and the formula says
# {{= formula : .0f }}; the curve said {{= steps_random }}. For the diagonal, $\rho$ =
# {{= rate_diagonal[3] : .6f }} and the formula says {{= formula_diagonal : .0f }}; the curve said
# {{= steps_diagonal }}. The formula knows the slope, the curve knows the bends as well.
#
# The window also says what momentum is *not*. It is a speed limit: no mode gets faster than
# $\sqrt{\beta}$. Take it away, and [the
# diagonal](../play.md?matrix=diagonal&guess=rand&lr=0.9&momentum=0#playground "{{= steps_plain_diagonal : ,d }} steps")
# needs {{= steps_plain_diagonal }} steps instead of {{= steps_diagonal }}.
# [Matrix 1](../play.md?matrix=random2020&lr=0.9&momentum=0#playground "{{= steps_plain : ,d }} steps")
# needs {{= steps_plain : ,d }} instead of {{= steps_random }}.
#
# The cell below lets `gd.inv` run the diagonal. It is the loop of this page with a stop,
# [explained further down](#the-same-run-in-one-line); here it is asked for nine digits, not six.

# %%
run = gd.inv(D, optimizer=torch.optim.SGD, lr=0.9, guess=guess, tolerance=1e-9)
print(
    f"momentum 0   matrix 1 {steps_plain:,}   diagonal {steps_plain_diagonal}"
)
print(
    "             the diagonal stops by itself: "
    f"predicted {run.prediction.steps}, {run}"
)
assert steps_plain_diagonal < steps_diagonal < steps_random < steps_plain
assert run.steps == run.prediction.steps

# %% tags=["hide"]
h = modes.curvature
lr_limit = gd.rates.lr_limit(h, 0.9)
best = gd.rates.best(h)
edge_share = best.lr / gd.rates.lr_limit(h, best.momentum)

# %% [markdown]
# ### The edge
#
# Raise the learning rate until the fastest mode leaves the window on the other side, and it grows.
# The limit is $\alpha < 2(1 + \beta)/h_1$: for matrix 1 and momentum 0.9 it is
# {{= lr_limit : .4f }}, and [a little above
# it](../play.md?matrix=random2020&lr=7.3&momentum=0.9#playground "diverges") nothing converges.
# Between the window and the edge lies the best pair that a formula gives.

# %%
settings = {
    "2020": (0.9, 0.9),
    "more lr": (1.9, 0.9),
    "best by formula": (best.lr, best.momentum),
    "a step back": (6.8, 0.81),
}
steps_at = {name: steps_needed(M, *pair) for name, pair in settings.items()}
for name, (lr, momentum) in settings.items():
    measured = relative_error(invert(M, guess, lr, momentum, 1000)[0], M)
    assert gd.rates.first_below(measured, 1e-6) == steps_at[name]
    print(
        f"{name:16} lr {lr:.3f}  momentum {momentum:.3f}"
        f"  {steps_at[name]:4} steps"
    )

# %% tags=["figure"]
lr_axis = torch.arange(0.05, 8.01, 0.1, dtype=torch.float64)
momentum_axis = torch.arange(0, 0.9999, 0.0166, dtype=torch.float64)
slowest = gd.rates.rate(
    h, lr_axis[:, None], momentum_axis[:, None, None]
).amax(-1)
fig = gd.figures.figure(
    f"The formula's best pair sits at {edge_share:.1%} of the edge",
    x="learning rate",
    y="momentum",
    log_y=False,
    x_range=(0, 8),
    y_range=(0, 1),
    caption="Steps per factor of ten on matrix 1, from the rate of its slowest mode. Bright is "
    "fast. Beyond the dashed line everything diverges.",
    alt="Map of steps per factor of ten. "
    + " ".join(
        f"{name}, at lr {lr:.2f} and momentum {momentum:.2f}: "
        f"{gd.rates.steps_per_factor(gd.rates.rate(h, lr, momentum).max()):.1f}."
        for name, (lr, momentum) in settings.items()
    ),
)
counts = gd.rates.steps_per_factor(slowest)
gd.figures.heatmap(
    fig, lr_axis, momentum_axis, torch.where(slowest < 1, counts, torch.inf)
)
edge = [gd.rates.lr_limit(h, m) for m in (0.0, 1.0)]
gd.figures.line(fig, edge, [0, 1], "limit")
gd.figures.dot(fig, 0.9, 0.9, "map", "2020")
gd.figures.dot(
    fig,
    best.lr,
    best.momentum,
    "map",
    "best",
    anchor="right",
    text_role="onlight",
)
fig

# %% [markdown]
# The best pair needs {{= steps_at["best by formula"] }} steps, and a step back from it needs
# {{= steps_at["a step back"] }}:
# [drag the point](../play.md?matrix=random2020&lr=6.8&momentum=0.81#playground "{{= steps_at["a step back"] : ,d }} steps")
# and compare. The formula minimizes the slope at the end. It does not see the beginning, where a
# pair this close to the edge first climbs. And a little more learning rate diverges.

# %%
too_much = gd.rates.rate(h, best.lr * 1.003, best.momentum).max()
print(f"rate at 1.003 times the best lr: {too_much:.4f}")
assert too_much > 1

# %% [markdown]
# ## Three ways to measure
#
# We compared $X M$ with the identity. There are other choices:
#
# | way | compare with $I$ | in code |
# |---|---|---|
# | a) | $X M$ | `X @ M` |
# | b) | $M X$ | `M @ X` |
# | c) | the mean of both | `(X @ M + M @ X) / 2` |

# %%
ways = {}
for name, side in {"a)": "left", "b)": "right", "c)": "both"}.items():
    run = gd.inv(
        M,
        optimizer=torch.optim.SGD,
        lr=0.9,
        momentum=0.9,
        side=side,
        guess=guess,
        tolerance=1e-7,
    )
    ways[name] = gd.rates.first_below(run.prediction.error, 1e-6)
    print(f"{name} {ways[name]:5,d} steps   {run}")
assert ways["a)"] == ways["b)"] == steps_random < ways["c)"] / 2

# %% [markdown]
# a) and b) have the same curvatures, in another order. c) is another loss: it needs
# {{= ways["c)"] : ,d }} steps here. And it can be zero at the wrong answer. Take
# $\operatorname{diag}(1, -1)$:

# %%
P = torch.diag(torch.tensor([1.0, -1.0], dtype=torch.float64))
problem = gd.Inverse(P, side="both", guess=guess[:2, :2])
wrong = gd.minimize(
    problem, torch.optim.SGD, lr=0.4, momentum=0.5, max_steps=400
)
loss_wrong = wrong.history.loss[-1].item()
error_wrong = relative_error(wrong.value, P).item()
print(f"loss {loss_wrong:.1e}")
print(wrong.value)
print(wrong)
assert loss_wrong < 1e-30
assert error_wrong > 0.5
assert not wrong.converged

# %% [markdown]
# The loss is {{= loss_wrong : .0e }} and the relative error is {{= error_wrong : .2f }}. Off the
# diagonal, $X P$ and $P X$ have opposite signs, so their mean is zero whatever stands there. A
# small loss is not a proof. When is it?

# %% [markdown]
# ## When to stop
#
# One line of algebra: $X - M^{-1} = (X M - I)\, M^{-1}$. Take norms on both sides, and divide:
#
# $$\frac{\lVert X - M^{-1} \rVert}{\lVert M^{-1} \rVert} \le \lVert X M - I \rVert
# = n \sqrt{\ell(X)}$$
#
# On the right stands nothing that you do not know. For a), the loss was a proof all along, as soon
# as $n\sqrt{\ell}$ is below one: then $M$ has an inverse too. Add what rounding can do to the
# product, and it is rigorous.

# %%
bound = 4 * torch.tensor(losses, dtype=torch.float64).sqrt()
at = steps_random
print(f"step {at}   error {error[at]:.3e}   n √loss {bound[at]:.3e}")
assert (bound >= error)[:2000].all()

# %% [markdown]
# Half the digits, half the memory: in float32, the dtype of 2020, the same run ends on a higher
# floor. There $n\sqrt{\ell}$ stops too, and it says so.

# %%
path32, losses32 = invert(M.float(), guess.float(), steps=1500)
error32 = relative_error(path32.double(), M)
loss_floor = sorted(losses32[-500:])[250]
steps_floor = next(k for k in range(1500) if losses32[k] <= 2 * loss_floor)
share_useful = steps_floor / 10_000
print(
    f"float32: loss {loss_floor:.1e} from step {steps_floor} on, "
    f"error {error32[-1]:.1e}"
)
assert 1e-14 < loss_floor < 1e-11
assert error32[-1] > 1000 * error[-1]

# %% tags=["figure"]
fig = gd.figures.figure(
    f"float32 does nothing new after step {steps_floor}",
    x="step",
    y="loss",
    x_range=(0, 1400),
    y_range=(1e-20, 1e2),
    caption="Loss of the two runs of 2020 in float32. Wide: measured. Dashed: predicted, in exact "
    "arithmetic.",
    alt=f"In float32 the loss of matrix 1 follows the prediction to {loss_floor:.1e} at step "
    f"{steps_floor} and stays there. The prediction goes on downward.",
)
_, losses32_diagonal = invert(D.float(), guess.float(), steps=420)
theory = gd.rates.predict(modes, 1400, lr=0.9, momentum=0.9).loss
theory_diagonal = gd.rates.predict(
    modes_diagonal, 420, lr=0.9, momentum=0.9
).loss
gd.figures.band(
    fig, min(losses32_diagonal[-60:]), 2 * loss_floor, "float32 floor"
)
gd.figures.line(fig, range(1400), losses32[:1400], "c1", "matrix 1", wide=True)
gd.figures.line(
    fig, range(420), losses32_diagonal, "c3", "diagonal", wide=True
)
gd.figures.line(fig, range(1401), theory, "predicted", "dashed: predicted")
gd.figures.line(fig, range(421), theory_diagonal, "predicted")
gd.figures.dot(fig, steps_floor, 2 * loss_floor, "c1", f"{steps_floor}")
fig

# %% [markdown]
# Of the {{= 10_000 : ,d }} steps of 2020, {{= share_useful : .0%}} did work. Stop when
# $n\sqrt{\ell}$ is small enough, or when rounding explains all that is left.

# %% [markdown]
# ## The same run in one line
#
# `gd.inv` is the loop of this page with that stop built in. It takes any `torch.optim` class.

# %%
result = gd.inv(
    M,
    optimizer=torch.optim.SGD,
    lr=0.9,
    momentum=0.9,
    guess=guess,
    tolerance=1e-6,
)
print(result)
print(result.status)
print(f"predicted {result.prediction.steps} steps, measured {result.steps}")
print(f"bound {result.error_bound:.2e}, true error {error[result.steps]:.2e}")
assert result.steps == result.prediction.steps
assert error[result.steps] <= result.error_bound <= 1e-6

# %% tags=["figure"]
result.plot()

# %% [markdown]
# It stops at step {{= result.steps : d }}, not {{= steps_random }}: it waits until the *bound* is
# below one millionth, because the error itself is what one does not know.
#
# Ask for too much learning rate, and it tells you before the first step:

# %%
try:
    gd.inv(M, optimizer=torch.optim.SGD, lr=12.0, momentum=0.9)
except ValueError as error_message:
    print(error_message)

# %% tags=["hide"]
library = (torch.linalg.inv(M) @ M - torch.eye(4)).norm().item()

# %% [markdown]
# ## What you would really use
#
# Not this, for the answer. `torch.linalg.inv` is right to {{= library : .0e }} on matrix 1, in
# microseconds. Use gradient descent to see *why* a computation needs as many steps as it needs.
# And if you compute each step instead of repeating it, matrix 1 takes
# {{= theory/ladder#steps_cg }} steps; if you multiply it by the iterate,
# {{= theory/ladder#steps_scaled }}: [three rungs](../theory/ladder.py).
#
# Next, the same two steps find three matrices at once, and meet a loss that is no proof:
# [the SVD](3-svd.py).

# %% [markdown]
# ## Your turn
#
# !!! exercise "Exercise 2.1"
#     The guess of 2020 is the matrix itself. Does it matter? Start from zeros, from seed 315, and
#     from 200 other guesses.

# %% tags=["solution"]
zeros = gd.Inverse(M).modes()
generator = torch.Generator().manual_seed(315)
other = torch.rand(4, 4, generator=generator).double()
crowd = gd.Inverse(
    M.expand(200, 4, 4), guess="random", generator=generator
).modes()


def to_six_digits(modes):
    curve = gd.rates.predict(modes, 1200, lr=0.9, momentum=0.9)
    return gd.rates.first_below(curve.error, 1e-6)


counts = to_six_digits(crowd)
print("zeros   ", to_six_digits(zeros).item())
print("seed 315", to_six_digits(gd.Inverse(M, guess=other).modes()).item())
print(
    f"200 guesses: {counts.min()} to {counts.max()}, median {counts.median()}"
)
print("It does not: the slowest mode decides, and every guess has some of it.")
assert (counts - steps_random).abs().max() < 20

# %% [markdown]
# !!! exercise "Exercise 2.2"
#     By which factor must you multiply matrix 1 so that its slowest mode enters the window of
#     momentum 0.9? Predict it from $h_4$, then look at the figure above.

# %% tags=["solution"]
factor = (window[0] / (0.9 * modes.curvature[3])).sqrt().item()
print(f"factor {factor:.3f}")
assert gd.rates.rate(factor**2 * modes.curvature, 0.9, 0.9).max() < 0.9487
assert steps_scaled[1.38] > steps_scaled[1.4]

# %% [markdown]
# !!! exercise "Exercise 2.3"
#     All modes are inside the window. Which momentum gives six digits per hundred steps?

# %% tags=["solution"]
momentum = 10 ** (-12 / 100)
needed = gd.rates.steps_per_factor(momentum**0.5, 1e6)
print(f"momentum {momentum:.4f}: {needed:.1f} steps for six digits")
assert abs(needed - 100) < 1e-9

# %% tags=["hide"]
seeded = torch.rand(4, 4, generator=torch.Generator().manual_seed(0)).double()
seeded_modes = gd.Inverse(seeded, guess=seeded).modes()
steps_seeded = gd.rates.first_below(
    gd.rates.predict(seeded_modes, 5000, 9.0, 0.9).error, 1e-6
)
values = {
    "steps_back": steps_at["a step back"],
    "steps_diagonal_less": steps_needed(D, 0.9, 0.44),
    "steps_seed": int(steps_seeded),
    "steps_random": steps_random,
    "steps_diagonal": steps_diagonal,
    "predicted_steps": predicted_steps,
    "steps_plain": steps_plain,
    "library_residual": library,
}
