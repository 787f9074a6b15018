"""A device that is not there: tensors that say they are on it, and refuse those that are not.

It computes on the CPU, and keeps a GPU's rules: tensors of two devices do not meet, unless one is a
single number; an index may come from the CPU; nothing becomes an array of NumPy by itself.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from typing import Any
from unittest import mock

import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode

DEVICE = torch.device("meta")
INDEXING = (torch.ops.aten.index.Tensor, torch.ops.aten.index_put_.default)
COPYING = (torch.ops.aten.copy_.default, torch.ops.aten._to_copy.default)


class Remote(Tensor):
    """A tensor of the CPU under another name."""

    near: Tensor

    @staticmethod
    def __new__(cls, near: Tensor) -> "Remote":
        made = Tensor._make_wrapper_subclass(
            cls, near.shape, near.stride(), near.storage_offset(), dtype=near.dtype, device=DEVICE
        )
        made.near = near
        return made

    def __repr__(self) -> str:  # type: ignore[override]
        return f"Remote({self.near!r})"

    def numpy(self, *_: Any, **__: Any) -> Any:
        raise TypeError("can't convert a tensor of another device to numpy: use .cpu() first")

    __array__ = numpy

    def item(self) -> Any:
        return self.near.item()

    def tolist(self) -> Any:
        return self.near.tolist()

    def __bool__(self) -> bool:
        return bool(self.near)

    def __float__(self) -> float:
        return float(self.near)

    def __int__(self) -> int:
        return int(self.near)

    __index__ = __int__

    @classmethod
    def __torch_dispatch__(
        cls, func: Any, types: Any, args: Any = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        return dispatched(func, args, kwargs or {})


class _Made(TorchDispatchMode):
    """Tensors can be made on the device."""

    def __torch_dispatch__(
        self, func: Any, types: Any, args: Any = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        return dispatched(func, args, kwargs or {})


class _FromNumbers(TorchFunctionMode):
    """Numbers of Python become tensors on the device, which no dispatch sees."""

    def __torch_function__(
        self, func: Any, types: Any, args: Any = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        kwargs = kwargs or {}
        if func in (torch.tensor, torch.as_tensor) and kwargs.get("device") == DEVICE:
            return func(*args, **kwargs | {"device": "cpu"}).to(DEVICE)
        return func(*args, **kwargs)


@contextmanager
def elsewhere() -> Iterator[None]:
    """While it is on, there is such a device; torch knows no autocast there."""
    no_autocast = mock.patch("torch.autocast", return_value=nullcontext())
    with _Made(), _FromNumbers(), no_autocast:
        yield


def dispatched(func: Any, args: Any, kwargs: dict[str, Any]) -> Any:
    """The result of an operation, on the device that a GPU would leave it on."""
    tensors: list[Tensor] = []

    def near(tensor: Tensor) -> Tensor:
        tensors.append(tensor)
        return tensor.near if isinstance(tensor, Remote) else tensor

    near_args, near_kwargs = _mapped(near, args), _mapped(near, kwargs)
    far = any(isinstance(t, Remote) for t in tensors)
    asked = kwargs.get("device")
    if asked is not None:
        far = torch.device(asked).type == DEVICE.type
        near_kwargs |= {"device": torch.device("cpu")} if far else {}
    _refuse(func, args, tensors)
    with torch._C.DisableTorchFunctionSubclass():
        result = func(*near_args, **near_kwargs)
    if func.__name__ == "_local_scalar_dense.default" or not far:
        return result
    same = {id(t.near): t for t in tensors if isinstance(t, Remote)}  # what was changed in place
    return _mapped(lambda t: same[id(t)] if id(t) in same else Remote(t), result)


def _mapped(change: Callable[[Tensor], Tensor], value: Any) -> Any:
    """Change each tensor that an operation takes or gives; torch's own way is far slower."""
    if isinstance(value, Tensor):
        return change(value)
    if isinstance(value, tuple | list):
        return type(value)([_mapped(change, one) for one in value])
    if isinstance(value, dict):
        return {name: _mapped(change, one) for name, one in value.items()}
    return value


def _refuse(func: Any, args: Any, tensors: list[Tensor]) -> None:
    if func in COPYING:
        return
    if func in INDEXING:
        tensors = [t for t in (args[0], *args[2:]) if isinstance(t, Tensor)]
    kinds = {isinstance(t, Remote) for t in tensors if t.dim()}
    if len(kinds) > 1:
        raise RuntimeError(f"{func}: expected all tensors to be on the same device")
