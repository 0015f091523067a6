"""What a model computes on its way, one operation after the other, whatever its layers are.

Of each result only what no order of its numbers changes is kept: models of two frameworks lay arrays out differently.
"""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from reference.migration.models import Model
from reference.pair import Array

MISSING = (
    "this TensorFlow has no tensorflow.python.framework.op_callbacks, which shows what it computes inside layers: "
    "several mistakes between two layers may be told as unexplained"
)
FEWEST = 8  # numbers in a result that is told from others


@dataclass
class Trail:
    """Results in the order in which they were computed: (operations, 4)."""

    prints: list[Array] = field(default_factory=list)
    # why nothing was noted, where that cannot be
    missing: str = ""

    def note(self, made: Any) -> None:
        """Keep a tensor of either framework, or the first of several; what is no array of numbers is left out."""
        while isinstance(made, tuple | list) and made:
            made = made[0]
        if (found := _print(made)) is not None:
            self.prints.append(found)

    def reached(self, made: Any, limit: float) -> int:
        """The last operation that gave these numbers in any order, up to `limit` of their size; -1 for none."""
        found = _print(made)
        if found is None or not self.prints:
            return -1
        prints = np.array(self.prints)
        scale = np.array([1.0, found[1], found[2], found[1]])
        near = np.all(np.abs(prints - found) <= limit * scale, axis=1)
        return int(np.flatnonzero(near)[-1]) if near.any() else -1


def _print(made: Any) -> Array | None:
    """The number of numbers, the sums of their sizes and squares, their sum."""
    if not hasattr(made, "shape") or not hasattr(made, "dtype") or "float" not in str(made.dtype):
        return None
    x = np.asarray(made.detach().cpu().double() if hasattr(made, "detach") else made, np.float64)
    with np.errstate(all="ignore"):
        found = np.array([x.size, np.abs(x).sum(), np.square(x).sum(), x.sum()])
    return found if x.size >= FEWEST and np.ptp(x) > 0 and np.isfinite(found).all() else None


@contextlib.contextmanager
def followed(model: Model) -> Iterator[Trail]:
    """Inside, what is computed by the framework of a model is noted."""
    trail = Trail()
    with {"torch": _in_torch, "keras": _in_keras}.get(model.framework, contextlib.nullcontext)(trail):
        yield trail


def _in_torch(trail: Trail) -> Any:
    from torch.overrides import TorchFunctionMode

    class Follow(TorchFunctionMode):
        def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
            made = func(*args, **(kwargs or {}))
            trail.note(made)
            return made

    return Follow()


@contextlib.contextmanager
def _in_keras(trail: Trail) -> Iterator[None]:
    """By a hook of TensorFlow's for its debugger, which is not public. Nothing public shows as much: the graph of a
    function hides what loops compute, and layers and `keras.ops` hide what they are made of."""
    try:
        from tensorflow.python.framework import op_callbacks
    except ImportError:
        trail.missing = MISSING
        yield
        return

    def see(op_type: Any, inputs: Any, attrs: Any, outputs: Any, op_name: Any = None, graph: Any = None) -> None:
        if graph is None:  # a function that is traced computes no numbers
            trail.note(outputs)

    op_callbacks.add_op_callback(see)
    try:
        yield
    finally:
        op_callbacks.remove_op_callback(see)
