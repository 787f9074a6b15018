"""What a reader passes, and where a call stands: right, or a clear error, and no warning."""

import copy
import pickle
import time

import numpy as np
import pytest
import torch

import gdinverse as gd

A = np.array([[2.0, 1.0], [0.0, 3.0]])
M = gd.matrices.random_2020()
EXACT = torch.tensor([[0.5, -1 / 6], [0.0, 1 / 3]], dtype=torch.float64)


class Frame:
    """What a data frame, or a matrix of an algebra system, offers: no dtype, but an array."""

    def __init__(self, values):
        self.values = values

    def __array__(self, dtype=None, copy=None):
        return np.array(self.values, dtype=dtype or object)


def read_only():
    array = A.copy()
    array.setflags(write=False)
    return array


@pytest.mark.parametrize(
    "given",
    [
        A[::-1][::-1],
        np.asfortranarray(A),
        A.astype(">f8"),
        A.astype(object),
        A.astype(np.int64),
        read_only(),
        Frame(A.tolist()),
        [torch.tensor([2.0, 1.0]).double(), torch.tensor([0.0, 3.0]).double()],
        np.ma.masked_array(A, mask=False),
        np.array([A])[0, ::1],
    ],
    ids=lambda given: type(given).__name__,
)
def test_every_kind_of_array_is_read(given):
    assert (gd.inv(given).value - EXACT).abs().max() < 1e-15


def test_a_flipped_array_is_another_matrix():
    assert torch.allclose(gd.inv(A[::-1]).value, torch.linalg.inv(torch.tensor(A[::-1].copy())))


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (np.ma.masked_array(A, mask=[[0, 1], [0, 0]]), "masked"),
        (A.astype(np.float16), r"astype\('float64'\)"),
        (torch.tensor(A).half(), r"\.float\(\)"),
        ([["1", "2"], ["3", "4"]], "no matrix of numbers"),
        (Frame([["a", "b"], ["c", "d"]]), "no matrix of numbers"),
        (A * 1j, "only real"),
        (torch.tensor(A).to_sparse(), "to_dense"),
    ],
    ids=lambda what: str(what)[:20],
)
def test_what_is_no_matrix_says_so(given, says):
    with pytest.raises(TypeError, match=says):
        gd.inv(given)


@pytest.mark.parametrize("optimizer", [gd.RelativeGradient, torch.optim.SGD])
def test_autocast_does_not_reach_a_run(optimizer):
    with torch.autocast("cpu", dtype=torch.bfloat16):
        result = gd.inv(M.float(), optimizer=optimizer, tolerance=1e-3, max_steps=500)
    assert result.converged
    assert result.value.dtype == torch.float32


@pytest.mark.parametrize("mode", [torch.inference_mode, torch.no_grad])
def test_modes_without_gradients_do_not_reach_a_run(mode):
    with mode():
        for optimizer in (gd.RelativeGradient, torch.optim.SGD, torch.optim.LBFGS):
            assert gd.inv(M, optimizer=optimizer, tolerance=1e-3, max_steps=2000).converged
        made_here = torch.eye(3) * 2
        assert gd.inv(made_here, optimizer=torch.optim.SGD, tolerance=1e-3).converged


def test_the_default_device_may_be_another():
    S = M + M.mT
    with torch.device("meta"):
        for call in (
            lambda: gd.inv(M),
            lambda: gd.inv(torch.ones(3, 3, device="cpu")),
            lambda: gd.inv(M, optimizer=torch.optim.SGD, tolerance=1e-3).prediction.loss,
            lambda: gd.inv(M, optimizer=gd.RelativeGradient, scaled=False).prediction.loss,
            lambda: gd.solve(M, M[0]),
            lambda: gd.lstsq(M[:, :2], M[0]),
            lambda: gd.pinv(M[:2]),
            lambda: gd.svd(M),
            lambda: gd.eigh(S),
        ):
            call()


