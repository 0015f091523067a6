"""A PyTorch module whose layers can be looked at."""

import contextlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import torch
from torch.nn import functional as F
from torch.overrides import TorchFunctionMode

from reference.frameworks import resolve
from reference.frameworks.torch import array, made_as
from reference.migration.counterparts import is_known
from reference.migration.models import CHANNELS, OF_ATTENTION, Dropped, Run, Step, as_tuple, shortest, variable_at, walk
from reference.migration.models.noise import in_torch
from reference.migration.models.own import Own, beside
from reference.migration.models.torch_precision import InFullPrecision
from reference.migration.outputs import leaves
from reference.pair import Array


class Wrapped:
    framework = "torch"

    def __init__(self, model: Any) -> None:
        self.model = model
        self.rounded: set[str] = set()
        self.draws = False

    def leaves(self) -> list[tuple[str, Any]]:
        found = list(
            walk("", self.model, lambda layer: layer.named_children(), lambda layer: is_known("torch", self, layer))
        )
        held = (p for _, layer in found for p in layer.parameters())
        return [*found, *beside(self.model.named_parameters(), held)]

    def written(self) -> list[str]:
        return []

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

    def precision(self) -> str:
        return shortest(str(p.dtype).removeprefix("torch.") for p in self.model.parameters())

    def snapshot(self) -> Any:
        flags = {name: p.requires_grad for name, p in self.model.named_parameters()}
        return {name: value.clone() for name, value in self.model.state_dict().items()}, flags, self.model.training

    def restore(self, snapshot: Any) -> None:
        values, flags, training = snapshot
        self.model.load_state_dict(values)
        for name, parameter in self.model.named_parameters():
            parameter.requires_grad_(flags[name])
        self.model.train(training)

    def random_state(self) -> Any:
        return _random_state()

    def run(
        self,
        inputs: Sequence[Array],
        dy: Mapping[str, Array] | None = None,
        training: bool = False,
        resting: Collection[str] = (),
    ) -> Run:
        tensors = [self._tensor(x) for x in inputs]
        named = dict(self.leaves())
        full = InFullPrecision(self.rounded) if self.precision() == "float64" else contextlib.nullcontext()
        noise = contextlib.nullcontext() if training else in_torch(self._drew)
        with (
            full,
            noise,
            _recorded(named) as calls,
            _as_it_is(self.model, training, [named[name] for name in resting]) as dropped,
            self.computing(),
        ):
            made = dict(leaves(self.model(*tensors)))
        ys = {place: array(y) for place, y in made.items()}
        steps = [Step(name, named[name], given, kept, None, drew) for name, given, kept, _, drew in calls]
        if dy is None:
            return Run(ys, (), tuple(steps), {}, tuple(dropped))
        weights = [
            (name, path, weight) for name, layer in named.items() for path, weight in self.variables(layer).items()
        ]
        wanted = [x for x in tensors if x.requires_grad]
        outputs = [out for *_, out, _ in calls if out.requires_grad]
        targets = [*wanted, *outputs, *(weight for _, _, weight in weights)]
        pulled = {place: y for place, y in made.items() if place in dy and y.requires_grad}
        found: Sequence[Any] = [None] * len(targets)
        if targets and pulled:
            # of a number: to be given cotangents, autograd would import SymPy first
            given = {place: torch.from_numpy(np.array(dy[place])).to(y.dtype) for place, y in pulled.items()}
            total = sum((y * given[place]).sum() for place, y in pulled.items())
            found = torch.autograd.grad(total, targets, allow_unused=True)
        filled = iter(
            [np.zeros(tuple(t.shape)) if g is None else array(g) for g, t in zip(found, targets, strict=True)]
        )
        dxs = tuple(next(filled) if x.requires_grad else None for x in tensors)
        steps = [
            Step(s.name, s.layer, s.inputs, s.y, next(filled) if out.requires_grad else None)
            for s, (*_, out, _) in zip(steps, calls, strict=True)
        ]
        grads = {(name, path): next(filled) for name, path, _ in weights}
        return Run(ys, dxs, tuple(steps), grads, tuple(dropped))

    def tensors(self, inputs: Sequence[Array]) -> list[Any]:
        return [self._tensor(x).detach() for x in inputs]

    def computing(self) -> Any:
        return made_as(self.dtype())

    def without_dropout(self) -> Any:
        return _without_dropout(self.model)

    def _drew(self) -> None:
        self.draws = True

    def _tensor(self, x: Array) -> Any:
        made = torch.from_numpy(np.array(x, order="C"))
        if not made.is_floating_point():
            return made
        return made.to(getattr(torch, self.dtype())).requires_grad_()


