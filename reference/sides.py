"""The sides of a comparison: the same arrays through scratch, through a twin, and through the derivative itself.

Each side is a dict from the names of quantities to arrays laid out as in scratch: "y", "dx" for an input x, "dw" for
a weight w, "0.dw" for the weight "0.w" of a network.
"""

import functools
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from reference.frameworks import framework
from reference.pair import Array, Case, Pair, Slot, lay_out
from scratch.initializers import HeNormal

Side = dict[str, Array]
NUDGE = 2.0**-30


def gradient_name(name: str) -> str:
    """The name of the gradient of a weight or input: "w" -> "dw", "0.w" -> "0.dw"."""
    owner, dot, last = name.rpartition(".")
    return f"{owner}{dot}d{last}"


def generator(seed: int, *names: str) -> np.random.Generator:
    """A generator for this seed and these names, the same in every process."""
    return np.random.default_rng([seed, *(zlib.crc32(name.encode()) for name in names)])


@dataclass(frozen=True)
class Arrays:
    """What all sides are given, in float64: inputs, weights and buffers by name, the cotangent of the output."""

    inputs: Mapping[str, Array]
    params: Mapping[str, Array]
    dy: Array
    buffers: Mapping[str, Array] = field(default_factory=dict)

    def cast(self, dtype: str) -> "Arrays":
        """A copy with every floating array in `dtype`."""
        return self.each(lambda array: array.astype(dtype))

    def nudged(self, case: Case, rng: np.random.Generator, share: float = NUDGE) -> "Arrays":
        """Every number changed by at most `share` of itself; whole numbers as they are, and what has no gradient.

        A target is given: that of a confident prediction would else move a loss by more than any rounding does, and
        1 + eps is no probability.
        """
        given = {name: x for name, x in self.inputs.items() if not case.inputs[name].differentiable}
        every = self.each(lambda array: np.asarray(array * (1 + share * rng.uniform(-1, 1, array.shape))))
        return replace(every, inputs={**every.inputs, **given})

    def each(self, change: Callable[[Array], Array]) -> "Arrays":
        """A copy with every floating array changed, and the others as they are."""

        def changed(array: Array) -> Array:
            return change(array) if array.dtype.kind == "f" else array.copy(order="K")

        inputs, params, buffers = (
            {name: changed(a) for name, a in arrays.items()} for arrays in (self.inputs, self.params, self.buffers)
        )
        return Arrays(inputs, params, changed(self.dy), buffers)

    @property
    def longest(self) -> int:
        """No reduction runs over more terms than the largest array has elements."""
        return max(a.size for a in (*self.inputs.values(), *self.params.values(), self.dy))


def make_arrays(pair: Pair, case: Case, seed: int) -> Arrays:
    """Random, unequal inputs, weights, biases and cotangent; they depend on the seed and the names only."""
    rng = generator(seed, pair.name, case.name)
    inputs = {name: spec.fill(rng, spec.shape) for name, spec in case.inputs.items()}
    layer = pair.layer(**case.options)
    weight = HeNormal()
    params = {
        name: weight(w.shape, rng) if w.ndim > 1 else rng.standard_normal(w.shape) for name, w in layer.params.items()
    }
    # variances are among them, so they are positive; numbers of batches are whole
    buffers = {
        name: rng.uniform(0.5, 1.5, value.shape)
        if value.dtype.kind == "f"
        else np.asarray(rng.integers(2, 9, value.shape))
        for name, value in layer.buffers.items()
    }
    layer.load(params, buffers)
    layer.training = case.training
    with np.errstate(all="ignore"):
        y = np.asarray(layer.forward(*inputs.values()))
    return Arrays(inputs, params, np.asarray(rng.standard_normal(y.shape)), buffers)


def built(pair: Pair, case: Case, arrays: Arrays, layer: Callable[..., Any] | None = None) -> Any:
    """The scratch layer (or the one given in its place) with weights and buffers loaded."""
    made = (layer or pair.layer)(**case.options)
    made.load(arrays.params, arrays.buffers)
    made.training = case.training
    return made


@dataclass(frozen=True)
class Prepared:
    """The arrays of a case, and how far rounding moves each quantity, in units of the eps that rounds.

    `sensitivity`: the largest change of any element when every element of the inputs, weights and cotangent is
    rounded anew. No implementation can do better than that. It is measured with nudges larger than eps, so that it is
    not itself lost in rounding.

    `amplification`: the largest error of any element when every operation is rounded: what float32 makes of it. Where
    terms cancel, as in 1 - h**2 of a saturated tanh, it is larger than the sensitivity. Two right implementations may
    differ by as much in float64. In float32 itself it proves nothing, since it would be measured by itself.

    Where the function is not smooth a nudge would jump over a kink, so nothing is claimed there.
    """

    arrays: Arrays
    sensitivity: Mapping[str, float]
    amplification: Mapping[str, float]


