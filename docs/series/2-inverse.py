# ---
# title: The inverse, by rolling downhill
# description: >-
#   Find the inverse of a matrix by gradient descent in PyTorch, without momentum and with it, look
#   at the result, and ask what sets the steps.
# given: [2020, 314, 315, "10,000", 200, 300, "0.1", "0.9"]
# ---

# %% [markdown]
# # The inverse, by rolling downhill
#
# A library inverts a matrix in microseconds. Today you take the long way: guess sixteen numbers,
# measure how wrong they are, and make them a little less wrong. Then again.
# {: .gd-lead }

# %% tags=["figure"]
import torch

import gdinverse as gd

start = gd.matrices.random_2020()
run = gd.Inverse(start, guess=start)
sgd = torch.optim.SGD(run.parameters(), lr=0.9, momentum=0.9)
shown = {}
for step in range(1001):
    if step in (0, 10, 100, 1000):
        shown[f"step {step:,}"] = run.X.detach() @ start
    run.backward()
    sgd.step()
first = shown["step 0"]
fig = gd.figures.figure(
    "Guess, improve, improve: X M turns into the identity",
    x="",
    y="",
    log_y=False,
    alt="The product X M at steps 0, 10, 100 and 1,000. At first its sixteen numbers are between "
    f"{first.min():.2f} and {first.max():.2f}. At step 1,000 the diagonal is one, and the rest "
    "is zero.",
    caption="The stronger the color, the larger the number; blue is positive, orange negative. "
    "The matrix, the guess and the settings are those of 2020.",
)
gd.figures.grids(fig, shown)

# %% [markdown]
# !!! think "Pause to think"
#     You can multiply matrices, and nothing else. You are handed a square matrix $M$ and asked for
#     the $X$ with $X M = I$. What would you measure? What would you change? Take fifteen seconds.
#
# ??? predict "One answer"
#     **Guess** any $X$. Multiply it by $M$. If $X$ were the inverse you would see ones on the
#     diagonal and zeros elsewhere, so measure how far you are from that: one number, the *loss*.
#     Then **improve**: change each entry of $X$ a little, in the direction that makes the loss
#     smaller. You guess once. You improve many times.
#
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
assert all(abs(errors[k + 1] / errors[k] - 0.2) < 1e-9 for k in range(4))

# %% tags=["figure"]
hops = [0.5 - miss for miss in errors]
along = torch.linspace(-0.1, 1.1, 61)
fig = gd.figures.figure(
    f"From {hops[0]:.0f} to {hops[-1]:.4f} in four hops: each leaves a fifth of the error",
    x="x",
    y="loss",
    log_y=False,
    x_range=(-0.1, 1.1),
    y_range=(0, 1.5),
    caption="The loss of x, the square of 2x − 1, and where five steps stand on it."
    '<gd-moving kind="hopping"></gd-moving>',
    alt="A parabola with its lowest point at 0.5. Dots at x = "
    + ", ".join(f"{x:.4f}" for x in hops)
    + ", each closer to 0.5 by the same factor.",
)
gd.figures.line(fig, along, (2 * along - 1) ** 2, "floor")
gd.figures.line(fig, hops, [(2 * x - 1) ** 2 for x in hops], "c1")
gd.figures.dots(fig, hops, [(2 * x - 1) ** 2 for x in hops], "c1")
gd.figures.label(fig, "the guess", 0.03, 1, "c1")
fig

# %% [markdown]
# Divide each error by the one before: it is {{= errors[3] / errors[2] : .1f }} each time. That is
# $1 - \alpha h$, with the learning rate $\alpha = 0.1$ and the second derivative of the loss,
# $h = 8$. We call $h$ the *curvature*. Remember *the error times a constant*.
#
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


# %% tags=["figure"]
product = M @ M  # the guess of 2020 is the matrix itself, as you will see
squares = (product - torch.eye(4)).square()
fig = gd.figures.figure(
    f"For X = M the loss, the mean of the sixteen squares, is {mse(product, torch.eye(4)):.2f}",
    x="",
    y="",
    caption="What is to become the identity, the identity, and the squares of the differences.",
    alt=f"Three grids. The entries of X M are between {product.min():.2f} and {product.max():.2f}; "
    f"the squares of the differences from the identity go up to {squares.max():.2f}.",
)
gd.figures.grids(
    fig, {"X M": product, "I": torch.eye(4), "differences²": squares}
)
fig

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
        X.grad *= momentum  # 0 for now: forget them
    return loss.item()