# a layer's name, its inputs, its output as an array and as a tensor, and whether it drew random numbers
Call = tuple[str, tuple[Array, ...], Array, Any, bool]


def _random_state() -> bytes:
    return bytes(torch.get_rng_state().numpy().tobytes())


@contextlib.contextmanager
def _recorded(leaves: dict[str, Any]) -> Iterator[list[Call]]:
    calls: list[Call] = []
    states: dict[str, bytes] = {}

    def before(name: str) -> Any:
        def keep(layer: Any, given: Any) -> None:
            states[name] = _random_state()

        return keep

    def hook(name: str) -> Any:
        def keep(layer: Any, given: Any, made: Any) -> None:
            y = as_tuple(made)[0]
            if isinstance(y, torch.Tensor):
                calls.append(
                    (
                        name,
                        tuple(array(x) for x in given if isinstance(x, torch.Tensor)),
                        array(y),
                        y,
                        _random_state() != states[name],
                    )
                )

        return keep

    modules = {name: layer for name, layer in leaves.items() if not isinstance(layer, Own)}
    handles = [layer.register_forward_pre_hook(before(name)) for name, layer in modules.items()]
    handles += [layer.register_forward_hook(hook(name)) for name, layer in modules.items()]
    try:
        yield calls
    finally:
        for handle in handles:
            handle.remove()


@contextlib.contextmanager
def _as_it_is(model: Any, training: bool, resting: Sequence[Any]) -> Iterator[list[Dropped]]:
    """In or out of training mode, and layer by layer: PyTorch's fast path for attention skips them.

    In training mode without dropout, whose calls are given. At inference only what drops there too is left to drop.
    """
    modes = {layer: layer.training for layer in model.modules()}
    fast = torch.backends.mha.get_fastpath_enabled()
    torch.backends.mha.set_fastpath_enabled(False)
    model.train(training)
    for layer in resting:
        layer.eval()
    try:
        with contextlib.ExitStack() as stack:
            yield stack.enter_context(_without_dropout(model)) if training else []
    finally:
        torch.backends.mha.set_fastpath_enabled(fast)
        for layer, mode in modes.items():
            layer.training = mode


KINDS = {
    **dict.fromkeys((F.dropout, torch.dropout), "dropout"),
    **dict.fromkeys((F.dropout1d, F.dropout2d, F.dropout3d, torch.feature_dropout), CHANNELS),
    F.alpha_dropout: "alpha dropout",
    F.feature_alpha_dropout: "alpha dropout of channels",
}


class _LetThrough(TorchFunctionMode):
    """Inside, functions that drop elements give them all; their calls are kept."""

    def __init__(self, calls: list[Dropped]) -> None:
        super().__init__()
        self.calls = calls

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        if func not in KINDS:
            if func is F.scaled_dot_product_attention and (rate := kwargs.get("dropout_p")):
                self.calls.append((OF_ATTENTION, float(rate), 0))
                kwargs = {**kwargs, "dropout_p": 0.0}
            return func(*args, **kwargs)
        given = dict(zip(("input", "p", "training"), args, strict=False)) | kwargs
        rate, dropping = given.get("p", 0.5), given.get("training", given.get("train", True))
        if dropping and rate:
            self.calls.append((KINDS[func], float(rate), given["input"].numel()))
        return given["input"]


@contextlib.contextmanager
def _without_dropout(model: Any) -> Iterator[list[Dropped]]:
    """Nothing is dropped, by functions or by layers with a rate of their own; what would have been is given."""
    calls: list[Dropped] = []
    # layers that drop inside one operation; all others call a function that drops
    rates = [
        (layer, float(layer.dropout))
        for layer in model.modules()
        if isinstance(layer, torch.nn.RNNBase | torch.nn.MultiheadAttention)
    ]
    handles = [layer.register_forward_hook(_counted(calls, rate)) for layer, rate in rates if rate]
    for layer, _ in rates:
        layer.dropout = 0.0
    try:
        with _LetThrough(calls):
            yield calls
    finally:
        for handle in handles:
            handle.remove()
        for layer, rate in rates:
            layer.dropout = rate


def _counted(calls: list[Dropped], rate: float) -> Any:
    """A hook that keeps what a layer of attention drops, and a recurrent one between its levels."""

    def keep(layer: Any, given: Any, made: Any) -> None:
        if isinstance(layer, torch.nn.RNNBase):
            calls.extend([("dropout", rate, as_tuple(made)[0].numel())] * (layer.num_layers - 1))
        elif layer.training:
            calls.append((OF_ATTENTION, rate, 0))

    return keep