@functools.lru_cache(maxsize=256)
def arrays_of(pair: Pair, case: Case, seed: int) -> Arrays:
    """The arrays of a case, made once."""
    return make_arrays(pair, case, seed)


@functools.lru_cache(maxsize=256)
def own_side(pair: Pair, case: Case, seed: int, dtype: str) -> Side:
    """What the pair's own layer makes of the arrays of a case; every judge is asked about the same."""
    return scratch_side(pair, case, arrays_of(pair, case, seed), dtype)


@functools.lru_cache(maxsize=256)
def prepare(pair: Pair, case: Case, seed: int) -> Prepared:
    """The arrays of a case, the same for every judge, and how far rounding moves each quantity."""
    arrays = arrays_of(pair, case, seed)
    if not case.smooth:
        return Prepared(arrays, {}, {})
    base = own_side(pair, case, seed, "float64")

    def change(other: Side) -> dict[str, float]:
        with np.errstate(invalid="ignore"):
            changes = {name: np.abs(other[name] - value) for name, value in base.items()}
        return {name: float(c[np.isfinite(c)].max(initial=0.0)) for name, c in changes.items()}

    nudged = [arrays.nudged(case, generator(trial, pair.name, case.name)) for trial in range(2)]
    first, second = (change(scratch_side(pair, case, each, "float64")) for each in nudged)
    single = change(own_side(pair, case, seed, "float32"))
    sensitivity = {name: max(first[name], second[name]) / NUDGE for name in base}
    eps = float(np.finfo(np.float32).eps)
    return Prepared(arrays, sensitivity, {name: max(sensitivity[name], single[name] / eps) for name in base})


def scratch_side(
    pair: Pair,
    case: Case,
    arrays: Arrays,
    dtype: str,
    layer: Callable[..., Any] | None = None,
    *,
    output_only: bool = False,
) -> Side:
    """Outputs and gradients of the NumPy layer; the output alone where it has not the shape of the cotangent."""
    arrays = arrays.cast(dtype)
    made = built(pair, case, arrays, layer)
    with np.errstate(all="ignore"):
        side = {"y": np.asarray(made.forward(*arrays.inputs.values()))}
        if output_only or side["y"].shape != arrays.dy.shape:
            return side
        dx = made.backward(arrays.dy)
    gradients = dx if isinstance(dx, tuple) else (dx,)
    wanted = [name for name, spec in case.inputs.items() if spec.differentiable]
    side |= {gradient_name(name): np.asarray(g) for name, g in zip(wanted, gradients, strict=True)}
    side |= {gradient_name(name): made.grads[name] for name in made.params}
    return side | {name: value.astype(dtype) for name, value in made.buffers.items()}


@functools.lru_cache(maxsize=256)
def _twin(pair: Pair, name: str, dtype: str, options: str, inputs: str, own: str) -> list[Any]:
    # one entry for each configuration; filled by the first caller, who has the real options and inputs at hand
    return []