@pytest.mark.parametrize(
    "call",
    [
        lambda **o: gd.inv(M, **o),
        lambda **o: gd.pinv(M, **o),
        lambda **o: gd.solve(M, M[0], **o),
        lambda **o: gd.lstsq(M, M[0], **o),
        lambda **o: gd.svd(M, **o),
        lambda **o: gd.eigh(M + M.mT, **o),
    ],
)
def test_options_are_heeded_or_refused_everywhere(call):
    for wrong in ({"max_step": 5}, {"lr": 0.1}, {"nonsense": 3}):
        with pytest.raises(TypeError, match=next(iter(wrong))):
            call(**wrong)
    seen = []
    result = call(max_steps=1, callback=lambda *_: seen.append(1))
    assert result.steps <= 1
    assert len(seen) == 2


@pytest.mark.parametrize(
    "guess", [torch.zeros(4, 1), torch.zeros(4, 4), torch.zeros(1), "zero", [[0.0] * 4], None]
)
def test_a_guess_of_another_shape_or_name_is_refused(guess):
    with pytest.raises((ValueError, TypeError), match="guess"):
        gd.solve(M, M[0], optimizer=torch.optim.SGD, guess=guess)


@pytest.mark.parametrize("guess", [[0.0] * 4, np.zeros(4), torch.zeros(4).double(), "zeros"])
def test_a_guess_may_be_whatever_becomes_a_vector(guess):
    result = gd.solve(
        M, M[0], optimizer=torch.optim.SGD, guess=guess, tolerance=1e-3, max_steps=3000
    )
    assert result.converged


def test_a_result_is_no_tuple():
    for result in (gd.svd(M), gd.svd(M.expand(3, 4, 4)), gd.inv(M)):
        with pytest.raises(TypeError, match=r"\.value"):
            _ = [*result]
        with pytest.raises(TypeError, match=r"\.value"):
            list(result)


def test_a_result_survives_being_kept():
    for result in (gd.inv(M), gd.inv(torch.ones(3, 3)), gd.solve(M, M[0]), gd.svd(M)):
        for other in (pickle.loads(pickle.dumps(result)), copy.deepcopy(result)):
            assert other.status is result.status
            assert other.history.loss.equal(result.history.loss)


def test_a_hole_in_a_list_is_not_finite():
    assert gd.inv([[1.0, None], [2.0, 3.0]]).status is gd.Status.not_finite


def test_only_an_optimizer_that_fits_is_taken_for_a_decomposition():
    with pytest.raises(TypeError, match="PenaltySVD"):
        gd.svd(M, optimizer=torch.optim.Adam)


def test_a_matrix_that_is_not_symmetric_is_told_what_its_symmetric_part_would_change():
    with pytest.raises(ValueError, match=r"torch\.linalg\.eigvals.*another matrix"):
        gd.eigh([[0.9, 0.1], [0.5, 0.5]])


def test_two_sides_take_no_matrix_of_size_n_to_the_fourth():
    B = 2 * torch.eye(64).double() + torch.rand(64, 64).double() / 64
    start = time.process_time()
    gd.inv(B, optimizer=torch.optim.SGD, lr=0.5, side="both", max_steps=2)
    assert time.process_time() - start < 5  # 42 s where the map was written out
    with pytest.raises(ValueError, match="diverges here"):
        gd.inv(B, optimizer=torch.optim.SGD, lr=1e5, side="both")


def test_an_lr_that_the_dtype_cannot_hold_is_named():
    for scale in (1e-20, 1e20):
        with pytest.raises(ValueError, match=r"beyond the range of torch\.float32"):
            gd.inv(M.float() * scale, optimizer=torch.optim.SGD, tolerance=1e-3)


def test_true_errors_are_recorded_when_asked_for():
    result = gd.inv(M, optimizer=torch.optim.SGD, lr=0.9, momentum=0.9, guess=M, true_error=True)
    answer = torch.linalg.inv(M)
    assert len(result.history.error) == len(result.history.loss)
    assert torch.isclose(result.history.error[0], (M - answer).norm() / answer.norm(), rtol=1e-9)
    assert gd.inv(M).history.error is None
    assert "error" in result.history.to_dict()
    assert "error" not in gd.inv(M).history.to_dict()
