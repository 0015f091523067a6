"""Two models with the same inputs: whether and how far they are apart."""

import itertools
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from reference.errors import RequestError
from reference.migration import examples, running
from reference.migration.counterparts import layout_of
from reference.migration.models import EPSILON, Model, Run, Step
from reference.migration.moves import Arrays, Move, Unit, units
from reference.migration.outputs import Output, in_common
from reference.pair import Array
from scratch.embedding import Embedding

# how many times larger, or smaller, inputs are tried as well
SCALES = {"small": 1e-3, "larger": 10.0, "large": 1e3}
# of what the inputs' last places move: seen were factors up to 30 where a normalisation subtracts a bias again
BEYOND_ROUNDING = 100
# and up to 2.7 times the limit; what is further apart is a mistake, in bfloat16 too
BEYOND_LIMIT = 4


def run_once(
    model: Model, inputs: Sequence[Array], layout: str, training: bool = False, resting: Collection[str] = ()
) -> Run:
    """Run a model on inputs that lie as in Keras, and leave its buffers as they were."""
    before = model.snapshot()
    try:
        return model.run(examples.for_model(model, inputs, layout), None, training, resting)
    finally:
        model.restore(before)


def find_inputs(a: Model, b: Model, example: Any, rng: np.random.Generator) -> tuple[list[Array] | None, str]:
    """Inputs that both models take, as Keras has them, and how they lie in PyTorch."""
    tried = examples.given(example, (a, b), rng) if example is not None else examples.guesses((a, b), rng)
    of_torch = [m for m in (a, b) if m.framework == "torch"]
    layouts = list(dict.fromkeys(layout_of(m, u.layer).get("x", "") for m in of_torch for u in units(m)))
    said = ""
    # last as Keras has them: a model may turn its inputs itself
    for inputs, layout in itertools.product(tried, dict.fromkeys([*layouts, ""])):
        try:
            runs = [run_once(m, inputs, layout) for m in (a, b)]
        except (Exception, SystemExit) as error:  # whatever a framework says of inputs that do not fit
            said = said or str(error).strip().splitlines()[0][:150]
            continue
        if not layout or all(
            _first_layout(m, run) == layout for m, run in zip((a, b), runs, strict=True) if m in of_torch
        ):
            return inputs, layout
    if example is not None or len(tried) == 1:
        shapes = ", ".join(str(x.shape) for x in tried[0])
        raise RequestError(f"the models do not both take inputs of shape {shapes}: {said}")
    return None, ""


def _first_layout(model: Model, run: Run) -> str:
    """The layout of the inputs of the first layer with weights."""
    weighted = {u.name: u.layer for u in units(model)}
    first = next((weighted[s.name] for s in run.steps if s.name in weighted), None)
    return "" if first is None else layout_of(model, first).get("x", "")


def apart(x: Array, y: Array) -> float:
    """The largest difference as a share of the largest element."""
    if x.shape != y.shape:
        return float("inf")
    if not x.size:
        return 0.0
    x, y = x.astype(np.float64), y.astype(np.float64)
    return share(float(np.abs(x - y).max()), float(np.abs(y).max()))


def apart_within(x: Array, y: Array, limit: float) -> float:
    """The same where one of them is the other with zeros around it, which a model may add before the layer that pads in
    the other; infinite where it is more."""
    if x.shape == y.shape or x.ndim != y.ndim:
        return apart(x, y)
    small, large = (x, y) if x.size < y.size else (y, x)
    more = [b - a for a, b in zip(small.shape, large.shape, strict=True)]
    if min(more) < 0 or more[0] or x.dtype.kind != "f":
        return float("inf")
    for start in itertools.product(*(range(n + 1) for n in more)):
        inside = tuple(slice(i, i + n) for i, n in zip(start, small.shape, strict=True))
        far = apart(large[inside], small)
        if far <= limit and np.count_nonzero(large) == np.count_nonzero(large[inside]):
            return far
    return float("inf")


def share(difference: float, largest: float) -> float:
    """The difference as a share of the largest; infinite where either is no number."""
    if difference == 0:
        return 0.0
    return difference / largest if largest and np.isfinite(difference) else float("inf")


def factor_and_offset(x: Array, y: Array, limit: float) -> tuple[float, float] | None:
    """y = factor * x + offset, where that is so; None where it is not, or where they are the same."""
    if x.shape != y.shape or x.dtype.kind != "f" or not (np.isfinite(x).all() and np.isfinite(y).all()):
        return None
    x, y = x.ravel().astype(np.float64), y.ravel().astype(np.float64)
    if np.unique(x).size < 3:
        return None
    through = float(x @ y / (x @ x))
    factor, offset = np.polyfit(x, y, 1) if np.abs(through * x - y).max() > limit * np.abs(y).max() else (through, 0.0)
    scale = np.abs(y).max()
    far = abs(factor - 1) + abs(offset) / scale  # less than this is rounding, not what somebody wrote
    if np.abs(factor * x + offset - y).max() > limit * scale or far < max(1e-6, 10 * limit):
        return None
    return float(factor), float(offset)


