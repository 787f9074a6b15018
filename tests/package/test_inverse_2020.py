"""The runs of 2020, repeated."""

import pytest
import torch

import gdinverse as gd

STORED = gd.losses_2020()
MATRICES = {"random": gd.matrices.random_2020, "diagonal": gd.matrices.diagonal_2020}


def farthest(name, losses, last):
    """The largest relative difference to the stored losses up to a step."""
    steps, stored = STORED[f"inverse/{name}"]
    early = steps <= last
    assert early.sum() > 50
    losses = torch.as_tensor(losses).double()
    return (losses[steps[early]] / stored[early] - 1).abs().max()


def loop_of_2020(M, X, steps):
    """Descent with the accumulated gradient scaled in place, in float32."""
    X = X.clone().requires_grad_()
    losses = []
    for _ in range(steps + 1):
        loss = (X @ M - torch.eye(4)).square().mean()
        loss.backward()
        losses.append(loss.item())
        with torch.no_grad():
            X -= 0.9 * X.grad
            X.grad *= 0.9
    return losses


@pytest.mark.parametrize(
    ("name", "last", "within"), [("random", 100, 5e-6), ("diagonal", 200, 1e-6)]
)
def test_the_loop_of_2020_gives_the_losses_of_2020(name, last, within):
    M, guess = MATRICES[name](torch.float32), gd.matrices.random_2020(torch.float32)
    assert farthest(name, loop_of_2020(M, guess, last), last) < within


@pytest.mark.parametrize(
    ("name", "last", "within"), [("random", 100, 5e-6), ("diagonal", 60, 1e-6)]
)
def test_inv_gives_the_losses_of_2020(name, last, within):
    """torch's SGD rounds once where the loop of 2020 rounds twice, which the dips amplify."""
    M, guess = MATRICES[name](torch.float32), gd.matrices.random_2020(torch.float32)
    result = gd.inv(
        M, optimizer=torch.optim.SGD, lr=0.9, momentum=0.9, max_steps=10_000, guess=guess
    )
    assert farthest(name, result.history.loss, last) < within


@pytest.mark.parametrize("name", ["random", "diagonal"])
def test_inv_in_float64_agrees_with_2020_where_the_loss_does_not_dip(name):
    M, guess = MATRICES[name](), gd.matrices.random_2020()
    result = gd.inv(M, optimizer=torch.optim.SGD, lr=0.9, momentum=0.9, guess=guess)
    steps, stored = STORED[f"inverse/{name}"]
    early = steps <= 200
    apart = result.history.loss[steps[early]].sqrt() - stored[early].sqrt()
    assert apart.abs().max() < 2e-6


def test_the_matrices_of_2020_are_the_ones_of_2020():
    M = gd.matrices.random_2020()
    assert abs(M[0, 0] - 0.719635) < 1e-6
    assert torch.rand(4, 4, generator=torch.manual_seed(314)).double().equal(M)