def twin_side(pair: Pair, case: Case, arrays: Arrays, dtype: str, name: str) -> Side:
    """Outputs and gradients of the twin in the framework called `name`, brought back to scratch's layout.

    Where only the output is compared, nothing is asked for gradients: that is half of what a twin costs.
    """
    adapter, twin = framework(name), case.twins.get(name, pair.twin(name))
    arrays = arrays.cast(dtype)
    inputs = [_lay(twin.layout, key, x) for key, x in arrays.inputs.items()]
    own = case.name if name in case.twins else ""
    ranks = {key: x.ndim for key, x in arrays.inputs.items()}  # Keras builds a layer for one rank
    kept = _twin(pair, name, dtype, repr(sorted(case.options.items())), repr(ranks), own)
    if not kept:
        kept.append(adapter.build(twin, pair.options(case), dtype))
    module = kept[0]
    slots = {key: twin.slots[key] for key in arrays.params}
    laid_out = lay_out(twin.slots, {**arrays.params, **arrays.buffers})
    trained = {slot.name: laid_out.pop(slot.name) for slot in slots.values() if slot.name in laid_out}
    names = list(trained)
    differentiable = [spec.differentiable for spec in case.inputs.values()]
    if case.only == ("y",):
        slots, trained, laid_out, differentiable = {}, {}, trained | laid_out, [False] * len(inputs)
    dy = _lay(twin.layout, "y", arrays.dy)
    ran = adapter.run(module, inputs, differentiable, dy, trained, laid_out, training=case.training)
    if missed := adapter.uncovered(module, names):
        raise ValueError(f"{pair.name} in {name}: {', '.join(missed)} has no slot and is not declared frozen")
    side = {"y": _back(twin.layout, "y", ran.y, arrays.dy.shape)}
    for (key, x), gradient in zip(arrays.inputs.items(), ran.inputs, strict=True):
        if gradient is not None:
            side[gradient_name(key)] = _back(twin.layout, key, gradient, x.shape)
    for key, slot in slots.items():
        side[gradient_name(key)] = slot.to_scratch(ran.weights[slot.name], arrays.params[key].shape)
    for key, buffer in arrays.buffers.items():
        slot = twin.slots[key]
        side[key] = slot.to_scratch(ran.buffers[slot.name], buffer.shape).astype(dtype)
    return side


def _lay(layout: Mapping[str, str], name: str, array: Array) -> Array:
    return Slot(name, layout.get(name, "")).to_twin(array)


def _back(layout: Mapping[str, str], name: str, array: Array, shape: tuple[int, ...]) -> Array:
    return Slot(name, layout.get(name, "")).to_scratch(array, shape) if name in layout else array


DIRECTIONS = 3


def derivative_sides(
    pair: Pair, case: Case, arrays: Arrays, gradients: Side, layer: Callable[..., Any] | None = None
) -> tuple[Side, Side, dict[str, float]]:
    """A side in float64 against the derivative of `forward`, both as slopes along random directions.

    For every gradient G and some random directions V, the first side has sum(G * V), the second has the derivative
    of sum(dy * forward) along V. A direction sees every element at once, so a few of them miss nothing. Third, by how
    much an error of one in the elements of G shows in sum(G * V): the length of V.

    A gradient of another shape than its array stands beside that array as it is: broadcasting would sum what it has
    not. Raises ValueError where the output has another shape.
    """
    rng = generator(0, pair.name, case.name, "directions")
    if gradients["y"].shape != arrays.dy.shape:
        raise ValueError(f"y has shape {gradients['y'].shape}, expected {arrays.dy.shape}")
    slopes: Side = {}
    truth: Side = {}
    lengths: dict[str, float] = {}
    differentiable = {name: x for name, x in arrays.inputs.items() if case.inputs[name].differentiable}
    slope = derivative(pair, case, arrays, layer)
    for name, array in {**differentiable, **arrays.params}.items():
        key = gradient_name(name)
        if gradients[key].shape != array.shape:
            slopes[key], truth[key], lengths[key] = gradients[key], array, 0.0
            continue
        directions = rng.standard_normal((DIRECTIONS, *array.shape))
        lengths[key] = float(np.sqrt((directions**2).sum() / DIRECTIONS))
        slopes[key] = np.array([(gradients[key] * v).sum() for v in directions])
        truth[key] = np.array([slope(name, v) for v in directions])
    return slopes, truth, lengths


def derivative(
    pair: Pair, case: Case, arrays: Arrays, layer: Callable[..., Any] | None = None
) -> Callable[[str, Array], float]:
    """The derivative of sum(dy * forward) as the input or weight of a name moves along a direction, as a function."""
    analytic = pair.derivative == "complex"
    cast = arrays.cast("complex128") if analytic else arrays
    made = built(pair, case, cast, layer)

    def value(name: str, shift: Array) -> complex:
        def moved(key: str, array: Array) -> Array:
            return array + shift if key == name else array

        made.load({key: moved(key, w) for key, w in cast.params.items()}, cast.buffers)
        with np.errstate(all="ignore"):
            y = made.forward(*(moved(key, x) for key, x in cast.inputs.items()))
            return complex((arrays.dy * y).sum())

    def along(name: str, direction: Array) -> float:
        if analytic:
            return value(name, 1e-200j * direction).imag / 1e-200
        # five points: the error of the formula is of order h**4, that of rounding eps / h
        h, v = 1e-3, direction
        near, far = value(name, h * v) - value(name, -h * v), value(name, 2 * h * v) - value(name, -2 * h * v)
        return ((8 * near - far) / (12 * h)).real

    return along