@dataclass(frozen=True)
class Trial:
    """Two models on the same inputs: how far quantities are apart, by name, and both runs at inference and in training.

    In training mode nothing is dropped, and layers that draw random numbers do what they do at inference; `random` has
    these of each model. None stands for one that draws outside its layers: then `trained` is at inference too.
    """

    apart: dict[str, float]
    outputs: list[Output]
    still: tuple[Run, ...]
    trained: tuple[Run, ...]
    random: tuple[tuple[Step, ...] | None, ...] = ((), ())


def tried(
    a: Model, b: Model, moves: Sequence[Move], inputs: Sequence[Array], layout: str, limit: float, seed: int
) -> Trial:
    """How far outputs, gradients and buffers are apart: in training without dropout, and outputs at inference."""
    models = (a, b)
    before = a.snapshot(), b.snapshot()
    still = tuple(m.run(examples.for_model(m, inputs, layout)) for m in models)
    outputs = in_common((a.framework, b.framework), still)
    found = {f"{o.name} at inference": apart(*reversed(o.of(still))) for o in outputs}
    found |= _scaled(models, outputs, inputs, layout, limit, still)
    start = [move.values() for move in moves]
    try:
        random = tuple(random_steps(m, inputs, layout) for m in models)
        trained, outputs_then = _trained(models, inputs, layout, random, seed)
        found |= {o.name: apart(*reversed(o.of(trained))) for o in outputs_then}
        for i, (dx, want) in enumerate(zip(trained[1].inputs, trained[0].inputs, strict=True)):
            if dx is not None and want is not None:
                lies = layout if want.ndim > 2 else ""
                name = "dx" if i == 0 else f"dx {i + 1}"
                found[name] = apart(as_in_keras(b, dx, lies), as_in_keras(a, want, lies))
        for move, values in zip(moves, start, strict=True):
            found |= _of_weights(move, trained, values)
    finally:
        for m, snapshot in zip(models, before, strict=True):
            m.restore(snapshot)
    return Trial(found, outputs, still, trained, random)


def _trained(
    models: Sequence[Model],
    inputs: Sequence[Array],
    layout: str,
    random: Sequence[tuple[Step, ...] | None],
    seed: int,
) -> tuple[tuple[Run, ...], list[Output]]:
    """Both models in training, forward and backward, and the outputs that correspond, of which there may be more."""
    rng = np.random.default_rng([seed, 1])  # other numbers than the inputs, whose gradient a normalisation has not
    training = None not in random
    resting = [{s.name for s in steps or ()} for steps in random]
    both = list(zip(models, resting, strict=True))
    learning = [run_once(m, inputs, layout, training, names) for m, names in both]
    outputs = in_common([m.framework for m in models], learning)
    shapes = [(o, [y.shape for y in o.of(learning)]) for o in outputs]
    cotangents = [(o, rng.standard_normal(each[0])) for o, each in shapes if each[0] == each[1]]
    runs = []
    for side, (m, names) in enumerate(both):
        dy = {o.places[side]: o.there(side, cotangent) for o, cotangent in cotangents}
        runs.append(m.run(examples.for_model(m, inputs, layout), dy, training, names))
    return tuple(runs), outputs


def random_steps(model: Model, inputs: Sequence[Array], layout: str) -> tuple[Step, ...] | None:
    """The layers that give something else each time, in training without dropout; None where it is the model itself."""
    found: dict[str, Step] = {}
    while True:
        drawn = model.random_state()
        first, again = (run_once(model, inputs, layout, True, found) for _ in range(2))
        # some tell that they drew, others only by what they give, which may be the same twice
        new = {s.name: s for s in first.steps if s.drew and s.name not in found}
        for x, y in zip(first.steps, again.steps, strict=False):
            same = not any(_other(model, *both) for both in zip(x.inputs, y.inputs, strict=True))
            if same and x.name not in found and _other(model, x.y, y.y):
                new[x.name] = x
        other = any(_other(model, first.outputs[place], again.outputs[place]) for place in first.outputs)
        if not new:
            return None if other or model.random_state() != drawn else tuple(found.values())
        found |= new


