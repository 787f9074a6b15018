"""Where a call stands: what autocast, TF32 and other modes around it must not change."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import backends, nn


@contextmanager
def undisturbed(problem: Any) -> Iterator[None]:
    """Keep what lowers precision, inference mode and a default device of another kind away."""
    device = next(problem.parameters()).device
    with torch.inference_mode(False), full_precision(device):
        _thaw(problem)
        if torch.get_default_device().type == device.type:
            yield
        else:
            with torch.device(device):
                yield


@contextmanager
def full_precision(device: torch.device) -> Iterator[None]:
    """Give products of float32 the digits of float32: no autocast, no TF32, no bfloat16.

    What a loss says of an error counts the rounding of its dtype. A GPU that keeps 11 bits of each
    factor (TF32) rounds more. Torch has one such setting for all threads.
    """
    with torch.autocast(device.type, enabled=False):
        places, legacy = _places(), _legacy()
        before = [place.fp32_precision for place in places]
        if legacy == "highest" and not {"tf32", "bf16"} & set(before):
            yield
            return
        torch.set_float32_matmul_precision("highest")
        try:
            yield
        finally:
            torch.set_float32_matmul_precision(legacy)
            for place, precision in zip(places, before, strict=True):
                place.fp32_precision = precision


def _places() -> list[Any]:
    """Where torch, from 2.9 on, keeps a setting for each backend."""
    products = (getattr(kind, "matmul", None) for kind in (backends.cuda, backends.mkldnn))
    return [place for place in products if hasattr(place, "fp32_precision")]


def _legacy() -> str:
    """The one setting of before; torch refuses to name it where a newer one overrules it."""
    try:
        return torch.get_float32_matmul_precision()
    except RuntimeError:
        return "highest"


def _thaw(problem: nn.Module) -> None:
    """Give back a problem that was made in inference mode what descent needs."""
    for name, parameter in list(problem.named_parameters(recurse=False)):
        if parameter.is_inference():
            setattr(problem, name, nn.Parameter(parameter.detach().clone()))
    for name, buffer in list(problem.named_buffers(recurse=False)):
        if buffer.is_inference():
            setattr(problem, name, buffer.clone())
