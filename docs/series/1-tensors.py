# ---
# title: Tensors that know their slope
# description: >-
#   PyTorch tensors, seeds and automatic differentiation: what backward computes, why gradients add
#   up, who clears them, and changes in place.
# given: [2020, 314, 100, "10", "0.9"]
# ---

# %% [markdown]
# # Tensors that know their slope
#
# A computer can differentiate a program. It needs no algebra from you and takes no small
# differences, and the result is exact. This page shows how to ask for it, and the four places
# where it bites.
# {: .gd-lead }
#
# !!! think "Pause to think"
#     You have a function as a Python program, and a point. You may call the program as often as you
#     like. How do you find the slope there?
#
# ??? predict "Three answers"
#     Work out the derivative on paper. Or call the program at two points close together, and divide
#     the difference by the distance. Or let each operation note, while it computes, how its result
#     would change. The third answer is what torch does, and the rest of this page.

# %% [markdown]
# ## An array, first of all
#
# A *tensor* is an array of numbers. Multiply it by a constant, in torch and in NumPy:

# %%
import math
import textwrap

import numpy as np
import torch

import gdinverse as gd

torch.set_printoptions(sci_mode=False)
a = torch.tensor([1.0, 2.0, 3.0])
print(a * 7)
print(np.array([1.0, 2.0, 3.0]) * 7)
assert (a * 7).tolist() == (np.array([1.0, 2.0, 3.0]) * 7).tolist()

# %% [markdown]
# Every tensor has a *shape*, its number of entries along each axis, and a *dtype*, the kind of
# number in it.

# %%
for dtype in (torch.float32, torch.float64):
    table = torch.zeros(2, 3, dtype=dtype)
    gap = torch.finfo(dtype).eps
    print(f"{table.dtype}, {tuple(table.shape)}: after 1 comes 1 + {gap:.1e}")

# %% [markdown]
# In float32, torch's default, two neighboring numbers near one are {{= torch.finfo(torch.float32).eps : .1e }}
# apart: seven digits. In float64 it is sixteen digits. We take float32 where we repeat what was
# done in 2020, and float64 where we want to see what is not rounding.
#
# An integer has no neighbors close by, so it has no slope. Torch says so:

# %%
try:
    torch.tensor([1, 2, 3], requires_grad=True)
except RuntimeError as error:
    print(error)
    refused = str(error)
assert "floating point" in refused

# %% [markdown]
# ## The dot product, three ways
#
# Multiply entry by entry, and add up. By hand, with a sum, and with `@`:

# %%
b = torch.tensor([4.0, 5.0, 6.0])
dot = 1 * 4 + 2 * 5 + 3 * 6
print(dot, (a * b).sum().item(), (a @ b).item())
assert dot == (a * b).sum() == a @ b

# %% [markdown]
# Three spellings of one number, {{= dot }}. With two tables in place of two rows, `@` is the matrix
# product. You will need no other.

# %% [markdown]
# ## A seed is a bookmark
#
# Random numbers come from one long stream. A *seed* says where to open it.

# %%
torch.manual_seed(314)
first = torch.rand(2, 3)
second = torch.rand(2, 3)
torch.manual_seed(314)
again = torch.rand(2, 3)
print("first ", first)
print("second", second)
print("again ", again)
assert again.equal(first)
assert not second.equal(first)

# %% [markdown]
# Drawing goes on where it stopped. Setting the seed goes back to the bookmark, and the same numbers
# come again. So a run can be repeated by anybody, and what looks random twice can be one and the
# same. [In 2020](2020.py#one-bookmark-read-twice) that happened to a matrix and a guess.

# %% [markdown]
# ## A slope without rules
#
# Take $z = x y^5$ at $x = 3$ and $y = 7$. On paper, $\partial z / \partial x = y^5$ and
# $\partial z / \partial y = 5 x y^4$. In torch, say of which numbers you want the slope, compute,
# and call `backward`:

# %%
x = torch.tensor(3.0, requires_grad=True)
y = torch.tensor(7.0, requires_grad=True)
z = x * y**5
steps_back = [z.grad_fn, *(note for note, _ in z.grad_fn.next_functions)]
z.backward()
print(f"z = {z:,.0f}   dz/dx = {x.grad:,.0f}   dz/dy = {y.grad:,.0f}")
print("noted:", *(note.name().split("::")[-1] for note in steps_back))
grad_x, grad_y = x.grad.item(), y.grad.item()
assert grad_x == 7**5
assert grad_y == 5 * 3 * 7**4

# %% [markdown]
# How does it know? While it computes, each operation leaves a note: a product, a power, an input.
# `backward` walks the notes from the end to the beginning, and multiplies the slope of each step by
# that of the next. That is the chain rule, carried out with numbers. The result arrives in `.grad`:
# {{= grad_x : ,.0f }} and {{= grad_y : ,.0f }}.

# %% tags=["hide"]
z = x * y**5
z.backward()
twice_x, twice_y = x.grad.item(), y.grad.item()

# %% [markdown]
# ## Gradients add up
#
# ??? predict "Predict first: compute z again and call `z.backward()` once more. What is `x.grad` now?"
#     {{= grad_x : ,.0f }} as before, {{= twice_x : ,.0f }}, zero, or an error?
#
#     **{{= twice_x : ,.0f }}**. `backward` does not set `.grad`, it *adds* to it.

# %%
print(f"x.grad {twice_x:,.0f}   y.grad {twice_y:,.0f}")
assert twice_x == 2 * grad_x
assert twice_y == 2 * grad_y

# %% [markdown]
# That is the first place where it bites. It is also useful: a number that enters a program at
# several places gets the sum of its slopes, which is what the chain rule asks for.
#
# So who clears `.grad`? You do, or the optimizer if you ask it to. (An *optimizer* is the object
# that changes numbers along their gradients.) It can do so in two ways:

# %%
optimizer = torch.optim.SGD([x], lr=0.1)
optimizer.zero_grad()
print("zero_grad()                    ", x.grad)
(x * y**5).backward()
optimizer.zero_grad(set_to_none=False)
print("zero_grad(set_to_none=False)   ", x.grad)

# %% [markdown]
# The default takes the gradient away. The other writes zeros into it, as `x.grad.zero_()` does.
# `None` and zero are not the same. An optimizer skips a number whose gradient is `None`. One
# whose gradient is zero still moves, if it was moving:

# %%
moved = {}
for name, to_none in (("None", True), ("zero", False)):
    p = torch.tensor(1.0, requires_grad=True)
    ball = torch.optim.SGD([p], lr=0.1, momentum=0.9)
    (p**2).backward()
    ball.step()
    before = p.item()
    ball.zero_grad(set_to_none=to_none)
    ball.step()
    moved[name] = p.item() - before
    print(f"gradient {name}: the next step moves by {moved[name]:.2f}")
assert moved["None"] == 0 > moved["zero"]

# %% [markdown]
# The option `momentum` of that optimizer keeps a share of the last step. You can have it by hand:
# multiply the old gradient by 0.9 in place of clearing it, and let the next `backward` add to it.
# In [part 2](2-inverse.py) this is one line.

# %% [markdown]
# ## What `backward` computes
#
# So far the result was one number. Let a function return three:


# %%
def three(x):
    return torch.stack([x[0] * x[1], x[1] ** 2, x[0] + x[2]])


x = torch.tensor([2.0, 3.0, 5.0], requires_grad=True)
try:
    three(x).backward()
except RuntimeError as error:
    print(error)
    refused = str(error)
assert "scalar" in refused

# %% [markdown]
# Now there are nine slopes, each result by each input. Their table is the *Jacobian* $J$, with one
# row for each result. `backward` does not give you the table. It asks for weights $v$, one for each
# result, and gives you the weighted sum of the rows, $v^\top J$. Choose the weights 1, 10 and 100,
# and you can read off which row each part comes from:

# %%
v = torch.tensor([1.0, 10.0, 100.0])
three(x).backward(v)
J = torch.autograd.functional.jacobian(three, x.detach())
print(J)
print("v J      ", v @ J)
print("backward ", x.grad)
assert x.grad.equal(v @ J)

# %% [markdown]
# This is called a *vector–Jacobian product*. With one result there is one row, and its weight
# is 1: that is why `z.backward()` needs no argument. Forgetting this is the second place where it
# bites. Equal weights give you a *sum* of slopes, not the slopes.

# %% [markdown]
# ## A hundred slopes in one call
#
# Sometimes the sum is what you want. Let $y = \sin x$ at 100 points. Each $y$ depends on its own $x$
# only, so the Jacobian is zero off its diagonal, and with weights of 1 the sum down each column is
# the one slope in it.

# %%
x = torch.linspace(0, 2 * math.pi, 100, requires_grad=True)
y = torch.sin(x)
y.backward(torch.ones_like(x))
slopes = x.grad.clone()
exact = torch.cos(x.detach())
largest = (slopes - exact).abs().max().item()
assert largest <= 1e-7

# %% tags=["figure"]
fig = gd.figures.figure(
    f"{len(x)} derivatives in one call, largest distance to cos: {largest:g}",
    x="x",
    y="sin, its slope, and cos",
    log_y=False,
    x_range=(0, 6.3),
    y_range=(-1.2, 1.35),
    caption="Dots: what backward found for the sine. Line below them: cos, computed by itself.",
    alt=f"The sine and the cosine from 0 to 2π. The {len(x)} slopes of the sine that backward "
    f"returned lie on the cosine; the largest distance is {largest:g}.",
)
points = x.detach()
gd.figures.line(fig, points, torch.sin(points), "c3", "sin", at=1.9)
gd.figures.line(fig, points, exact, "predicted", "cos", at=5.6)
gd.figures.dots(fig, points, slopes, "measured")
fig

# %% [markdown]
# The slope of the sine is the cosine, and the distance is {{= largest : g }}. Torch knows a rule for
# each operation, and applies it to your numbers. Nothing is approximated, beyond the rounding of
# the operations themselves.

# %% [markdown]
# ## Would small differences do?
#
# The other answer of the beginning: call the program at $x + \delta$ and at $x - \delta$, and divide
# the difference by $2\delta$. Make $\delta$ small, and smaller:

# %%
far = {}
for dtype in (torch.float64, torch.float32):
    for small in (1e-1, 1e-3, 1e-5, 1e-7):
        t = torch.linspace(0, 2 * math.pi, 100, dtype=dtype)
        slope = (torch.sin(t + small) - torch.sin(t - small)) / (2 * small)
        far[dtype, small] = (slope - torch.cos(t)).abs().max().item()
print("δ        in float64   in float32")
for small in (1e-1, 1e-3, 1e-5, 1e-7):
    wide, narrow = (far[d, small] for d in (torch.float64, torch.float32))
    print(f"{small:.0e}      {wide:.1e}      {narrow:.1e}")
best_difference = min(far[torch.float64, small] for small in (1e-5, 1e-7))
assert far[torch.float64, 1e-7] > 10 * far[torch.float64, 1e-5]
assert far[torch.float32, 1e-7] > 0.5
assert largest < best_difference < 1e-9

# %% [markdown]
# Smaller helps, and then it hurts: two numbers that agree in most digits leave few when you
# subtract them. In float32, $\delta$ = {{= 1e-7 : .0e }} leaves none. Differences also need two calls for
# each input. `backward` needs one walk for all of them.

# %% [markdown]
# ## A slope, dressed as an optimization
#
# An optimization needs one number that says how far off you are, the *loss*. Call the sine an
# estimate, and say that it should be zero. Then there are two ways to make one number of 100
# distances: add them, or take the mean of their squares.