def invert(M, guess, lr=0.9, momentum=0.0, steps=10_000):
    X, path, losses = guess.clone().requires_grad_(), [], []
    for _ in range(steps):
        path.append(X.detach().clone())
        losses.append(improve(X, M, lr, momentum))
    return torch.stack(path), losses


# %% [markdown]
# The guess is random too. In 2020 it was drawn from the same seed as the matrix, and so it *is*
# the matrix. We keep that, and see in an exercise that it does not matter here.

# %%
torch.manual_seed(314)
guess = torch.rand(4, 4).double()
assert guess.equal(M)

path_plain, losses_plain = invert(M, guess, steps=10_500)
print(f"loss of the guess   {losses_plain[0]:.4f}")
print(f"after one step      {losses_plain[1]:.4f}")
print(f"after 100           {losses_plain[100]:.4f}")
print(f"after the last      {losses_plain[-1]:.1e}")

# %% tags=["figure"]
fig = gd.figures.figure(
    f"From {losses_plain[0]:.2f} to {losses_plain[-1]:.0e}, and slower than it began",
    x="step (log scale)",
    y="loss",
    log_x=True,
    x_range=(1, 10_500),
    caption="Momentum 0, learning rate 0.9.",
    alt=f"The loss is {losses_plain[1]:.3f} after one step, {losses_plain[100]:.4f} after 100 and "
    f"{losses_plain[-1]:.1e} after the last.",
)
gd.figures.line(fig, range(1, 10_500), losses_plain[1:], "measured", "loss")
fig

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
# Each of the two lines can be written in two ways, all in place. `X -= lr * X.grad` is the call
# `X.sub_(lr * X.grad)`: an underscore at the end means "in place". And with momentum 0,
# `X.grad *= momentum` does what `X.grad.zero_()` does.
#
# ## Inspect
#
# Is the last $X$ an inverse? Multiply and look.

# %%
path_plain[-1] @ M

# %% [markdown]
# It looks right. To say *how* right, we allow ourselves to peek at the answer, to count and to
# draw. The *relative error* is $\lVert X - M^{-1} \rVert / \lVert M^{-1} \rVert$, with the
# norm from above, whose subscript we leave out from now on. It is one number for all sixteen.
# *Right to six digits* means on this site: the relative error is below one millionth.


# %%
def relative_error(path, M):
    inverse = torch.linalg.inv(M)
    norms = torch.linalg.matrix_norm(path - inverse)
    return norms / torch.linalg.matrix_norm(inverse)


def six_digits(error):
    return int(gd.rates.first_below(error, 1e-6))


error_plain = relative_error(path_plain, M)
steps_plain = six_digits(error_plain)
entries = (path_plain[steps_plain] / torch.linalg.inv(M) - 1).abs()
print(f"six digits after {steps_plain:,} steps")
print(f"the worst of the sixteen is off by {entries.max():.1e} of itself")
assert error_plain[steps_plain] < 1e-6 < entries.max()

# %% tags=["figure"]
shown = (0, 100, 1000, steps_plain)
off = [(path_plain[k] @ M - torch.eye(4)).abs().max().item() for k in shown]
assert off[1] > off[2] > 0.01 > 1e-4 > off[3]
fig = gd.figures.figure(
    f"Without momentum: after {shown[2]:,} steps X M is still off by {off[2]:.2f}",
    x="",
    y="",
    caption="X M on the way to six digits. Blue is positive, orange negative.",
    alt="The largest difference between X M and the identity: "
    + ", ".join(
        f"{x:.1g} at step {k:,}" for k, x in zip(shown, off, strict=True)
    ),
)
gd.figures.grids(fig, {f"step {k:,}": path_plain[k] @ M for k in shown})
fig

