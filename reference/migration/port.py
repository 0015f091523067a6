"""Weights from one model to another, and the proof that both then do the same."""

import itertools
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from reference.errors import RequestError
from reference.migration import examples
from reference.migration.counterparts import layout_of
from reference.migration.models import Model, Run, wrap
from reference.migration.moves import Arrays, Move, Unit, loose, match, units
from reference.migration.optimizer_state import move_state
from reference.pair import Array

# of the largest element: what two float64 or float32 runs of a whole network may be apart
LIMITS = {"float64": 1e-12, "float32": 2e-5}


@dataclass(frozen=True)
class Ported:
    """What was moved, and how far the two models are apart, as a share of the largest element of each quantity.

    `differences` has "y", "dx", gradients and buffers by their names in the target, in training mode, and "y at
    inference"; it is empty where no inputs were found, which `notes` then says.
    """

    layers: tuple[tuple[str, str, str], ...]  # the pair, the layer in the source, the layer in the target
    differences: Mapping[str, float] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    limit: float = LIMITS["float64"]

    @property
    def worst(self) -> float:
        return max(self.differences.values(), default=0.0)

    @property
    def agree(self) -> bool:
        return self.worst <= self.limit


def port(
    source: Any,
    target: Any,
    *,
    names: Mapping[str, str] | None = None,
    example: Any = None,
    optimizers: tuple[Any, Any] | None = None,
    seed: int = 7,
) -> Ported:
    """Put the weights of `source` into `target`: a Keras model, a PyTorch module or a network of scratch each.

    Layers are taken in the order in which they are called, or those in `names` by name: {"conv1": "conv2d_3"}, from
    the source's to the target's. `example` is an input, a tuple of its shape, or a list of inputs, as Keras and scratch
    have them (channels last); a Keras model tells its own. `optimizers`, the source's and the target's, have their
    state moved as well: Adam, AdamW, and SGD with momentum. Then both models run on random inputs.

    Raises RequestError, and leaves the target as it was, where a layer has no counterpart, a shape does not fit, or a
    weight would not be used.
    """
    a, b = wrap(source), wrap(target)
    before = b.snapshot()
    try:
        return _port(a, b, dict(names or {}), example, optimizers, np.random.default_rng(seed))
    except BaseException:
        b.restore(before)
        raise


def _port(a: Model, b: Model, names: dict[str, str], example: Any, optimizers: Any, rng: np.random.Generator) -> Ported:
    inputs, layout = find_inputs(a, b, example, rng)
    # in the order of the calls, where the models can be run
    orders = [None if inputs is None else [s.name for s in run_once(m, inputs, layout).steps] for m in (a, b)]
    moves = aligned(a, b, names, orders)
    put(moves)
    if inputs is not None:
        moves = _with_flattening(a, b, moves, inputs, layout)
    notes = _notes(moves)
    if optimizers is not None:
        notes += move_state(*optimizers, moves)
    layers = tuple((m.sides[0].pair.name, m.source.name, m.target.name) for m in moves)
    limit = LIMITS["float64" if {a.dtype(), b.dtype()} == {"float64"} else "float32"]
    if inputs is None:
        return Ported(layers, {}, (*notes, "not run: give an example of the inputs"), limit)
    return Ported(layers, differences(a, b, moves, inputs, layout, rng), tuple(notes), limit)


def aligned(
    a: Model, b: Model, names: dict[str, str], orders: Sequence[Any], fit: Callable[[Unit, Unit], Move] = match
) -> list[Move]:
    """Every layer that has weights with its counterpart. Raises RequestError where one has none."""
    for model in (a, b):
        if alone := loose(model):
            raise RequestError(
                f"'{alone[0]}' of the {model.framework} model belongs to no layer that has a counterpart; make it a "
                "layer of the framework"
            )
    mine, theirs = units(a, orders[0]), units(b, orders[1])
    for kind, known, wanted in (("source", mine, names), ("target", theirs, names.values())):
        if unknown := [name for name in wanted if name not in {u.name for u in known}]:
            raise RequestError(
                f"the {kind} has no layer with weights called '{unknown[0]}', expected one of "
                f"{', '.join(repr(u.name) for u in known)}"
            )
    pairs: list[tuple[Unit, Unit]] = []
    for name, other in names.items():
        pairs += zip([u for u in mine if u.name == name], [u for u in theirs if u.name == other], strict=False)
    used = {id(u) for both in pairs for u in both}
    rest = [u for u in mine if id(u) not in used], [u for u in theirs if id(u) not in used]
    moves = [fit(x, y) for x, y in [*pairs, *zip(*rest, strict=False)]]
    counts = len(rest[0]), len(rest[1])
    if counts[0] != counts[1]:
        left, model = (rest[0][counts[1]], b) if counts[0] > counts[1] else (rest[1][counts[0]], a)
        raise RequestError(
            f"{left} of the {left.model.framework} model has no counterpart: the {model.framework} model has "
            f"{min(len(mine), len(theirs))} layers with weights, this one {max(len(mine), len(theirs))}"
        )
    if not moves:
        raise RequestError("neither model has a layer with weights; is the Keras model built?")
    return moves


