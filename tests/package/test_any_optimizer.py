"""Whatever torch calls an optimizer fits: closures, modes, graphs, schedules, halts."""

import pytest
import torch

import gdinverse as gd

D, M = gd.matrices.diagonal_2020(), gd.matrices.random_2020()
SGD = torch.optim.SGD


class Plain(torch.optim.Optimizer):
    """Gradient descent, the base of the others."""

    def __init__(self, params, lr=0.5, **more):
        super().__init__(params, {"lr": lr, **more})

    @property
    def X(self):  # noqa: N802
        return self.param_groups[0]["params"][0]

    @torch.no_grad()
    def move(self):
        self.X.sub_(self.param_groups[0]["lr"] * self.X.grad)


class WithoutClosure(Plain):
    def step(self):
        self.move()


class Sharp(Plain):
    """Climb a little, ask for the gradient there, go back, and descend by that gradient."""

    def step(self, closure):
        with torch.no_grad():
            climb = 1e-2 * self.X.grad / (self.X.grad.norm() + 1e-12)
            self.X.add_(climb)
        closure()
        with torch.no_grad():
            self.X.sub_(climb)
        self.move()


class Averaged(Plain):
    """Moves one point and shows another, the average, as schedule-free methods do."""

    mode = "train"

    def train(self):
        if self.mode == "eval":
            self.X.data.copy_(self.moving)
        self.mode = "train"

    def eval(self):
        if self.mode == "train":
            self.moving = self.X.detach().clone()
            self.average = torch.lerp(getattr(self, "average", self.moving), self.moving, 0.5)
            self.X.data.copy_(self.average)
        self.mode = "eval"

    def step(self):
        if self.mode != "train":
            raise RuntimeError("call train() first")
        self.move()


class Curved(Plain):
    """Divides by a second derivative of its own making."""

    def step(self):
        (h,) = torch.autograd.grad(self.X.grad.sum(), self.X)
        with torch.no_grad():
            self.X.sub_(0.3 * self.X.grad / h.abs())


class Halts(Plain):
    """Takes ten steps and no more."""

    taken = 0

    def step(self):
        self.taken += 1
        if self.taken <= 10:
            self.move()


@pytest.mark.parametrize("kind", [WithoutClosure, Sharp, Averaged, Curved])
def test_an_optimizer_that_asks_for_more_gets_it(kind):
    result = gd.inv(D, optimizer=kind, tolerance=1e-2, max_steps=2000)
    assert result.converged, result


def test_a_closure_is_evaluated_where_the_optimizer_stands():
    """The second gradient is that of the point climbed to, not the one already known."""
    seen = []

    class Spy(Sharp):
        def step(self, closure):
            before = self.X.grad.clone()
            super().step(closure)
            seen.append(not torch.equal(before, self.X.grad))

    gd.inv(M, optimizer=Spy, max_steps=3)
    assert all(seen)


def test_what_is_shown_is_what_is_judged():
    """Between steps the averaged point stands in the problem, and its loss in the history."""
    problem, losses = gd.Inverse(D), []
    result = gd.minimize(
        problem, Averaged, max_steps=5, callback=lambda step, p: losses.append(p().item())
    )
    assert result.history.loss.tolist() == losses


def test_an_optimizer_that_no_longer_moves_stops_with_a_word():
    result = gd.inv(D, optimizer=Halts, max_steps=5000)
    assert result.status is gd.Status.stalled
    assert result.steps < 100
    assert "no longer moves" in str(result.status)
    settled = gd.inv(M, optimizer=torch.optim.LBFGS, max_steps=600)
    assert settled.steps < 200
    assert settled.status in (gd.Status.stalled, gd.Status.floor, gd.Status.converged)


def test_a_slow_optimizer_is_not_taken_for_one_that_stands():
    result = gd.inv(D, optimizer=SGD, lr=1e-9, max_steps=100)
    assert result.status is gd.Status.out_of_steps