# %% [markdown]
# {{= steps_plain : ,d }} steps: without momentum, the {{= 10_000 : ,d }} of 2020 would not do.
# (A single entry may be further off than the whole: the worst is off by {{= entries.max() : .1e }}.)
#
# ## The ball, and what it really is
#
# The usual picture: the loss is a landscape, $X$ is a ball in it, and the ball rolls downhill. The
# *learning rate* says how far it goes in one step. [With two numbers](1b-landscape.py) you have seen
# what can slow it: the way along a flat valley. And a remedy: keep a share of the last push, the
# *momentum*.
#
# In code that is one line, and it stands there already: `X.grad *= momentum` with 0.9 in place of
# 0. What is kept, the next `backward` adds to.

# %%
path, losses = invert(M, guess, momentum=0.9, steps=2600)
error = relative_error(path, M)
steps_random = six_digits(error)
steps_noise = int(gd.rates.first_below(torch.tensor(losses), 1e-30))
print(f"momentum 0:   six digits after {steps_plain:,} steps")
print(f"momentum 0.9: six digits after {steps_random:,} steps")
assert steps_random < steps_plain / 10
assert error[-1] < 1e-14

# %% tags=["figure"]
fig = gd.figures.figure(
    f"Matrix 1: {steps_plain:,} steps without momentum, {steps_random:,} with it",
    x="step",
    y="relative error",
    x_range=(0, 10_500),
    caption="Learning rate 0.9, float64, from the guess of 2020.",
    alt=f"Without momentum the relative error falls on a straight line, below 1e-6 at step "
    f"{steps_plain:,}. With momentum 0.9 it is there at {steps_random}, and at {error[-1]:.1e} "
    f"from about step {steps_noise:,} on.",
)
gd.figures.band(fig, 1e-15, 6e-15, "rounding")
gd.figures.line(fig, range(10_500), error_plain, "c2", "momentum 0")
gd.figures.line(fig, range(2600), error, "c1", "momentum 0.9")
gd.figures.dot(fig, steps_plain, 1e-6, "c2", f"{steps_plain:,}")
gd.figures.dot(fig, steps_random, 1e-6, "c1", f"{steps_random:,}")
fig

# %% [markdown]
# With momentum it takes {{= steps_random : ,d }}:
# [watch X M](../play.md?matrix=random2020&lr=0.9&momentum=0.9#playground "{{= steps_random : ,d }} steps")
# turn into the identity. From step {{= steps_noise : ,d }} on the loss is below
# {{= 1e-30 : .0e }}, and in 2020 the loop went on to {{= 10_000 : ,d }}. Nothing told it to stop.
# [The next page](2b-curve.py#when-to-stop) does.
#
# Up to rounding, torch's optimizer does the same:

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
# ## A second matrix
#
# Matrix 2 is diagonal, with 1, 2, 3, 4 on its diagonal. Same guess, same learning rate. In 2020 its
# result was not looked at, because the cell for it printed matrix 1 again. We look.

# %%
D = torch.diag(torch.tensor([1.0, 2.0, 3.0, 4.0], dtype=torch.float64))
error_plain_diagonal = relative_error(invert(D, guess, steps=200)[0], D)
plain_diagonal = six_digits(error_plain_diagonal)
print(f"momentum 0:   six digits after {plain_diagonal} steps")

# %% [markdown]
# ??? predict "Predict first: the diagonal needs {{= plain_diagonal }} steps without momentum. And with momentum 0.9?"
#     About a tenth, as for matrix 1; about as many; or more?
#
#     More, as the next cell shows.

# %%
path_diagonal, _ = invert(D, guess, momentum=0.9, steps=1000)
error_diagonal = relative_error(path_diagonal, D)
steps_diagonal = six_digits(error_diagonal)
off = (path_diagonal[-1] @ D - torch.eye(4)).abs().max().item()
print(path_diagonal[-1] @ D)
print(f"farthest from the identity: {off:.1e}")
print(f"momentum 0.9: six digits after {steps_diagonal} steps")
assert off < 1e-14
assert plain_diagonal < steps_diagonal < steps_random < steps_plain

