"""Every wrong input gets a sentence that says what was seen and what to do, or just works."""

import numpy as np
import pytest
import torch

import gdinverse as gd

M = gd.matrices.random_2020()


@pytest.mark.parametrize(
    "given",
    [[[1, 2], [3, 4]], torch.tensor([[1, 2], [3, 4]]), np.array([[1.0, 2.0], [3.0, 4.0]])],
    ids=["list", "integers", "array"],
)
def test_lists_integers_and_arrays_work(given):
    result = gd.inv(given)
    assert result.converged
    assert result.value.dtype == torch.float64
    assert torch.allclose(result.value, torch.tensor([[-2.0, 1.0], [1.5, -0.5]]).double())


def test_a_matrix_that_requires_grad_leaks_nothing_into_the_result():
    result = gd.inv(M.clone().requires_grad_())
    assert result.converged
    assert not result.value.requires_grad
    assert not result.history.loss.requires_grad


def test_a_column_major_matrix_works_with_every_optimizer():
    for optimizer in (torch.optim.LBFGS, torch.optim.SGD, gd.RelativeGradient):
        result = gd.inv(M.mT, optimizer=optimizer, guess=M.mT, max_steps=3)
        assert result.value.is_contiguous()


def test_nan_and_infinity_have_a_status_of_their_own():
    for bad in (float("nan"), float("inf")):
        result = gd.inv([[1.0, bad], [0.0, 1.0]])
        assert result.status is gd.Status.not_finite
        assert result.steps == 0


SGD = {"optimizer": torch.optim.SGD}


@pytest.mark.parametrize(
    ("call", "error", "says"),
    [
        (lambda: gd.inv(M * 1j), TypeError, "complex128.*real matrices"),
        (lambda: gd.inv(M.to_sparse()), TypeError, r"sparse.*to_dense\(\)"),
        (lambda: gd.inv(M.half()), TypeError, r"float16.*M.float\(\)"),
        (lambda: gd.inv("M"), TypeError, "no matrix of numbers"),
        (lambda: gd.inv([1.0, 2.0]), ValueError, r"shape \(2,\)"),
        (lambda: gd.inv(torch.zeros(0, 0)), ValueError, r"empty, of shape \(0, 0\)"),
        (lambda: gd.inv(M[:3]), ValueError, "3×4.*pseudo-inverse"),
        (lambda: gd.inv(M, side="top"), ValueError, "side='top'.*'left'"),
        (lambda: gd.inv(M, side="both"), TypeError, "needs deviation.*works on.*torch.optim.SGD"),
        (lambda: gd.inv(M, guess="ones"), ValueError, "guess='ones'.*'zeros'"),
        (lambda: gd.inv(M, guess=M.float()), ValueError, "float32 .*float64"),
        (lambda: gd.inv(M, guess=M[:3]), ValueError, r"\(3, 4\).*\(4, 4\)"),
        (lambda: gd.inv(M, optimizer="SGD"), TypeError, "pass the class"),
        (lambda: gd.inv(M, optimizer=torch.optim.SGD([M.clone()])), TypeError, "pass the class"),
        (lambda: gd.inv(M, lr=0.1), TypeError, "takes scaled or schedule, and got lr"),
        (lambda: gd.inv(M, optimizer=gd.ConjugateGradient, lr=1), TypeError, "no options"),
        (
            lambda: gd.inv(M, lr=12.0, momentum=0.9, **SGD),
            ValueError,
            "12.0 diverges.*7.217.*lr=None",
        ),
        (lambda: gd.inv(M, lr=0.1, nonsense=1, **SGD), TypeError, "nonsense"),
        (lambda: gd.inv(M, tolerance=-1.0), ValueError, "must not be negative"),
        (lambda: gd.inv(M, tolerance=float("nan")), ValueError, "must not be negative"),
        (lambda: gd.inv(M, max_steps=-1), ValueError, "must not be negative"),
        (lambda: gd.inv(M.expand(2, 4, 4), optimizer=torch.optim.LBFGS), ValueError, "per matrix"),
        (lambda: gd.solve(M, [1.0, 2.0]), ValueError, r"\(2, 1\).*equally many rows"),
        (lambda: gd.solve(M[:3], [1.0] * 3), ValueError, "3×4"),
        (lambda: gd.solve(M.float(), torch.ones(4).double()), ValueError, "one dtype"),
        (lambda: gd.minimize(gd.Inverse(M), gd.RelativeGradient, lr=1), TypeError, "scaled"),
        (
            lambda: gd.minimize(gd.PenaltySVD(M), gd.ConjugateGradient),
            TypeError,
            "needs map.*works on .*Inverse.*LinearSystem.*torch.optim.SGD",
        ),
        (lambda: bool(gd.inv(M)), TypeError, "result.converged"),
        (lambda: gd.inv(M)[0], IndexError, "not of a batch"),
    ],
)
def test_misuse_is_named(call, error, says):
    with pytest.raises(error, match=says):
        call()


def test_a_generator_on_another_device_is_named():
    with pytest.raises(ValueError, match="generator is on cpu, the matrix on meta"):
        gd.Inverse(M.to("meta"), guess="random", generator=torch.Generator())


def test_above_the_limit_minimize_lets_you_watch():
    result = gd.minimize(gd.Inverse(M), torch.optim.SGD, lr=12.0, momentum=0.9)
    assert result.status is gd.Status.diverged
    assert "limit" in str(result.status)


def test_exported_names_are_there_once_each():
    assert len(gd.__all__) == len(set(gd.__all__))
    assert all(hasattr(gd, name) for name in gd.__all__)
