"""A PyTorch module whose layers can be looked at."""

import contextlib
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import torch

from reference.frameworks import resolve
from reference.frameworks.torch import array, made_as
from reference.migration.counterparts import is_known
from reference.migration.models import Run, Step, as_tuple, output, variable_at, walk
from reference.pair import Array


class Wrapped:
    framework = "torch"

    def __init__(self, model: Any) -> None:
        self.model = model

    def leaves(self) -> list[tuple[str, Any]]:
        return list(
            walk("", self.model, lambda layer: layer.named_children(), lambda layer: is_known("torch", self, layer))
        )

    def inner(self, layer: Any) -> Any:
        return None

    def variables(self, layer: Any) -> dict[str, Any]:
        if isinstance(layer, list):  # several that are one elsewhere
            return {f"{i}.{name}": v for i, each in enumerate(layer) for name, v in self.variables(each).items()}
        return {name: weight for name, weight in layer.named_parameters() if weight.requires_grad}

    def find(self, layer: Any, path: str) -> Any:
        return variable_at(layer, path)

    def get(self, layer: Any, path: str) -> Array | None:
        found = self.find(layer, path)
        return None if found is None else array(found)

    def set(self, layer: Any, path: str, value: Array) -> None:
        with torch.no_grad():
            weight = resolve(layer, path)
            weight.copy_(torch.from_numpy(np.array(value)))

    def freeze(self, layer: Any, path: str) -> None:
        resolve(layer, path).requires_grad_(False).zero_()

    def dtype(self) -> str:
        kinds = [str(p.dtype).removeprefix("torch.") for p in self.model.parameters() if p.is_floating_point()]
        return kinds[0] if kinds else "float64"

    def snapshot(self) -> Any:
        flags = {name: p.requires_grad for name, p in self.model.named_parameters()}
        return {name: value.clone() for name, value in self.model.state_dict().items()}, flags, self.model.training

    def restore(self, snapshot: Any) -> None:
        values, flags, training = snapshot
        self.model.load_state_dict(values)
        for name, parameter in self.model.named_parameters():
            parameter.requires_grad_(flags[name])
        self.model.train(training)

    def run(self, inputs: Sequence[Array], dy: Any = None, training: bool = False) -> Run:
        tensors = [self._tensor(x) for x in inputs]
        leaves = dict(self.leaves())
        with _recorded(leaves) as calls, _as_it_is(self.model, training), self.computing():
            y = output(self.model(*tensors), lambda heads: torch.cat(heads, 1))
        steps = [Step(name, leaves[name], given, kept) for name, given, kept, _ in calls]
        if dy is None:
            return Run(array(y), (), tuple(steps))
        weights = [
            (name, path, weight) for name, layer in leaves.items() for path, weight in self.variables(layer).items()
        ]
        wanted = [x for x in tensors if x.requires_grad]
        outputs = [out for _, _, _, out in calls if out.requires_grad]
        targets = [*wanted, *outputs, *(weight for _, _, weight in weights)]
        cotangent = torch.from_numpy(np.array(dy(array(y)))).to(y.dtype)
        found = torch.autograd.grad(y, targets, cotangent, allow_unused=True) if targets else []
        filled = iter(
            [np.zeros(tuple(t.shape)) if g is None else array(g) for g, t in zip(found, targets, strict=True)]
        )
        dxs = tuple(next(filled) if x.requires_grad else None for x in tensors)
        steps = [
            Step(s.name, s.layer, s.inputs, s.y, next(filled) if out.requires_grad else None)
            for s, (_, _, _, out) in zip(steps, calls, strict=True)
        ]
        grads = {(name, path): next(filled) for name, path, _ in weights}
        return Run(array(y), dxs, tuple(steps), grads)

    def tensors(self, inputs: Sequence[Array]) -> list[Any]:
        return [self._tensor(x).detach() for x in inputs]

    def computing(self) -> Any:
        return made_as(self.dtype())

    def without_dropout(self) -> Any:
        return _without_dropout(self.model)

    def _tensor(self, x: Array) -> Any:
        made = torch.from_numpy(np.array(x, order="C"))
        if not made.is_floating_point():
            return made
        return made.to(getattr(torch, self.dtype())).requires_grad_()


@contextlib.contextmanager
def _recorded(leaves: dict[str, Any]) -> Iterator[list[tuple[str, tuple[Array, ...], Array, Any]]]:
    calls: list[tuple[str, tuple[Array, ...], Array, Any]] = []

    def hook(name: str) -> Any:
        def keep(layer: Any, given: Any, made: Any) -> None:
            y = as_tuple(made)[0]
            if isinstance(y, torch.Tensor):
                calls.append((name, tuple(array(x) for x in given if isinstance(x, torch.Tensor)), array(y), y))

        return keep

    handles = [layer.register_forward_hook(hook(name)) for name, layer in leaves.items()]
    try:
        yield calls
    finally:
        for handle in handles:
            handle.remove()


@contextlib.contextmanager
def _as_it_is(model: Any, training: bool) -> Iterator[None]:
    """In or out of training mode, without dropout, and layer by layer: PyTorch's fast path for attention skips them."""
    modes = {layer: layer.training for layer in model.modules()}
    fast = torch.backends.mha.get_fastpath_enabled()
    torch.backends.mha.set_fastpath_enabled(False)
    model.train(training)
    try:
        with _without_dropout(model):
            yield
    finally:
        torch.backends.mha.set_fastpath_enabled(fast)
        for layer, mode in modes.items():
            layer.training = mode


@contextlib.contextmanager
def _without_dropout(model: Any) -> Iterator[None]:
    rates = [
        (layer, name, value)
        for layer in model.modules()
        for name in ("p", "dropout")
        if isinstance(value := getattr(layer, name, None), float)
        and any(
            cls.__module__.startswith("torch.nn.modules") and name in vars(layer) for cls in type(layer).__mro__[:-2]
        )
    ]
    for layer, name, _ in rates:
        setattr(layer, name, 0.0)
    try:
        yield
    finally:
        for layer, name, value in rates:
            setattr(layer, name, value)
