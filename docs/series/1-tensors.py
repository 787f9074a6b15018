# ---
# title: Tensors that know their slope
# description: >-
#   PyTorch tensors, seeds and automatic differentiation: what backward computes, why gradients add
#   up, and what it costs beside small differences.
# given: [2020, 314, 100, "0.9"]
# ---

# %% [markdown]
# # Tensors that know their slope
#
# A computer can differentiate a program. It needs no algebra from you and takes no small
# differences, and nothing but rounding is lost. This page shows how to ask for it.
# {: .gd-lead }

# %% tags=["figure"]
import math

import torch

import gdinverse as gd

x = torch.tensor(1.0, dtype=torch.float64, requires_grad=True)
height = torch.sin(x)
height.backward()
slope, height = x.grad.item(), height.item()
assert abs(slope - math.cos(1)) < 1e-15
fig = gd.figures.figure(
    f"One call of backward: at 1 the sine has slope {slope:.4f}",
    x="x",
    y="sin x",
    log_y=False,
    x_range=(0, 3),
    y_range=(0, 1.5),
    caption="The tangent has the slope that backward returned.",
    alt=f"The sine from 0 to 3, and its tangent at 1, where the sine is {height:.4f} and its slope "
    f"{slope:.4f}, the cosine of 1.",
)
along = torch.linspace(0, 3, 91)
gd.figures.line(fig, along, torch.sin(along), "c3", "sin x", at=2.5)
gd.figures.line(
    fig, [0.1, 2], [height + slope * (t - 1) for t in (0.1, 2)], "measured"
)
gd.figures.dot(fig, 1, height)
gd.figures.label(
    fig, f"slope {slope:.4f}", 1.65, 1.3, "measured", anchor="right"
)
fig

# %% [markdown]
# !!! think "Pause to think"
#     You have a function as a Python program, and a point. You may call the program as often as you
#     like. How do you find the slope there?
#
# ??? predict "Three answers"
#     Work out the derivative on paper. Or call the program at two points close together, and divide
#     the difference by the distance. Or let each operation note, while it computes, how its result
#     would change. The third answer is what torch does, and the rest of this page.
#
# ## An array, first of all
#
# A *tensor* is an array of numbers. It has a *shape*, its number of entries along each axis, and a
# *dtype*, the kind of number in it.

# %%
import math

import torch

import gdinverse as gd

torch.set_printoptions(sci_mode=False)
a = torch.tensor([1.0, 2.0, 3.0])
b = torch.tensor([4.0, 5.0, 6.0])
print(a * 7, tuple(a.shape), a.dtype)
dot = 1 * 4 + 2 * 5 + 3 * 6
print(dot, (a * b).sum().item(), (a @ b).item())
assert dot == (a * b).sum() == a @ b

# %% [markdown]
# The second line is the dot product: by hand, with a sum, and with `@`. With two tables in place of
# two rows, `@` is the matrix product.
#
# In float32, torch's default, two neighboring numbers near one are
# {{= torch.finfo(torch.float32).eps : .1e }} apart: seven digits. In float64 it is sixteen digits. We
# take float32 where we repeat what was done in 2020, and float64 where we want to see what is not
# rounding.
#
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
assert again.equal(first)
assert not second.equal(first)

# %% tags=["figure"]
fig = gd.figures.figure(
    "The same bookmark, the same six numbers",
    x="",
    y="",
    caption="Drawn from one stream: first, second; then first again. Darker is larger.",
    alt="Three grids of six numbers. The first, "
    + ", ".join(f"{x:.2f}" for x in first.flatten())
    + ", and the third are equal.",
)
gd.figures.grids(
    fig, {"seed, first": first, "second": second, "seed again": again}
)
fig

# %% [markdown]
# Drawing goes on where it stopped. Setting the seed goes back to the bookmark, and the same numbers
# come again. So a run can be repeated by anybody, and what looks random twice can be one and the
# same. [In 2020](2020.py#one-bookmark-read-twice) that happened to a matrix and a guess.
#
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