def test_a_callback_may_keep_a_scheduler():
    schedulers = {}

    def halve(step, problem, optimizer):
        if not step:
            schedulers["it"] = torch.optim.lr_scheduler.StepLR(optimizer, 10, gamma=0.5)
        else:
            schedulers["it"].step()

    halved = gd.inv(D, optimizer=SGD, lr=0.5, max_steps=40, callback=halve)
    constant = gd.inv(D, optimizer=SGD, lr=0.5, max_steps=40)
    assert halved.history.loss[-1] > constant.history.loss[-1]
    assert halved.prediction is None
    assert constant.prediction is not None


def test_optimizers_that_mix_a_batch_are_refused_and_all_others_keep_it_apart():
    batch = torch.stack([D, M])
    for name in torch.optim.__all__ if hasattr(torch.optim, "__all__") else dir(torch.optim):
        kind = getattr(torch.optim, name)
        takes = isinstance(kind, type) and issubclass(kind, torch.optim.Optimizer)
        if not takes or kind in (torch.optim.Optimizer, torch.optim.SparseAdam):
            continue  # sparse gradients are not ours
        if name in ("LBFGS", "Adafactor", "Muon"):
            with pytest.raises(ValueError, match=r"once per matrix|2D"):
                gd.inv(batch, optimizer=kind, lr=0.01, max_steps=5)
            continue
        together = gd.inv(batch, optimizer=kind, lr=0.01, max_steps=5)
        for matrix, of_batch in zip(batch, together.value, strict=True):
            alone = gd.inv(matrix, optimizer=kind, lr=0.01, max_steps=5).value
            assert torch.allclose(alone, of_batch, rtol=1e-9, atol=1e-12), name


@pytest.mark.parametrize(
    "options",
    [
        {"momentum": 0.0},
        {"momentum": 0.5},
        {"nesterov": True},
        {"nesterov": True, "momentum": 0.9},
        {"momentum": 0.9, "dampening": 0.9},
        {"momentum": 0.9, "dampening": 0.5, "weight_decay": 1e-8},
        {"weight_decay": 0.1},
    ],
    ids=str,
)
def test_without_an_lr_nothing_diverges(options):
    result = gd.inv(M, optimizer=SGD, tolerance=1e-3, max_steps=2000, **options)
    assert result.status is not gd.Status.diverged
    if "weight_decay" not in options:
        assert result.converged or options == {"momentum": 0.0}


@pytest.mark.parametrize(
    "options",
    [
        {"momentum": 0.9},
        {"momentum": 0.9, "dampening": 0.9},
        {"momentum": 0.9, "nesterov": True},
        {"weight_decay": 0.5, "momentum": 0.5},
        {},
    ],
    ids=str,
)
def test_the_limit_is_where_it_says(options):
    h = gd.Inverse(M).modes().curvature
    limit = gd.rates.lr_limit(h, **options)
    with pytest.raises(ValueError, match="diverges here"):
        gd.inv(M, optimizer=SGD, lr=1.001 * limit, **options)
    runs = {}
    for share in (0.98, 1.02):
        losses = gd.minimize(
            gd.Inverse(M), SGD, lr=share * limit, max_steps=1500, tolerance=0, **options
        ).history.loss
        runs[share] = float(losses[-1] / losses[0])
    assert runs[0.98] < 5
    assert runs[1.02] > 1e3


def test_dampened_runs_are_predicted():
    result = gd.inv(M, optimizer=SGD, lr=20.0, momentum=0.9, dampening=0.9, tolerance=1e-6)
    assert result.converged
    assert result.steps == result.prediction.steps


@pytest.mark.parametrize(
    ("options", "word"),
    [
        ({"lr": 0.9, "maximize": True}, "maximize"),
        ({"lr": float("nan")}, "nan"),
        ({"lr": 0.9, "momentum": 1.5}, "momentum"),
        ({"lr": 0.9, "momentum": 1.0}, "momentum"),
    ],
    ids=str,
)
def test_a_cause_is_named_before_the_first_step(options, word):
    with pytest.raises(ValueError, match=word):
        gd.inv(M, optimizer=SGD, **options)


def test_an_lr_may_be_a_tensor():
    for lr in (torch.tensor(0.9), torch.tensor([0.9])):
        result = gd.inv(M, optimizer=SGD, lr=lr, momentum=0.9, tolerance=1e-6)
        assert result.steps == result.prediction.steps
