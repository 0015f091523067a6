"""Two models with the same inputs: whether and how far they are apart."""

import itertools
from collections.abc import Sequence
from typing import Any

import numpy as np

from reference.errors import RequestError
from reference.migration import examples
from reference.migration.counterparts import layout_of
from reference.migration.models import Model, Run
from reference.migration.moves import Arrays, Move, Unit, units
from reference.pair import Array

# how many times larger inputs are tried as well
LARGER = 10.0


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
        except (Exception, SystemExit) as error:  # whatever a framework says of inputs that do not fit
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
    return share(float(np.abs(x - y).max()), float(np.abs(y).max()))


def share(difference: float, largest: float) -> float:
    """The difference as a share of the largest; infinite where either is no number."""
    if difference == 0:
        return 0.0
    return difference / largest if largest and np.isfinite(difference) else float("inf")


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
    if np.isfinite(first).all():  # what caps large numbers looks like what does not on small ones
        larger = [LARGER * x if x.dtype.kind == "f" else x for x in inputs]
        far = [as_in_keras(m, m.run(examples.for_model(m, larger, layout)).y, turn) for m in (a, b)]
        if np.isfinite(far[0]).all():
            found["y of larger inputs"] = apart(far[1], far[0])
    cotangent = rng.standard_normal(first.shape)
    runs = []
    try:
        for m in (a, b):
            there = as_in_torch(m, cotangent, turn)
            runs.append(m.run(examples.for_model(m, inputs, layout), lambda y, dy=there: dy.reshape(y.shape), True))
        found["y"] = apart(as_in_keras(b, runs[1].y, turn), as_in_keras(a, runs[0].y, turn))
        for i, (dx, want) in enumerate(zip(runs[1].inputs, runs[0].inputs, strict=True)):
            if dx is not None and want is not None:
                lies = layout if want.ndim > 2 else ""
                name = "dx" if i == 0 else f"dx {i + 1}"
                found[name] = apart(as_in_keras(b, dx, lies), as_in_keras(a, want, lies))
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
            found[name] = share(float(np.abs(gots[path] - want).max()), scale)
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
            return run.grads.get(unit.key(name)) if name else default

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
