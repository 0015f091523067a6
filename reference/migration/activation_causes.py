"""Another activation behind a layer, as a repair: PyTorch's model is given the other's."""

import contextlib
from collections.abc import Callable
from typing import Any

import numpy as np

from reference.migration.calls import watched
from reference.migration.difference import factor_and_offset, run_once
from reference.migration.models import Model
from reference.migration.models.own import Own
from reference.migration.moves import Unit
from reference.migration.pairing import Cause, Finder, Pairing, Undo

# by the names of PyTorch's functions and methods; what is no activation is never taken for one
ACTIVATIONS = {
    *("relu", "relu_", "relu6", "leaky_relu", "prelu", "elu", "elu_", "selu", "celu", "gelu", "silu", "mish"),
    *("tanh", "tanh_", "sigmoid", "sigmoid_", "softplus", "softsign", "hardtanh", "hardswish", "hardsigmoid"),
    *("logsigmoid", "tanhshrink", "hardshrink", "softshrink", "threshold", "softmax", "log_softmax", "exp", "sin"),
}
Applied = tuple[str, Callable[[Any], Any]]


def activation(pairing: Pairing, unit: int) -> tuple[Cause, Undo] | None:
    """Another activation behind a layer, or none where the other model has one."""
    move = pairing.moves[unit]
    units = (move.source, move.target)
    torch_side = next((i for i in (1, 0) if units[i].model.framework == "torch"), None)
    # a recurrent layer has its activations inside
    if torch_side is None or any(isinstance(u.layer, list | Own) or _recurs(u.layer) for u in units):
        return None
    mine = _of_torch(units[torch_side], pairing)
    other = units[1 - torch_side]
    theirs = {"torch": lambda: _of_torch(other, pairing), "keras": lambda: _of_keras(other, pairing, 1 - torch_side)}
    found = theirs.get(other.model.framework, lambda: None)()
    if mine is None or found is None or mine[0] == found[0] == "none":
        return None
    first, second = (found, mine) if torch_side else (mine, found)
    text = f"behind {move.target}: B computes {second[0]}, A {first[0]}"
    return Cause("activation", text, move.target.name), _replaced(units[torch_side], found[1], mine[0] == "none")


def of_model(pairing: Pairing, side: int) -> dict[str, Callable[[Any], Any]]:
    """The activations that a model has, with their own slopes and the like, as functions of PyTorch's tensors."""
    model, found = (pairing.a, pairing.b)[side], dict[str, Callable[[Any], Any]]()
    if model.framework == "keras":
        for _, layer in model.leaves():
            own = getattr(layer, "activation", None)
            if "layers.activations" in type(layer).__module__ and not layer.weights:
                found[_words(layer)] = through_keras(layer, model)
            elif own is not None and not _recurs(layer) and getattr(own, "__name__", "linear") != "linear":
                found[own.__name__] = through_keras(own, model)
    if model.framework == "torch":
        with watched(model.model, []) as made:
            run_once(model, pairing.inputs, pairing.layout)
        calls = [call for call in made.calls if call.name in ACTIVATIONS and len(call.tensors()) == 1]
        found |= dict(_applied(call.func, call.args[1:], call.kwargs) for call in calls)
    return found


def _applied(func: Any, args: Any, kwargs: Any) -> Applied:
    """A call of an activation in words, and as a function of what it is called with first."""
    more = {k: v for k, v in kwargs.items() if k not in ("input", "inplace", "_stacklevel", "dtype")}
    told = ", ".join([*(f"{v}" for v in args if v is not False), *(f"{k}={v!r}" for k, v in more.items())])
    return f"{func.__name__}({told})" if told else func.__name__, lambda y: func(y, *args, **more)


def _recurs(layer: Any) -> bool:
    return any(hasattr(layer, name) for name in ("cell", "forward_layer", "hidden_size"))


def _mode(layer: Any, act: Callable[[Any, Any, Any, Any], Any]) -> Any:
    """A mode in which `act(func, x, args, kwargs)` stands for the first activation of what `layer` gives."""
    from torch.overrides import TorchFunctionMode

    class OfLayer(TorchFunctionMode):
        def __init__(self) -> None:
            super().__init__()
            self.given: list[Any] = []

        def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
            kwargs = kwargs or {}
            name = getattr(func, "__name__", "")
            x = kwargs.get("input", args[0] if args else None)
            if name in ACTIVATIONS and any(x is y for y in self.given):
                self.given = [y for y in self.given if y is not x]
                return act(func, x, args[1:], kwargs)
            return func(*args, **kwargs)

    mode = OfLayer()
    handle = layer.register_forward_hook(lambda module, given, made: mode.given.append(made))
    return mode, handle