def _other(model: Model, x: Array | None, y: Array | None) -> bool:
    """Whether two runs of one model gave something else; sums may come in another order. None is no mask."""
    if x is None or y is None:
        return x is not y
    allowed = min(1e3 * EPSILON[model.precision()], 1e-2)
    return x.shape != y.shape or not np.allclose(x, y, 0, allowed * float(np.abs(x).max(initial=0)), equal_nan=True)


def _scaled(
    models: Sequence[Model],
    outputs: Sequence[Output],
    inputs: Sequence[Array],
    layout: str,
    limit: float,
    still: Sequence[Run],
) -> dict[str, float]:
    """How far outputs at inference are apart for inputs of other sizes: small ones show a layer's epsilon, large ones
    what caps numbers. Where rounding alone moves the outputs, nothing is said."""
    found: dict[str, float] = {}
    if not any(x.dtype.kind == "f" for x in inputs) or not all(np.isfinite(o.of(still)[0]).all() for o in outputs):
        return found
    for what, scale in SCALES.items():
        # the second by some units in the last place of the weights' dtype larger or smaller
        eps = 2 * max(EPSILON[m.precision()] for m in models)
        signs = [(-1.0) ** np.arange(x.size).reshape(x.shape) for x in inputs]
        scaled = [scale * x if x.dtype.kind == "f" else x for x in inputs]
        nearby = [x * (1 + eps * s) if x.dtype.kind == "f" else x for x, s in zip(scaled, signs, strict=True)]
        runs = [m.run(examples.for_model(m, scaled, layout)) for m in models]
        rounded = [models[0].run(examples.for_model(models[0], nearby, layout)), runs[1]]
        for o in outputs:
            (want, got), (moved, _) = o.of(runs), o.of(rounded)
            rounding, distance = apart(moved, want), apart(got, want)
            # of a sum with a bias far larger than small inputs, more is rounded away than their own last places
            beyond = min(BEYOND_LIMIT * limit, BEYOND_ROUNDING * rounding)
            by_rounding = what == "small" and limit < distance <= beyond
            if np.isfinite(want).all() and rounding <= limit / 4 and not by_rounding:
                found[f"{o.name} of {what} inputs"] = distance
    return found


def _of_weights(move: Move, runs: Sequence[Run], before: Arrays) -> dict[str, float]:
    """How far the gradients of a layer's weights, and its buffers after the step, are apart."""
    wants, gots = (_gradients(u, run) for u, run in zip((move.source, move.target), runs, strict=True))
    found = {}
    want_all = move.laid_out(move.gathered(lambda path: wants.get(path)))
    rows = paddings(move)
    for path, want in want_all.items():
        name = f"d {move.target.name}.{path}"
        if path in gots:
            # a gradient that is 0 in truth, of a key's bias, is rounding: judged by the layer's largest gradient
            scale = max(float(np.abs(g).max()) for g in want_all.values())
            apart_here = np.abs(gots[path] - want)
            if rows[0] != rows[1]:  # what only one of them trains is told, and no difference of the others
                apart_here = np.delete(apart_here, [row for row in rows if row is not None], axis=0)
            found[name] = share(float(apart_here.max(initial=0)), scale)
    for path, want in move.values().items():
        if path not in want_all:
            got = move.target.model.get(move.target.layer, path)
            if got is not None and path not in move.target.model.variables(move.target.layer):
                if path == move.path(running.VARIANCE):
                    want = running.as_the_target(move, before[path], want, runs)
                found[f"{move.target.name}.{path} after a step"] = apart(got, want)
    return found


def paddings(move: Move) -> tuple[int | None, int | None]:
    """The row of an embedding that each layer does not train, if any: PyTorch's padding_idx."""
    if move.sides[0].pair.layer is not Embedding:
        return None, None
    layers = (move.source.layer, move.target.layer)
    first, second = (getattr(layer, "padding_idx", getattr(layer, "padding", None)) for layer in layers)
    return first, second


def _gradients(unit: Unit, run: Run) -> Arrays:
    """The gradients of a layer's weights by their paths."""
    named = {id(v): name for name, v in unit.model.variables(unit.layer).items()}

    class ByPath(dict[str, Array]):
        def get(self, path: str, default: Any = None) -> Any:
            name = named.get(id(unit.model.find(unit.layer, path)))
            return run.grads.get(unit.key(name)) if name else default

        def __contains__(self, path: object) -> bool:
            return self.get(str(path)) is not None

        def __getitem__(self, path: str) -> Array:
            return self.get(path)

    return ByPath()


def as_in_keras(model: Model, y: Array, layout: str) -> Array:
    return examples.back(y, layout) if model.framework == "torch" else y
