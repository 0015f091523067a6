"""What the functions of a network over letters are handed, and the loss in what they give."""

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from reference.homework.agreement import far
from reference.homework.attempt import IT, LEARNING_RATE, OUT, Place
from reference.homework.family import CACHE, RATE
from reference.homework.isolation.process import Ref
from reference.homework.letters.course import (
    BOTH,
    COLUMNS,
    INDICES,
    INPUTS,
    LENGTH,
    NODES,
    TARGETS,
    VOCABULARY,
    Course,
    Kinds,
)
from reference.homework.methods import Method
from reference.homework.problem import Layout, Problem
from reference.homework.recurrence import CELL, HIDDEN
from reference.homework.roles import Parameter, means
from reference.homework.subject import Subject
from reference.homework.trees import leaves
from reference.pair import Array

PROBABILITIES = r"ps?|probs?|probabilities|y?hats?|ycap|ypreds?|yhats?|preds?|predictions?|outs?|outputs?|os|ys?"
# what a constructor is given of the letters themselves
LETTERS = r"text|data|corpus|chars|vocab|letters|alphabet|charset"
TO_INDEX, TO_LETTER = (
    r"\w*(to|2)(ix|idx|index|indices|id|i|int)|stoi|c2i",
    r"(ix|idx|index|id|i|int)\w*(to|2)\w*|itos|i2c",
)
STATES = ("h_0", "c_0", "h", "c")
COLUMN = Layout(dict.fromkeys(STATES, "n h -> h n"), said=("columns, one sequence at a time",))
ROW = Layout(said=("a single sequence",))
FLAT = Layout(dict.fromkeys(STATES, "n h -> (n h)"), said=("a single sequence",))


class Arguments:
    """What the functions of a course are handed. `kinds`: what letters come as, `layout`: how states lie."""

    def __init__(self, course: Course, asked: Problem, kinds: Kinds, layout: Layout) -> None:
        self.course, self.asked, self.kinds, self.layout = course, asked, kinds, layout

    def forward(self) -> tuple[Any, ...]:
        return tuple(self._given(parameter) for parameter in self.course.forward.parameters)

    def backward(self, value: Any) -> tuple[Any, ...]:
        """Those of the backward pass, after the forward pass has returned `value`."""
        return self._after(self.course.backward, value)

    def loss(self, value: Any) -> tuple[Any, ...]:
        return self._after(self.course.loss, value) if self.course.loss else ()

    def _after(self, method: Method, value: Any) -> tuple[Any, ...]:
        """Each by the name that the forward pass returns it by; what has another name may be the probabilities."""
        kept = dict(self._returned(value))
        left = [name for name in kept if name not in {p.name for p in method.parameters}]
        found: list[Any] = []
        for parameter in method.parameters:
            if parameter.name in kept:
                found.append(kept[parameter.name])
            elif means(parameter.name, PROBABILITIES) and not means(parameter.name, TARGETS):
                likely = [name for name in left if means(name, PROBABILITIES)]
                found.append(kept[likely[-1]] if likely else Ref(OUT))
            elif means(parameter.name, CACHE) and not means(parameter.name, HIDDEN):
                cache = [name for name in left if means(name, CACHE) or not name]
                found.append(kept[cache[-1]] if cache else Ref(OUT))
            else:
                found.append(self._given(parameter))
        return tuple(found)

    def _returned(self, value: Any) -> Iterator[tuple[str, Ref]]:
        names = self.course.forward.returns
        if isinstance(value, tuple | list) and len(names) == len(value) > 1:
            yield from ((name, Ref(f"{OUT}[{k}]")) for k, name in enumerate(names))
        elif len(names) == 1:
            yield names[0], Ref(OUT)

    def _given(self, parameter: Parameter) -> Any:
        inputs, name = self.asked.arrays.inputs, parameter.name
        if means(name, INPUTS):
            return _letters(inputs["x"], self.kinds[0])
        if means(name, TARGETS):
            return _letters(self.asked.extras["t"], self.kinds[1])
        if means(name, RATE):
            return LEARNING_RATE
        state = "c_0" if "c_0" in inputs and means(name, CELL) else "h_0" if means(name, HIDDEN) else ""
        return self.layout.to_submission(state, inputs[state]) if state in inputs else parameter.default