def put(moves: Iterable[Move]) -> None:
    """Put the weights in their places. Raises RequestError for a shape that does not fit."""
    for move in moves:
        for path, array in move.values().items():
            there = move.target.model.get(move.target.layer, path)
            if there is None or there.shape != array.shape:
                shape = None if there is None else there.shape
                raise RequestError(f"'{path}' of {move.target} has shape {shape}, the source's is {array.shape}")
            move.target.model.set(move.target.layer, path, array)
        for path in move.frozen():
            move.target.model.freeze(move.target.layer, path)


def _notes(moves: Sequence[Move]) -> list[str]:
    held = [f"{m.target.name}.{path}" for m in moves for path in m.frozen()]
    notes = [f"{path} is held at zero and not trained: the source has one bias" for path in held]
    for move in moves:
        mine, theirs = (set(side.frozen) for side in move.sides)
        moved = {n for n in mine - theirs if move.source.model.find(move.source.layer, n) is not None}
        if any(n in move.source.model.variables(move.source.layer) for n in moved):
            notes.append(
                f"{move.source} trains two biases, the target the sum of them: trained on, it moves half as far"
            )
    return notes


# ---- running both


def run_once(model: Model, inputs: Sequence[Array], layout: str, dy: Any = None, training: bool = False) -> Run:
    """Run a model on inputs that lie as in Keras, and leave its buffers as they were."""
    before = model.snapshot()
    try:
        return model.run(examples.for_model(model, inputs, layout), dy, training)
    finally:
        model.restore(before)


def find_inputs(a: Model, b: Model, example: Any, rng: np.random.Generator) -> tuple[list[Array] | None, str]:
    """Inputs that both models take, as Keras has them, and how they lie in PyTorch."""
    tried = [examples.given(example, rng)] if example is not None else examples.guesses((a, b), rng)
    of_torch = [m for m in (a, b) if m.framework == "torch"]
    layouts = list(dict.fromkeys(layout_of(m, u.layer).get("x", "") for m in of_torch for u in units(m)))
    said = ""
    for inputs, layout in itertools.product(tried, layouts or [""]):
        try:
            runs = [run_once(m, inputs, layout) for m in (a, b)]
        except Exception as error:  # whatever a framework says of inputs that do not fit
            said = said or str(error).strip().splitlines()[0][:150]
            continue
        if all(_first_layout(m, run) == layout for m, run in zip((a, b), runs, strict=True) if m in of_torch):
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


def _with_flattening(a: Model, b: Model, moves: list[Move], inputs: Any, layout: str) -> list[Move]:
    """Rows of layers after a flattening, brought from channels last to channels first or back where numbers say so."""
    if "torch" not in (a.framework, b.framework) or a.framework == b.framework:
        return moves
    for place in range(len(moves)):
        runs = [run_once(model, inputs, layout) for model in (a, b)]
        rows = flattened_order(runs, moves[place])
        if rows is not None:
            moves[place] = moves[place].turned(rows)
            put(moves[place : place + 1])
    return moves


def flattened_order(runs: Sequence[Run], move: Move) -> Array | None:
    """The order of the source's features in which the target's inputs come, None where they come as they are."""
    names = move.source.name, move.target.name
    found = [next((i for i, s in enumerate(r.steps) if s.name == n), None) for r, n in zip(runs, names, strict=True)]
    if None in found:
        return None
    mine, theirs = (run.steps[i].inputs[0] for run, i in zip(runs, found, strict=True))  # type: ignore[index]
    if mine.ndim != 2 or mine.shape != theirs.shape or close(mine, theirs):
        return None
    last = 0 if move.source.model.framework != "torch" else 1
    size = mine.shape[1]
    earlier = runs[last].steps[: found[last]]
    shapes = {x.shape[1:] for s in earlier for x in (s.y, *s.inputs) if x.ndim > 2 and np.prod(x.shape[1:]) == size}
    for *spatial, channels in shapes:
        # where each of PyTorch's features (channels, *spatial) lies among those of the other (*spatial, channels)
        order = np.moveaxis(np.arange(size).reshape(*spatial, channels), -1, 0).ravel()
        rows = order if last == 0 else np.argsort(order)
        if close(mine[:, rows], theirs):
            return np.asarray(rows)
    return None


