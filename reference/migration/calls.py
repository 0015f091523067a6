"""The functions that a PyTorch module calls as it runs, and other ones in their place.

Only what a gradient runs through is looked at. A call is known by its number, which stays when another is replaced:
what is computed in its place is not counted.
"""

import contextlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

# what is computed in the place of a call: from the tensor that it gives (where it runs at all) and all before it
Instead = Callable[["Call", "Made"], Any]


@dataclass(frozen=True)
class Call:
    """A call of a function: its number (-1, -2 of the module's inputs), the function's name, and how it is called."""

    number: int
    name: str
    func: Any
    args: tuple[Any, ...]
    kwargs: Mapping[str, Any]

    def again(self) -> Any:
        """What it gives."""
        return self.func(*self.args, **self.kwargs)

    def tensors(self) -> list[Any]:
        """What it is called with, lists and tuples too, as far as that has a shape."""
        found = [*self.args, *self.kwargs.values()]
        within = [x for each in found if isinstance(each, tuple | list) for x in each]
        return [x for x in (*found, *within) if hasattr(x, "requires_grad")]

    def given(self, *names: str) -> dict[str, Any]:
        """Its arguments by name; `names` are those of the first ones."""
        return dict(zip(names, self.args, strict=False)) | dict(self.kwargs)


@dataclass
class Made:
    """The inputs of a module and what its calls have given so far, by number; `layers` has what was called between."""

    inputs: list[Any] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    given: list[Any] = field(default_factory=list)
    # a layer, its first call's number, and that of the one after its last
    layers: list[tuple[Any, int, int]] = field(default_factory=list)


@contextlib.contextmanager
def watched(
    root: Any,
    layers: Sequence[Any],
    instead: Mapping[int, Instead] | None = None,
    note: Callable[[int, Any], None] = lambda number, made: None,
) -> Any:
    """Keep what `root` calls as it runs; `layers` are told apart. Yields what it last made, once it has run.

    `note` is given what every call gives, as it is then: a later call may change it in place.
    """
    import torch
    from torch.overrides import TorchFunctionMode

    made, changes = Made(), dict(instead or {})

    class Watch(TorchFunctionMode):
        def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
            kwargs = kwargs or {}
            call = Call(len(made.calls), getattr(func, "__name__", ""), func, tuple(args), kwargs)
            if call.name in SILENT or not torch.is_grad_enabled() or not any(map(_carries, call.tensors())):
                return call.again()
            made.calls.append(call)
            made.given.append(None)
            out = changes[call.number](call, made) if call.number in changes else call.again()
            made.given[call.number] = first(out)
            note(call.number, first(out))
            return out

    starts: dict[int, list[int]] = {}

    def before(layer: Any, given: Any) -> None:
        starts.setdefault(id(layer), []).append(len(made.calls))

    def after(layer: Any, given: Any, out: Any) -> None:
        made.layers.append((layer, starts[id(layer)].pop(), len(made.calls)))

    handles = [layer.register_forward_pre_hook(before) for layer in layers]
    handles += [layer.register_forward_hook(after) for layer in layers]
    own, forward = vars(root).get("forward"), root.forward

    def inside(*args: Any, **kwargs: Any) -> Any:
        vars(made).update(vars(Made(inputs=list(args))))
        with Watch():
            for i in range(-1, -1 - len(args), -1):
                if i in changes:
                    made.inputs[-1 - i] = changes[i](of_input(i, made), made)
                note(i, made.inputs[-1 - i])
            return forward(*made.inputs, **kwargs)

    root.forward = inside
    try:
        yield made
    finally:
        for handle in handles:
            handle.remove()
        if own is None:
            del root.forward
        else:
            root.forward = own


# what computes nothing: attributes, sizes, and what is read of a tensor as it is recorded
SILENT = {"__get__", "size", "dim", "detach", "numel", "stride", "is_floating_point", "requires_grad_", "__len__"}


def of_input(number: int, made: Made) -> Call:
    """An input of the module as if a call gave it: -1 is the first."""
    return Call(number, "input", lambda: made.inputs[-1 - number], (), {})


def _carries(tensor: Any) -> bool:
    return bool(tensor.requires_grad)


def first(out: Any) -> Any:
    """A tensor, or the first of several."""
    return out[0] if isinstance(out, tuple) and out else out