# %% tags=["figure"]
power = y.detach() ** 5
by_power, by_y = x.item(), (5 * y.detach() ** 4).item()
assert power == grad_x
assert by_power * by_y == grad_y
fig = gd.figures.figure(
    f"Two notes on the way back from z to y: {by_power:.0f} times {by_y:,.0f} is {grad_y:,.0f}",
    x="",
    y="",
    log_y=False,
    x_range=(-0.03, 1.12),
    y_range=(-0.2, 1.2),
    caption="Right to left, as backward walks. Beside each line: the slope of its right end by its left.",
    alt=f"z is a product of x and the fifth power of y. Its slope by x is {grad_x:,.0f}, by the power "
    f"{by_power:.0f}; the slope of the power by y is {by_y:,.0f}.",
)
fig.update_xaxes(visible=False).update_yaxes(visible=False)
for left, right in (
    ((0, 1), (1, 0.5)),
    ((0.5, 0), (1, 0.5)),
    ((0, 0), (0.5, 0)),
):
    gd.figures.line(fig, *zip(left, right, strict=True), "floor")
for at, name in (((0, 1), "x = 3"), ((0, 0), "y = 7"), ((0.5, 0), "y⁵")):
    gd.figures.dot(fig, *at)
    gd.figures.label(fig, name, *at, "measured", above=at[1] > 0)
gd.figures.dot(fig, 1, 0.5)
gd.figures.label(fig, "z = x y⁵", 1, 0.62, "measured", anchor="center")
for words, *at in (
    (f"{grad_x:,.0f}", 0.5, 0.8),
    (f"{by_power:.0f}", 0.75, 0.32),
    (f"{by_y:,.0f}", 0.25, 0.03),
):
    gd.figures.label(fig, words, *at, "predicted", anchor="center")
fig

# %% [markdown]
# How does it know? While it computes, each operation leaves a note: a product, a power, an input.
# `backward` walks the notes from the end to the beginning, and multiplies the slope of each step by
# that of the next. That is the chain rule, carried out with numbers. The result arrives in `.grad`:
# {{= grad_x : ,.0f }} and {{= grad_y : ,.0f }}.
#
# ## Gradients add up
#
# ??? predict "Predict first: compute z again and call `z.backward()` once more. What is `x.grad` now?"
#     {{= grad_x : ,.0f }} as before, {{= 2 * grad_x : ,.0f }}, zero, or an error?
#
#     **{{= 2 * grad_x : ,.0f }}**, as the next cell shows. `backward` does not set `.grad`, it *adds*
#     to it.

# %%
z = x * y**5
z.backward()
print(f"x.grad {x.grad:,.0f}   y.grad {y.grad:,.0f}")
assert x.grad == 2 * grad_x
assert y.grad == 2 * grad_y
optimizer = torch.optim.SGD([x], lr=0.1)
optimizer.zero_grad()
print("after zero_grad():", x.grad)

# %% [markdown]
# That is useful: a number that enters a program at several places gets the sum of its slopes, which
# is what the chain rule asks for. But you have to clear `.grad` yourself, or let the *optimizer* do
# it, the object that changes numbers along their gradients. Or multiply the old gradient by `0.9` in
# place of clearing it. That is *momentum*, and [part 2](2-inverse.py) has it in one line. This bite
# and four others have [a page of their own](1b-traps.py).
#
# ## Loops and branches
#
# The notes are taken while the program runs. So a loop is no obstacle, also one that ends by the
# numbers in it. Here is the square root as Heron found it, the mean of $r$ and $a/r$ again and again:


# %%
def root(a):
    r = a
    while (r * r - a).abs() > 1e-12:
        r = (r + a / r) / 2
    return r


a = torch.tensor(2.0, dtype=torch.float64, requires_grad=True)
root(a).backward()
print(f"slope {a.grad:.12f}, on paper 1/(2 √2) = {0.5 / math.sqrt(2):.12f}")
assert abs(a.grad.item() - 0.5 / math.sqrt(2)) < 1e-9