def close(x: Array, y: Array) -> bool:
    """Whether two arrays are the same but for rounding."""
    eps = max(np.finfo(z.dtype).eps for z in (x, y) if z.dtype.kind == "f") if "f" in x.dtype.kind + y.dtype.kind else 0
    return x.shape == y.shape and apart(x, y) <= 1e4 * float(eps)


def apart(x: Array, y: Array) -> float:
    """The largest difference as a share of the largest element."""
    if x.shape != y.shape:
        return float("inf")
    if not x.size:
        return 0.0
    difference, largest = float(np.abs(x - y).max()), float(np.abs(y).max())
    if not np.isfinite(difference):
        return float("inf")
    return difference / largest if difference else 0.0


def differences(
    a: Model, b: Model, moves: Sequence[Move], inputs: Sequence[Array], layout: str, rng: np.random.Generator
) -> dict[str, float]:
    """How far outputs, gradients and buffers are apart: in training without dropout, and outputs at inference."""
    before = a.snapshot(), b.snapshot()
    found: dict[str, float] = {}
    still = [m.run(examples.for_model(m, inputs, layout)) for m in (a, b)]
    turn = output_layout(moves, still) if layout else ""
    first, second = (as_in_keras(m, run.y, turn) for m, run in zip((a, b), still, strict=True))
    found["y at inference"] = apart(second, first)
    cotangent = rng.standard_normal(first.shape)
    runs = []
    try:
        for m in (a, b):
            there = as_in_torch(m, cotangent, turn)
            runs.append(m.run(examples.for_model(m, inputs, layout), lambda y, dy=there: dy.reshape(y.shape), True))
        found["y"] = apart(as_in_keras(b, runs[1].y, turn), as_in_keras(a, runs[0].y, turn))
        for i, (dx, want) in enumerate(zip(runs[1].inputs, runs[0].inputs, strict=True)):
            if dx is not None and want is not None:
                there = layout if want.ndim > 2 else ""
                name = "dx" if i == 0 else f"dx {i + 1}"
                found[name] = apart(as_in_keras(b, dx, there), as_in_keras(a, want, there))
        for move in moves:
            found |= _of_weights(move, runs)
    finally:
        for m, snapshot in zip((a, b), before, strict=True):
            m.restore(snapshot)
    return found


def _of_weights(move: Move, runs: Sequence[Run]) -> dict[str, float]:
    """How far the gradients of a layer's weights, and its buffers after the step, are apart."""
    wants, gots = (_gradients(u, run) for u, run in zip((move.source, move.target), runs, strict=True))
    found = {}
    want_all = move.laid_out(move.gathered(lambda path: wants.get(path)))
    for path, want in want_all.items():
        name = f"d {move.target.name}.{path}"
        if path in gots:
            # a gradient that is 0 in truth, of a key's bias, is rounding: judged by the layer's largest gradient
            scale = max(float(np.abs(g).max()) for g in want_all.values())
            found[name] = float(np.abs(gots[path] - want).max()) / scale if scale else 0.0
    for path, want in move.values().items():
        if path not in want_all:
            got = move.target.model.get(move.target.layer, path)
            if got is not None and path not in move.target.model.variables(move.target.layer):
                found[f"{move.target.name}.{path} after a step"] = apart(got, want)
    return found


def _gradients(unit: Unit, run: Run) -> Arrays:
    """The gradients of a layer's weights by their paths."""
    named = {id(v): name for name, v in unit.model.variables(unit.layer).items()}

    class ByPath(dict[str, Array]):
        def get(self, path: str, default: Any = None) -> Any:
            name = named.get(id(unit.model.find(unit.layer, path)))
            return run.grads.get((unit.name, name)) if name else default

        def __contains__(self, path: object) -> bool:
            return self.get(str(path)) is not None

        def __getitem__(self, path: str) -> Array:
            return self.get(path)

    return ByPath()


def output_layout(moves: Sequence[Move], runs: Sequence[Run]) -> str:
    """The layout of the output in PyTorch: that of the last layer with weights, if it lies in one."""
    layout = moves[-1].sides[0].pair.torch.layout.get("y", "")
    same_rank = layout and ("..." in layout or runs[0].y.ndim == len(layout.split("->")[0].split()))
    return layout if same_rank and runs[0].y.ndim > 2 else ""


def as_in_keras(model: Model, y: Array, layout: str) -> Array:
    return examples.back(y, layout) if model.framework == "torch" else y


def as_in_torch(model: Model, y: Array, layout: str) -> Array:
    return examples.for_model(model, [y], layout)[0]
