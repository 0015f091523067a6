"""A dense layer and the activation after it in one: linear_activation_forward, affine_relu_forward, Linear_ReLU."""

import ast
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from reference.fills import normal
from reference.homework.families.dense import DENSE
from reference.homework.problem import Layout, Problem, of_submissions, problem
from reference.homework.roles import means
from reference.homework.subject import Subject
from reference.pair import Array
from scratch.activations import find_activation
from scratch.dense import Dense
from scratch.layer import Layer

KINDS = ("relu", "sigmoid", "tanh")
ACTIVATION = r"(which|kind|type|name)?_?(activation|act|nonlinearity)_?(fn|func|function|type|name)?|mode|kind"


class Activated(Layer):
    """y = f(x @ w + b)"""

    def __init__(self, n_in: int, n_out: int, activation: str) -> None:
        super().__init__()
        self.dense, self.f = Dense(n_in, n_out), find_activation(activation)
        self.params, self.grads = self.dense.params, self.dense.grads

    def forward(self, x: Array) -> Array:
        return self.f.forward(self.dense.forward(x))

    def backward(self, dy: Array) -> Array | None:
        return self.dense.backward(self.f.backward(dy))


PAIR = of_submissions("dense", Activated)


def _ask(seed: int, shape: tuple[int, int], n_out: int, kind: str, label: str = "") -> Problem:
    return problem(PAIR, {"x": normal(*shape)}, seed, label=label, n_in=shape[1], n_out=n_out, activation=kind)


def _kinds(subject: Subject) -> list[str]:
    """The activations that its name or its code speaks of, in small letters as in the code."""
    if named := [kind for kind in KINDS if kind in subject.name.lower()]:
        return named
    nodes = [*subject.nodes, *([subject.partner.node] if subject.partner else [])]
    texts = {n.value for node in nodes for n in ast.walk(node) if isinstance(n, ast.Constant)}
    return [kind for kind in KINDS if kind in texts] or list(KINDS)


def _variants(subject: Subject, seed: int, base: Problem) -> list[Problem]:
    first = base.options["activation"]
    others = [_ask(seed, (6, 4), 3, kind, f"activation {kind!r}") for kind in _kinds(subject) if kind != first]
    return [_ask(seed, (5, 3), 7, first, "other sizes"), *(replace(asked, required=True) for asked in others)]


def _values(asked: Problem, layout: Layout) -> Mapping[str, Sequence[Any]]:
    return {**DENSE.values(asked, layout), "following": [asked.options["activation"]]}


def _told(subject: Subject) -> bool:
    """Whether it is a dense layer that has a word for the activation after it, `act="relu"`."""
    words = [p.default for p in subject.init if means(p.name, ACTIVATION)]
    return means(subject.called, DENSE.classes) and any(word in KINDS for word in words)


NAMES = rf"(linear|dense|affine|fc)_?(activation|{'|'.join(KINDS)})(_?(forward|layer))?"
ACTIVATED = replace(
    DENSE,
    classes=NAMES,
    functions=NAMES,
    problems=lambda subject, seed: [_ask(seed, (6, 4), 3, _kinds(subject)[0])],
    variants=_variants,
    values=_values,
    roles={
        **DENSE.roles,
        "following": ACTIVATION,
    },
    looks=_told,
    rank=9,
    equal=lambda asked, seed: (),
    single=None,
)