# %%
x.grad = None
(torch.sin(x) - 0).sum().backward()
by_sum = x.grad.clone()

x.grad = None
(torch.sin(x) - 0).square().mean().backward()
by_squares = x.grad.clone()

formula = torch.sin(2 * points) / 100  # 2 sin x cos x, over 100 points
off_formula = (by_squares - formula).abs().max().item()
assert by_sum.equal(slopes)
assert off_formula < 1e-8

# %% tags=["figure"]
fig = gd.figures.figure(
    f"The loss decides: a sum gives cos, a mean of squares gives sin 2x over {len(x)}",
    x="x",
    y="gradient",
    log_y=False,
    x_range=(0, 6.3),
    y_range=(-1.2, 1.35),
    caption="Dots: gradients from backward, those of the mean times 100. Dashed: the formulas.",
    alt=f"The gradient of the sum lies on cos x, at distance {largest:g}. The gradient of the mean "
    f"of squares, times {len(x)}, lies on sin 2x, at most {off_formula * len(x):.0e} away.",
)
gd.figures.line(fig, points, exact, "predicted", "cos x", at=5.7)
gd.figures.line(fig, points, formula * 100, "predicted", "sin 2x", at=3.9)
gd.figures.dots(fig, points, by_sum, "c1")
gd.figures.dots(fig, points, by_squares * 100, "c3")
fig

# %% [markdown]
# The gradient of the sum *is* the derivative from above, to the last bit: a sum has equal weights,
# so it asks for the same $v^\top J$. As a loss it is untypical, because far below zero would count
# as better than zero. The mean of squares, the *mean squared error*, is what you will meet from now
# on. It has its own gradient, $2 \sin x \cos x$ over 100.
#
# !!! claim "What this shows"
#     `backward` adds exact slopes of a loss to `.grad`. What they mean, the loss decides.

# %% [markdown]
# ## Changing a tensor in place
#
# To make the loss smaller, you move the numbers against their gradient. You change them where they
# are, *in place*. That is the third place where it bites: torch refuses.

# %%
x = torch.tensor([0.0, 1.0, 2.0], requires_grad=True)
x.exp().sum().backward()
try:
    x -= 0.1 * x.grad
except RuntimeError as error:
    print(error)
    refused = str(error)
assert "in-place" in refused

# %% [markdown]
# The step is not part of the function that you differentiate, so it should leave no notes. Say so
# with `no_grad`:

# %%
with torch.no_grad():
    x -= 0.1 * x.grad
    silent = x * 2
print(x)
print("a result from inside follows gradients:", silent.requires_grad)
assert x.requires_grad
assert not silent.requires_grad

# %% [markdown]
# The fourth bite is an in-place change between a computation and its `backward`. The slope of
# $e^x$ is $e^x$, so torch notes the result itself. Change it, and the note is wrong:

# %%
y = x.exp()
print("version", y._version)
y += 1
print("version", y._version)
try:
    y.sum().backward()
except RuntimeError as error:
    refused = str(error)
    print(textwrap.fill(refused.partition(" Hint")[0], 79))
assert "modified by an inplace operation" in refused

# %% [markdown]
# Each tensor counts its changes, and each note keeps the count. If they differ, `backward` stops.
# The repair is an ordinary `y = y + 1`: it makes a new tensor and leaves the old one alone. What
# you must not do is to write past the counter, through `.data`. Then nothing warns you:

# %%
x.grad = None
y = x.exp()
y = y + 1
y.sum().backward()
right = x.grad.clone()

x.grad = None
y = x.exp()
y.data += 1
y.sum().backward()
print("right        ", right)
print("through .data", x.grad)
assert torch.allclose(right, x.detach().exp())
assert torch.allclose(x.grad, right + 1)

# %% [markdown]
# ## One step from here
#
# Now take a matrix. Open the stream at the same bookmark and draw four rows of four. The first six
# numbers you know already.