def _of_torch(unit: Unit, pairing: Pairing) -> Applied | None:
    """What PyTorch's model does to the output of a layer, in words and as a function."""
    from reference.migration import examples

    calls: list[Applied] = []

    def note(func: Any, x: Any, args: Any, kwargs: Any) -> Any:
        calls.append(_applied(func, args, kwargs))
        return func(x, *args, **{k: v for k, v in kwargs.items() if k != "input"})

    mode, handle = _mode(unit.layer, note)
    try:
        with mode:
            unit.model.run(examples.for_model(unit.model, pairing.inputs, pairing.layout))
    finally:
        handle.remove()
    return calls[0] if calls else ("none", lambda y: y)


def _of_keras(unit: Unit, pairing: Pairing, side: int) -> Applied | None:
    """The same of Keras' model, as a function of PyTorch's tensors."""
    layer = unit.layer
    own = getattr(layer, "activation", None)
    if own is not None and getattr(own, "__name__", "") not in ("linear", ""):
        return own.__name__, through_keras(own, unit.model, getattr(unit.layer, "kernel_size", None) is not None)
    steps = pairing.runs[side].steps
    at = next((i for i, step in enumerate(steps) if step.name == unit.name), None)
    if at is None:
        return None
    for step in steps[at + 1 :]:
        kind = type(step.layer)
        if step.inputs and step.inputs[0].shape == steps[at].y.shape and np.array_equal(step.inputs[0], steps[at].y):
            # a number that is multiplied by is no activation
            scales = factor_and_offset(step.inputs[0], step.y, pairing.limit) is not None
            if "layers.activations" in kind.__module__ or (kind.__name__ == "Lambda" and not scales):
                images = getattr(unit.layer, "kernel_size", None) is not None
                return _words(step.layer), through_keras(step.layer, unit.model, images)
            break
    return "none", lambda y: y


def _words(layer: Any) -> str:
    if hasattr(layer, "activation"):
        return str(layer.activation.__name__)
    config = layer.get_config().items()
    given = {k: v for k, v in config if isinstance(v, float | int) and not isinstance(v, bool) and v}
    told = ", ".join(f"{k}={v:g}" for k, v in given.items())
    return f"{type(layer).__name__}({told})" if told else type(layer).__name__.lower()


def through_keras(call: Callable[..., Any], model: Model, images: bool = False) -> Callable[[Any], Any]:
    """A function of Keras on PyTorch's tensors, of images channels first, with its gradient."""
    import tensorflow as tf
    import torch

    from reference.migration.models.keras_precision import in_full_precision

    class Through(torch.autograd.Function):
        @staticmethod
        def forward(ctx: Any, x: Any) -> Any:
            ctx.x = tf.convert_to_tensor(_last(x.detach().numpy()))
            with in_full_precision(model.model, set()), tf.GradientTape() as ctx.tape:
                ctx.tape.watch(ctx.x)
                ctx.y = call(ctx.x)
            return torch.from_numpy(_first(ctx.y.numpy()))

        @staticmethod
        def backward(ctx: Any, dy: Any) -> Any:
            dx = ctx.tape.gradient(ctx.y, ctx.x, tf.convert_to_tensor(_last(dy.numpy())))
            return torch.from_numpy(_first(dx.numpy()))

    def _last(x: Any) -> Any:
        return np.ascontiguousarray(np.moveaxis(x, 1, -1)) if images else x

    def _first(x: Any) -> Any:
        return np.ascontiguousarray(np.moveaxis(x, -1, 1)) if images else np.array(x)

    return lambda x: Through.apply(x) if x.is_floating_point() else x


def _replaced(unit: Unit, function: Callable[[Any], Any], added: bool) -> Undo:
    """Have PyTorch's model compute `function` behind a layer, in the place of its own activation or of none."""
    undo = contextlib.ExitStack()
    if added:
        hook = unit.layer.register_forward_hook(lambda layer, given, y: function(y) if hasattr(y, "detach") else y)
        undo.callback(hook.remove)
        return undo.close
    mode, handle = _mode(unit.layer, lambda func, x, args, kwargs: function(x))
    undo.callback(handle.remove)
    root = unit.model.model
    before, forward = vars(root).get("forward"), root.forward

    def inside(*args: Any, **kwargs: Any) -> Any:
        mode.given.clear()
        with mode:
            return forward(*args, **kwargs)

    def back() -> None:
        if before is None:
            del root.forward
        else:
            root.forward = before

    root.forward = inside
    undo.callback(back)
    return undo.close


FINDERS: tuple[Finder, ...] = (activation,)
