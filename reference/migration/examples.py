"""Random inputs that a model takes, and how they lie in each framework."""

import itertools
from collections.abc import Sequence
from typing import Any

import einops
import numpy as np

from reference.errors import RequestError
from reference.migration.counterparts import Side, is_a, sides
from reference.migration.models import Model, as_tuple
from reference.migration.moves import Unit, units
from reference.migration.shapes import scratch_shape
from reference.pair import Array
from scratch.embedding import Embedding

BATCH = 3
# for axes of no fixed size, odd first: halves of an even size are whole, whatever the padding
TIMES = (7, 8, 32)
# sizes of images to try where nothing tells one
SIDES = (8, 12, 16, 28, 32, 64, 96, 128, 224)
CHANNELS = {"w": -2, "w_x": 0, "gamma": -1, "w_q": 0}


# what an input of which only the shape is known may be, the likelier first
NUMBERS, TOKENS, MASK = "numbers", "tokens", "a mask"


def given(example: Any, models: Sequence[Model], rng: np.random.Generator) -> list[list[Array]]:
    """Inputs to try: the arrays that are given, or random ones of shapes such as (3, 28, 28, 1), of each kind."""
    each = [example] if _is_shape(example) else list(as_tuple(example))
    shapes = [i for i, x in enumerate(each) if _is_shape(x)]
    tokens = _tokens(models)
    asked = next((m.model.inputs for m in models if m.framework == "keras" and getattr(m.model, "inputs", None)), ())
    kinds = [(_kind(asked[i].dtype),) if len(asked) == len(each) else (NUMBERS, TOKENS, MASK) for i in shapes]
    tried = []
    for chosen in itertools.product(*kinds):
        drawn = {i: _draw(kind, each[i], tokens, rng) for i, kind in zip(shapes, chosen, strict=True)}
        tried.append([drawn[i] if i in drawn else np.asarray(x) for i, x in enumerate(each)])
    return tried


def _is_shape(value: Any) -> bool:
    return isinstance(value, tuple) and bool(value) and all(isinstance(n, int) for n in value)


def _kind(dtype: Any) -> str:
    """What an input of a dtype of Keras is."""
    return MASK if "bool" in str(dtype) else TOKENS if "int" in str(dtype) else NUMBERS


def _draw(kind: str, shape: Sequence[int], tokens: int, rng: np.random.Generator) -> Array:
    if kind == MASK:
        kept = rng.random(shape) < 0.6
        kept[:, 0] = True
        return np.asarray(kept)
    return _draw_tokens(tokens, shape, rng) if kind == TOKENS else rng.standard_normal(shape)


def guesses(models: Sequence[Model], rng: np.random.Generator) -> list[list[Array]]:
    """Inputs to try, channels last: as a Keras model says, else by the shape of the first weights."""
    for model in models:
        if model.framework == "keras" and getattr(model.model, "inputs", None):
            asked, tokens = model.model.inputs, _tokens(models)
            times = TIMES if any(None in each.shape[1:] for each in asked) else TIMES[:1]
            return [[_input(each, tokens, rng, time) for each in asked] for time in times]
    for model in models:
        for unit in units(model)[:1]:
            side = next((side for side in sides(model.framework) if is_a(side, model, unit.layer)), None)
            if side is not None:
                return _by_weights(unit, side, _tokens(models), rng)
    return []


def _by_weights(unit: Unit, side: Side, tokens: int, rng: np.random.Generator) -> list[list[Array]]:
    if "embedding" in side.pair.name:
        return [[_draw_tokens(tokens, (BATCH, time), rng)] for time in TIMES]
    for key, axis in CHANNELS.items():
        array = unit.model.get(unit.layer, side.slots[key].name) if key in side.slots else None
        shape = None if array is None else scratch_shape(side.slots[key], array.shape)
        if shape:
            rank = len(next(iter(side.pair.cases[0].inputs.values())).shape)
            # a layer for rows may stand at the start of a model for sequences
            in_rows = [(time,) * n for time in TIMES for n in (rank - 2, 1)]
            inner = [(n,) * (rank - 2) for n in SIDES] if side.pair.torch.layout else in_rows
            return [[rng.standard_normal((BATCH, *sizes, shape[axis]))] for sizes in inner]
    return []


def _input(asked: Any, tokens: int, rng: np.random.Generator, time: int) -> Array:
    shape = [n or (BATCH if i == 0 else time) for i, n in enumerate(asked.shape)]
    return _draw(_kind(asked.dtype), shape, tokens, rng)


def _draw_tokens(tokens: int, shape: Sequence[int], rng: np.random.Generator) -> Array:
    """Random tokens; all rows but the first end with token 0, and it is nowhere else: some models take it for padding,
    and count how many others there are."""
    drawn = rng.integers(min(1, tokens - 1), tokens, shape)
    drawn[1:, -2:] = 0
    return drawn


def _tokens(models: Sequence[Model]) -> int:
    """The fewest rows that an embedding has."""
    names = ("num_embeddings", "input_dim")
    rows = [
        getattr(layer, name)
        for model in models
        for _, layer in model.leaves()
        for name in names
        if "Embedding" in type(layer).__name__ and isinstance(getattr(layer, name, None), int)
    ]
    rows += [len(layer.params["w"]) for m in models for _, layer in m.leaves() if type(layer) is Embedding]
    return min(rows, default=5)


def for_model(model: Model, inputs: Sequence[Array], layout: str) -> list[Array]:
    """Inputs that lie as in scratch and Keras, as they lie in this model; `layout` as in a pair's twin."""
    if model.framework != "torch" or not layout:
        return list(inputs)
    return [_moved(x, layout) if x.dtype.kind == "f" and x.ndim > 2 else x for x in inputs]


def _moved(x: Array, layout: str) -> Array:
    try:
        return np.asarray(einops.rearrange(x, layout))
    except einops.EinopsError as error:
        raise RequestError(f"an input of shape {x.shape} cannot be brought from {layout}") from error


def back(y: Array, layout: str) -> Array:
    """An array of the PyTorch model as it lies in Keras; `layout` is the way there."""
    if not layout or y.ndim < 3:
        return y
    here, there = layout.split("->")
    return np.asarray(einops.rearrange(y, f"{there} -> {here}"))
