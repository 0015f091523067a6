"""A convolution and what comes after it in one function: conv_relu_forward, conv_relu_pool_forward."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from reference.fills import normal
from reference.homework.families.activated import KINDS
from reference.homework.families.convolution import CONV2D, LAYOUTS_2D, PADDING, STRIDE, accepts, has_bias
from reference.homework.problem import Layout, Problem, of_submissions, problem
from reference.homework.subject import Subject
from reference.pair import Array
from scratch.activations import find_activation
from scratch.convolution import Conv2D
from scratch.layer import Layer
from scratch.pooling import MaxPool2D

POOL = 2
# of images whose convolution has even sizes
SIZES, OTHER, STRIDED = (2, 8, 10, 3), (3, 6, 12, 4), (2, 9, 13, 3)


class Sandwich(Layer):
    """y = f(convolution of x), and the maximum of each window of 2 by 2 of that where it is `pooled`."""

    def __init__(self, *, activation: str, pooled: bool, **options: Any) -> None:
        super().__init__()
        self.layers: list[Layer] = [Conv2D(**options), find_activation(activation)]
        if pooled:
            self.layers.append(MaxPool2D(POOL))
        self.params, self.grads = self.layers[0].params, self.layers[0].grads

    def forward(self, x: Array) -> Array:
        for layer in self.layers:
            x = layer.forward(x)
        return x

    def backward(self, dy: Array) -> Array | None:
        dx: Array | None = dy
        for layer in reversed(self.layers):
            assert dx is not None
            dx = layer.backward(dx)
        return dx


PAIR = of_submissions("conv2d", Sandwich)


def _ask(subject: Subject, seed: int, sizes: Sequence[int], label: str = "", **more: Any) -> Problem:
    kind = next((kind for kind in KINDS if kind in subject.name.lower()), KINDS[0])
    options = {"stride": 1, "padding": 0, **more, "activation": kind, "pooled": "pool" in subject.name.lower()}
    options |= {"n_in": sizes[-1], "n_out": 5, "kernel": (3, 3), "bias": has_bias(subject)}
    return problem(PAIR, {"x": normal(*sizes)}, seed, label=label, **options)


def _problems(subject: Subject, seed: int) -> Iterator[Problem]:
    yield _ask(subject, seed, SIZES)
    if accepts(subject, PADDING):  # some slice by [pad:-pad]
        yield _ask(subject, seed, SIZES, "padding 1", padding=1)


def _variants(subject: Subject, seed: int, base: Problem) -> Iterator[Problem]:
    padding = base.options["padding"]
    yield _ask(subject, seed, OTHER, "other sizes", padding=padding)
    if accepts(subject, STRIDE):
        yield _ask(subject, seed, STRIDED, "stride 2", stride=2, padding=padding)
    if accepts(subject, PADDING):
        yield _ask(subject, seed, SIZES, f"padding {1 - padding}", padding=1 - padding)


def _values(asked: Problem, layout: Layout) -> Mapping[str, Sequence[Any]]:
    return {**CONV2D.values(asked, layout), "pool_h": [POOL], "pool_w": [POOL], "pool_stride": [POOL]}


NAMES = rf"conv\w*_?({'|'.join(KINDS)})(_?(max)?pool(ing)?)?(_?(forward|layer))?"
CONV_ACTIVATED = replace(
    CONV2D,
    name="conv2d_activated",  # not asked of code whose name says nothing
    pairs=("conv2d",),
    classes=NAMES,
    functions=NAMES,
    problems=lambda subject, seed: list(_problems(subject, seed)),
    variants=lambda subject, seed, base: list(_variants(subject, seed, base)),
    layouts=lambda asked: LAYOUTS_2D,
    values=_values,
    roles={
        "pool_h": r"pool_?h(eight)?|pool\w*\.height",
        "pool_w": r"pool_?w(idth)?|pool\w*\.width",
        "pool_stride": r"pool_?stride|pool\w*\.stride",
        **CONV2D.roles,
    },
    wildcards=(),
    rank=9,
)