# %% tags=["figure"]
numbers = torch.linspace(0.5, 4, 36, dtype=torch.float64)
numbers[5] = 1  # where the first guess is the root, so that no step is taken
numbers.requires_grad_()
torch.stack([root(number) for number in numbers]).sum().backward()
slopes, at = numbers.grad, numbers.detach()
off = (slopes - 0.5 / at.sqrt()).abs()
idle = int(off.argmax())
assert idle == 5
assert slopes[5] == 1
assert off.sort().values[-2] < 1e-9
fig = gd.figures.figure(
    "The slope of a loop is one half over the root, but where it takes no step",
    x="a",
    y="slope of root(a)",
    log_y=False,
    x_range=(0, 4.1),
    y_range=(0, 1.2),
    caption="Dots: backward through the loop. At 1 the guess is the root: what ran is r = a.",
    alt="Slopes of root at 36 numbers from 0.5 to 4 lie on 1/(2 √a). At 1 the loop is left at once, "
    "and the slope is 1 in place of 0.5.",
)
gd.figures.line(fig, at, 0.5 / at.sqrt(), "predicted", "1/(2 √a)", at=2.6)
gd.figures.dots(fig, at, slopes, "measured")
gd.figures.dot(fig, 1, 1, "failure", "no step taken")
fig

# %% [markdown]
# What is differentiated is the path that was taken, with the branches that were taken. At the very
# place where a branch changes, you get the slope of one side.
#
# Sometimes you want a number to count as a constant. `detach` gives you the same numbers without
# their notes:

# %%
x = torch.tensor(3.0, requires_grad=True)
(x * x).backward()
print("x * x:         ", x.grad.item())
x.grad = None
(x * x.detach()).backward()
print("x * x.detach():", x.grad.item())
assert x.grad == 3

# %% [markdown]
# ## A hundred slopes in one call
#
# Let $y = \sin x$ at 100 points. Each $y$ depends on its own $x$ only, so the slope of the *sum* of
# all $y$ by one $x$ is the slope of one sine. We compare with a cosine that torch has no part in: the
# series $1 - x^2/2! + x^4/4! - \dots$ in exact fractions.

# %%
from fractions import Fraction


def cosine(x, terms=30):
    x, term, total = Fraction(x), Fraction(1), Fraction(1)
    for k in range(1, terms):
        term = -term * x * x / (2 * k * (2 * k - 1))
        total += term
    return float(total)


x = torch.linspace(0, 2 * math.pi, 100, requires_grad=True)
torch.sin(x).sum().backward()
slopes, points = x.grad.clone(), x.detach()
exact = [cosine(t) for t in points.tolist()]
exact = torch.tensor(exact, dtype=torch.float64)
largest = (slopes - exact).abs().max().item()
print(f"largest distance to the cosine: {largest:.1e}")
assert 0 < largest < 6e-8  # half the distance of float32's neighbors

# %% tags=["figure"]
fig = gd.figures.figure(
    f"{len(x)} derivatives in one call, at most {largest:.0e} from the cosine",
    x="x",
    y="sin, its slope, and cos",
    log_y=False,
    x_range=(0, 6.3),
    y_range=(-1.2, 1.35),
    caption="Dots: what backward found for the sine, in float32. Line below them: the cosine's series.",
    alt=f"The sine and the cosine from 0 to 2π. The {len(x)} slopes of the sine that backward "
    f"returned lie on the cosine; the largest distance is {largest:.1e}.",
)
gd.figures.line(fig, points, torch.sin(points), "c3", "sin", at=1.9)
gd.figures.line(fig, points, exact, "predicted", "cos", at=5.6)
gd.figures.dots(fig, points, slopes, "measured")
fig

# %% [markdown]
# The distance is rounding: two float32 numbers near one are
# {{= torch.finfo(torch.float32).eps : .0e }} apart. Torch knows a rule for each operation, and applies
# it to your numbers.
#
# ## Would small differences do?
#
# The second answer of the beginning: call the program at $x + \delta$ and at $x - \delta$, and divide
# the difference by $2\delta$. Make $\delta$ small, and smaller:

# %%
print("δ      float64  float32  x ± δ is x, of 100")
far = {}
for small in (1e-1, 1e-3, 1e-5, 1e-7):
    for dtype in (torch.float64, torch.float32):
        t = points.to(dtype)
        slope = (torch.sin(t + small) - torch.sin(t - small)) / (2 * small)
        far[dtype, small] = (slope - exact).abs().max().item()
    same = ((t + small == t) & (t - small == t)).sum().item()
    wide, narrow = (far[d, small] for d in (torch.float64, torch.float32))
    print(f"{small:.0e}  {wide:.1e}  {narrow:.1e}  {same:18}")