# %% tags=["figure"]
fig = gd.figures.figure(
    f"The diagonal matrix: {plain_diagonal} steps without momentum, {steps_diagonal} with it",
    x="step",
    y="relative error",
    x_range=(0, 900),
    y_range=(1e-8, 10),
    caption="The same guess and learning rate. Steepest line: the diagonal without momentum.",
    alt=f"Below 1e-6: the diagonal matrix at step {plain_diagonal} with momentum 0 and at "
    f"{steps_diagonal} with 0.9; matrix 1 at {steps_random} with 0.9.",
)
gd.figures.line(fig, range(900), error[:900], "c1", "matrix 1, 0.9")
gd.figures.line(fig, range(500), error_diagonal[:500], "c3", "diagonal, 0.9")
gd.figures.line(
    fig,
    range(200),
    error_plain_diagonal,
    "c4",
)
gd.figures.dot(fig, plain_diagonal, 1e-6, "c4", f"{plain_diagonal}")
gd.figures.dot(fig, steps_diagonal, 1e-6, "c3", f"{steps_diagonal}")
gd.figures.dot(fig, steps_random, 1e-6, "c1", f"{steps_random}")
fig

# %% [markdown]
# | steps to six digits | momentum 0 | momentum 0.9 |
# |---|---:|---:|
# | matrix 1 | {{= steps_plain : ,d }} | {{= steps_random : ,d }} |
# | [diagonal](../play.md?matrix=diagonal&guess=rand&lr=0.9&momentum=0.9#playground "{{= steps_diagonal : ,d }} steps") | {{= plain_diagonal : ,d }} | {{= steps_diagonal : ,d }} |
#
# The same one line makes matrix 1 {{= steps_plain / steps_random : .0f }} times as fast, and the
# diagonal {{= steps_diagonal / plain_diagonal : .1f }} times as slow. In 2020 the page ended here, with
# "it depends". On what?
#
# !!! claim "What this shows"
#     Guess, improve, inspect finds an inverse. The count of steps depends on the matrix and on the
#     momentum, and so far you can only count it.

# %% [markdown]
# **What carries over to a network.** These are the lines of a training loop: a loss, `backward`, a step, a share of the push that is
# kept. What does not carry over is the last column of the table. A network's answer is not known, so
# nobody can plot its error, and its loss has to stand in for it.
#
# You would not use this for the answer: `torch.linalg.inv` does it
# {{= torch.linalg.matrix_norm(torch.linalg.inv(M) @ M - torch.eye(4)) : .0e }} from the identity, in
# microseconds. You use it to see why a computation takes as long as it takes, and that has a formula:
# [the curve, predicted](2b-curve.py).

# %% [markdown]
# ## Your turn
#
# !!! exercise "Exercise 2.1"
#     The guess of 2020 is the matrix itself. Does it matter? Start from zeros and from seed 315.

# %% tags=["solution"]
other = torch.rand(4, 4, generator=torch.Generator().manual_seed(315))
for name, start in {"zeros": 0 * M, "seed 315": other.double()}.items():
    steps = six_digits(relative_error(invert(M, start, 0.9, 0.9, 1000)[0], M))
    print(f"{name}: {steps} steps, and {steps_random} from the guess of 2020")
    assert abs(steps - steps_random) < 10

# %% [markdown]
# !!! exercise "Exercise 2.2"
#     Forget the line `X.grad *= momentum`. Which momentum is that? Run it.

# %% tags=["solution"]
endless = relative_error(invert(M, guess, 0.9, 1.0, 2000)[0], M)
print("Momentum 1: a ball without friction.")
print(f"error in steps 1,000 to 2,000: at least {endless[1000:].min():.2f}")
assert endless[1000:].min() > 0.1

# %% [markdown]
# !!! exercise "Exercise 2.3"
#     With momentum 0.9, at which step is the *loss* below one millionth? How large is the relative
#     error there?

# %% tags=["solution"]
early = six_digits(torch.tensor(losses))
print(f"loss: step {early}; the error there is {error[early]:.1e}")
print("A loss of one millionth is not six digits.")
assert early < steps_random
assert error[early] > 1e-3

# %% tags=["hide"]
values = {
    "steps_random": steps_random,
    "steps_diagonal": steps_diagonal,
    "steps_plain": steps_plain,
    "library_residual": (torch.linalg.inv(M) @ M - torch.eye(4)).norm().item(),
}