def _letters(hot: Array, kind: str) -> list[Any]:
    if kind == INDICES:
        return [int(k) for k in hot[0].argmax(axis=-1)]
    return [np.array(step[:, None] if kind == COLUMNS else step[None]) for step in hot[0]]


def constructed(subject: Subject, asked: Problem) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """What a constructor is given: the sizes, how long a text is, its letters, a rate."""
    found = {parameter: _made_of(parameter, asked) for parameter in subject.init}
    args = tuple(found[p] for p in subject.init if p.required)
    return args, {p.name: value for p, value in found.items() if not p.required and value is not None}


def _made_of(parameter: Parameter, asked: Problem) -> Any:
    name, letters = parameter.name, [chr(97 + k) for k in range(asked.options["n_in"])]
    if means(name, TO_INDEX):
        return {letter: k for k, letter in enumerate(letters)}
    if means(name, TO_LETTER):
        return dict(enumerate(letters))
    if means(name, RATE):
        return LEARNING_RATE
    if means(name, LETTERS):
        return "".join(letters) if means(name, "text|data|corpus") else letters
    if means(name, LENGTH):
        return asked.facts["time"]
    if any(means(name, pattern) for pattern in (VOCABULARY, NODES, BOTH)):
        return size_of(name, asked)
    return None if not parameter.required else 1


def size_of(name: str, asked: Problem) -> int:
    letters, nodes = asked.options["n_in"], asked.options["n_hidden"]
    return int(letters + nodes if means(name, BOTH) else nodes if means(name, NODES) else letters)


def object_of(subject: Subject, method: Method) -> str:
    """What a call of one of its methods names."""
    return IT + method.path if subject.is_class else method.name


def loss_of(results: Sequence[Any], kept: Any, asked: Problem) -> Array | None:
    """The loss: a number that was returned, or kept by such a name; else that of the probabilities."""
    want = asked.want["y"]
    numbers = [leaf.array for each in results for leaf in leaves(each)]
    numbers = numbers or [leaf.array for leaf in leaves(kept) if means(leaf.name, r"\w*(loss|cost)\w*")]
    found = [np.asarray(each, np.float64).reshape(()) for each in numbers if _real(each) and np.size(each) == 1]
    if not found:
        found = [
            loss for leaf in leaves([*results, kept]) if (loss := _of_probabilities(leaf.array, asked)) is not None
        ]
    scales = (1.0, 1 / asked.facts["time"])
    return min(found, key=lambda y: min(far(y, want * scale) for scale in scales), default=None)


def _real(value: Any) -> bool:
    return isinstance(value, float) or (isinstance(value, np.ndarray) and value.dtype.kind == "f")


def _of_probabilities(array: Any, asked: Problem) -> Array | None:
    """The loss of probabilities, (steps, letters) or the other way round; None of what is none."""
    hot = asked.extras["t"][0]
    p = np.squeeze(array) if _real(array) else np.zeros(())
    p = p.T if p.shape == hot.shape[::-1] else p
    if p.shape != hot.shape or np.isin(p, (0, 1)).all() or not np.allclose(p.sum(axis=-1), 1):
        return None
    return np.asarray(-np.log(p[hot == 1]).sum())


def layout_of(places: Mapping[str, Place], text: str) -> Layout:
    """How states lie, as biases do."""
    shape = next(place.ids.shape for name, place in places.items() if name.startswith("b"))
    if len(shape) == 1:
        return ROW if re.search(r"\(\(1, ", text) else FLAT
    return COLUMN if shape[1] == 1 else ROW


def named(back: ast.FunctionDef, returned: Any, places: Mapping[str, Place]) -> Any:
    """What was returned, with names where the gradients come one after the other in the order of a list of weights."""
    held = {place.leaf.name: place.ids.shape for place in places.values()}
    lists = (n.elts for n in ast.walk(back) if isinstance(n, ast.Tuple | ast.List))
    words = ([str(each.value) if isinstance(each, ast.Constant) else "" for each in some] for some in lists)
    order = next((some for some in words if held and set(some) == held.keys()), [])
    parts = list(returned)[1 : 1 + len(order)] if isinstance(returned, tuple | list) else []
    if not order or [np.shape(part) for part in parts] != [held[name] for name in order]:
        return returned
    return {**{f"d{name}": part for name, part in zip(order, parts, strict=True)}, "rest": returned[1 + len(order) :]}