best_difference = min(far[torch.float64, small] for small in (1e-5, 1e-7))
assert far[torch.float64, 1e-7] > 10 * far[torch.float64, 1e-5]
assert same > 50
assert far[torch.float32, 1e-7] > 0.5

# %% tags=["figure"]
tried = [1e-7, 1e-5, 1e-3, 1e-1]
fig = gd.figures.figure(
    f"Small differences: at best {best_difference:.0e}, then worse again",
    x="δ (log scale)",
    y="largest distance to the cosine",
    log_x=True,
    x_range=(5e-8, 0.3),
    y_range=(1e-12, 10),
    caption="A hundred slopes of the sine by differences, in two dtypes.",
    alt="; ".join(
        f"δ = {s:.0e}: {far[torch.float64, s]:.0e} in float64, "
        f"{far[torch.float32, s]:.0e} in float32"
        for s in tried
    ),
)
for kind, role in ((torch.float64, "c1"), (torch.float32, "c2")):
    curve = [far[kind, s] for s in tried]
    gd.figures.line(fig, tried, curve, role, str(kind).split(".")[1])
    gd.figures.dots(fig, tried, curve, role)
fig

# %% [markdown]
# Smaller helps, and then it hurts: two numbers that agree in most digits leave few when you
# subtract them. In float32 with the smallest $\delta$, $x + \delta$ and $x - \delta$ *are* $x$ at
# {{= same }} of the 100 points: the difference is zero, whatever the slope.
#
# Differences also need two calls for each input. `backward` needs one walk for all of them: for a loss
# of {{= series/1b-traps#inputs }} numbers it takes {{= series/1b-traps#back : .0f }} matrix products,
# where the loss alone takes {{= series/1b-traps#one : .0f }} and rules applied
# [one input at a time](1b-traps.py#forward-or-backward) take {{= series/1b-traps#ahead : .0f }}.
#
# !!! claim "What this shows"
#     `backward` adds the slopes of one number to `.grad`, exact but for rounding. What they mean, the
#     loss decides.

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
# elsewhere. The unknowns are the sixteen numbers of $X$, at first all zero. The loss is the mean of the
# squares of $X M - I$. The step itself should leave no notes, so it stands inside `no_grad`.

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

# %% tags=["figure"]
fig = gd.figures.figure(
    "The first gradient is M, mirrored at its diagonal, with a minus",
    x="",
    y="",
    caption="Blue is positive, orange negative. The gradient is drawn 8 times as strong.",
    alt="Three grids of four by four: M, positive; the gradient, its transpose, negative; and the "
    "product X M after one step, positive, largest entry "
    f"{(X @ M).max().item():.2f}.",
)
after_one = (X @ M).detach()
gd.figures.grids(
    fig, {"M": M, "8 × gradient": 8 * X.grad, "X M, 1 step": after_one}
)
fig

# %%
there = torch.linalg.inv(M).requires_grad_()
(there @ M - eye).square().mean().backward()
at_inverse = there.grad.abs().max().item()
curve = gd.rates.predict(gd.Inverse(M).modes(), 1200, lr=0.9, momentum=0.9)
steps = int(gd.rates.first_below(curve.error, 1e-6))
print(
    f"largest slope at the inverse {at_inverse:.0e}, predicted {steps} steps"
)
assert at_inverse < 1e-14

# %% [markdown]
# The first step from nothing points along the transpose of $M$: the gradient is $-M^\top/8$, all
# digits of it. The factor `0.9` in front of it is the *learning rate*, how much of the gradient is
# subtracted. At the inverse no slope is larger than {{= at_inverse : .0e }}, and there you would stop.
# How many steps are in between? With momentum 0.9, {{= steps }}: [this guess and this matrix](../play.md?matrix=random2020&guess=zeros&lr=0.9&momentum=0.9#playground "{{= steps : d }} steps"),
# in your hand.
#
# **What carries over to a network.** All of it. A network's weights are such unknowns, its loss is one
# number, `backward` costs a small multiple of the loss whatever their number, gradients add up until
# you clear them, and the loop of training is the one step above with other data each time.
#
# [Part 2](2-inverse.py) takes the steps, and predicts how many.

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
    "grad_x_twice": 2 * grad_x,
    "largest_distance_to_cos": largest,
    "best_difference": best_difference,
}