# %%
torch.manual_seed(314)
M = torch.rand(4, 4)
assert M.flatten()[:6].equal(first.flatten())
M = M.double()
M

# %% [markdown]
# You want its inverse, the matrix $X$ with $X M = I$, where $I$ has ones on the diagonal and zeros
# elsewhere. Here is everything from above in six lines. The unknowns are the sixteen numbers of
# $X$, at first all zero. The loss is the mean of the squares of $X M - I$.

# %%
X = torch.zeros(4, 4, dtype=torch.float64, requires_grad=True)
eye = torch.eye(4, dtype=torch.float64)
loss = (X @ M - eye).square().mean()
loss.backward()
with torch.no_grad():
    X -= 0.9 * X.grad
after = (X @ M - eye).square().mean()
print(f"loss {loss:.4f}, after one step {after:.4f}")
print("gradient + Mᵀ/8:", (X.grad + M.T / 8).abs().max().item())
assert X.grad.equal(-M.T / 8)
assert after < loss

# %% tags=["hide"]
there = torch.linalg.inv(M).requires_grad_()
(there @ M - eye).square().mean().backward()
at_inverse = there.grad.abs().max().item()
assert at_inverse < 1e-14
curve = gd.rates.predict(gd.Inverse(M).modes(), 1200, lr=0.9, momentum=0.9)
steps = int(gd.rates.first_below(curve.error, 1e-6))

# %% [markdown]
# The first step from nothing points along the transpose of $M$: the gradient is $-M^\top/8$, all
# digits of it. The factor `0.9` in front of it is the *learning rate*, how much of the gradient is
# subtracted. At the inverse, the gradient is {{= at_inverse : .0e }}, and there you would stop. How many
# steps are in between? [This guess and this matrix](../play.md?matrix=random2020&guess=zeros&lr=0.9&momentum=0.9#playground "{{= steps : d }} steps"),
# in your hand, or [part 2](2-inverse.py), which predicts the number.

# %% [markdown]
# ## Your turn
#
# !!! exercise "Exercise 1.1"
#     $z = x^2 y^3$ at $x = 2$, $y = 3$. Find both slopes on paper, then ask torch.

# %% tags=["solution"]
x = torch.tensor(2.0, requires_grad=True)
y = torch.tensor(3.0, requires_grad=True)
(x**2 * y**3).backward()
print(f"2 x y³ = {x.grad:.0f}   3 x² y² = {y.grad:.0f}")
assert x.grad == 2 * 2 * 3**3 == y.grad == 3 * 2**2 * 3**2

# %% [markdown]
# !!! exercise "Exercise 1.2"
#     $z = x y^5$ at $x = 3$, $y = 7$ again. Compute it and call `backward` three times, and never
#     clear the gradient. Why is `x.grad` now equal to $z$?

# %% tags=["solution"]
x = torch.tensor(3.0, requires_grad=True)
for _ in range(3):
    z = x * 7**5
    z.backward()
print(f"x.grad {x.grad:,.0f}   z {z:,.0f}")
print("z is x times its slope, and x is 3: three slopes add up to z.")
assert x.grad == z

# %% [markdown]
# !!! exercise "Exercise 1.3"
#     The inverse can be measured from the other side, with $M X - I$. What is the gradient of that
#     loss at $X = 0$?

# %% tags=["solution"]
X = torch.zeros(4, 4, dtype=torch.float64, requires_grad=True)
(M @ X - eye).square().mean().backward()
print("It is (2/16) Mᵀ (M X − I), so at zero −Mᵀ/8 again.")
assert X.grad.equal(-M.T / 8)

# %% tags=["hide"]
values = {
    "dot": dot,
    "z": z.item(),
    "grad_x": grad_x,
    "grad_y": grad_y,
    "grad_x_twice": twice_x,
    "largest_distance_to_cos": largest,
    "best_difference": best_difference,
}
