"""Derivatives of activations as they are misremembered, and softmax over what is not one sample."""

import inspect
import itertools
from collections.abc import Callable, Iterator

import numpy as np

from reference.diagnosis.variant import Catalogue, Variant
from reference.diagnosis.worded import kebab
from scratch.activations import Activation, Sigmoid, Softmax
from scratch.layer import Array
from scratch.smooth_activations import GELU, SiLU, sigmoid

VARIANTS = Catalogue()

# in the place of the slope f'(x), with z = f(x): what is written, and its value
Slope = Callable[[Activation, Array, Array], Array]
SLOPES: dict[str, Slope] = {
    "z": lambda f, x, y: y,
    "z**2": lambda f, x, y: y * y,
    "1 - z": lambda f, x, y: 1 - y,
    "1 + z": lambda f, x, y: 1 + y,
    "(1 - z)**2": lambda f, x, y: (1 - y) ** 2,
    "(1 + z)**2": lambda f, x, y: (1 + y) ** 2,
    "1 + z**2": lambda f, x, y: 1 + y * y,
    "1 - z**2": lambda f, x, y: 1 - y * y,
    "z**2 - 1": lambda f, x, y: y * y - 1,
    "z * (1 - z)": lambda f, x, y: y * (1 - y),
    "z * (1 + z)": lambda f, x, y: y * (1 + y),
    "z * (z - 1)": lambda f, x, y: y * (y - 1),
    "z * (1 - z)**2": lambda f, x, y: y * (1 - y) ** 2,
    "z**2 * (1 - z)": lambda f, x, y: y * y * (1 - y),
    "z - 1": lambda f, x, y: y - 1,
    "-z": lambda f, x, y: -y,
    "x": lambda f, x, y: x,
    "1 - x": lambda f, x, y: 1 - x,
    "1 - x**2": lambda f, x, y: 1 - x * x,
    "x * (1 - x)": lambda f, x, y: x * (1 - x),
    "(1 - x)**2": lambda f, x, y: (1 - x) ** 2,
    "1 (the activation is left out)": lambda f, x, y: np.ones_like(x),
    "the derivative at z in the place of x": lambda f, x, y: f.value_slope(y),  # type: ignore[attr-defined]
    "1 / f'(x)": lambda f, x, y: 1 / f.own_slope(x, y),  # type: ignore[attr-defined]
    "f'(x)**2": lambda f, x, y: f.own_slope(x, y) ** 2,  # type: ignore[attr-defined]
    "z * f'(x)": lambda f, x, y: y * f.own_slope(x, y),  # type: ignore[attr-defined]
    "x * f'(x)": lambda f, x, y: x * f.own_slope(x, y),  # type: ignore[attr-defined]
    "f'(x) where x < 0, else 1 times x": lambda f, x, y: np.where(x > 0, 1, y * f.own_slope(x, y)),  # type: ignore[attr-defined]
    "-f'(x) where x < 0": lambda f, x, y: np.where(x > 0, 1, -1) * f.own_slope(x, y),  # type: ignore[attr-defined]
    "1 where x < 0, else 0": lambda f, x, y: (x < 0) * 1.0,
    "1 where x > 0, else 0": lambda f, x, y: (x > 0) * 1.0,
    "1 where x > 0, else z": lambda f, x, y: np.where(x > 0, 1.0, y),
    "1 where x > 0, else exp(x)": lambda f, x, y: np.where(x > 0, 1.0, np.exp(np.minimum(x, 0))),
    "s * (1 - s), s the sigmoid": lambda f, x, y: sigmoid(x) * (1 - sigmoid(x)),
    "s, the sigmoid": lambda f, x, y: sigmoid(x),
    "sigmoid(-x)": lambda f, x, y: sigmoid(-x),
}
# of the whole gradient dz * f'(x), where it is no product
GRADIENTS: dict[str, Callable[[Activation, Array], Array]] = {
    "dz where dz > 0, else 0": lambda f, dy: dy * (dy > 0),
    "dz * f'(dz)": lambda f, dy: dy * f.slope(dy, f.value(dy)),
    "f'(x), without dz": lambda f, dy: f.slope(f.x, f.y) * np.ones_like(dy),
    "dz + f'(x)": lambda f, dy: dy + f.slope(f.x, f.y),
    "dz / f'(x)": lambda f, dy: dy / f.slope(f.x, f.y),
}
RIGHT = {
    "Tanh": "1 - z**2",
    "ScaledTanh": "a * b * (1 - (z / a)**2) where z = a * tanh(b * x)",
    "Sigmoid": "z * (1 - z)",
    "ReLU": "1 where x > 0, else 0",
    "Softplus": "sigmoid(x)",
}


def of_activation(cls: type[Activation]) -> Iterator[Variant]:
    """The wrong derivatives of an activation; of one that is scaled also those that are scaled as it is."""
    base = next(each for each in cls.__mro__ if each.__module__.startswith("scratch."))
    facts = {"name": base.__name__.lower(), "right": RIGHT.get(cls.__name__, "") or _formula(cls)}
    id = f"{kebab(base.__name__)}-derivative"
    own_slope, own_value = cls.slope, cls.value
    for (said, slope), scaled in itertools.product(SLOPES.items(), (False, True) if hasattr(cls, "gain") else (False,)):

        def wrong(self: Activation, x: Array, y: Array, slope: Slope = slope, scaled: bool = scaled) -> Array:
            gain = self.gain if scaled else 1  # type: ignore[attr-defined]
            return gain * slope(_Own(self, own_slope, own_value), x, y)  # type: ignore[arg-type]

        yield Variant(id, cls, {"slope": wrong}, {**facts, "said": f"({said}) * dz" + " * f'(0)" * scaled})
    for said, gradient in GRADIENTS.items():

        def backward(self: Activation, dy: Array, gradient: Callable[[Activation, Array], Array] = gradient) -> Array:
            return gradient(self, dy)

        yield Variant(id, cls, {"backward": backward}, {**facts, "said": said})


class _Own:
    """An activation with its right slope under another name."""

    def __init__(self, f: Activation, slope: Callable[..., Array], value: Callable[..., Array]) -> None:
        self.f, self.slope_of, self.value_of = f, slope, value

    def own_slope(self, x: Array, y: Array) -> Array:
        return self.slope_of(self.f, x, y)

    def value_slope(self, y: Array) -> Array:
        return self.slope_of(self.f, y, self.value_of(self.f, y))


def _formula(cls: type[Activation]) -> str:
    lines = [line.strip() for line in inspect.getsource(cls.slope).splitlines()]
    return next((line.removeprefix("return ") for line in reversed(lines) if line.startswith("return ")), "")


@VARIANTS.add("sigmoid-sign", Sigmoid)
def value(self: Sigmoid, x: Array) -> Array:
    return np.asarray(1 / (1 + np.exp(x)))


@VARIANTS.add("gelu-approximated", GELU, "value")
def _sigmoid_gelu(self: GELU, x: Array) -> Array:
    return x * sigmoid(1.702 * x)


@VARIANTS.add("softmax-diagonal-only", Softmax)
def backward(self: Softmax, dy: Array) -> Array:
    return dy * self.y * (1 - self.y)


@VARIANTS.add("softmax-sum-of-gradients", Softmax, "backward")
def _sum_of_dy(self: Softmax, dy: Array) -> Array:
    return self.y * (dy - dy.sum(axis=self.axis, keepdims=True))


def _over(axis: int | None) -> Callable[..., Array]:
    def forward(self: Softmax, x: Array) -> Array:
        e = np.exp(x - x.max())
        self.y = e / e.sum(axis=axis, keepdims=True)
        return self.y

    return forward


for _axis, _id in ((0, "softmax-over-samples"), (None, "softmax-whole-array")):
    _forward = _over(_axis)
    VARIANTS.append(Variant(_id, Softmax, {"forward": _forward}))
    VARIANTS.append(
        Variant(_id, Softmax, {"forward": _forward, "backward": backward}, {"also": "softmax-diagonal-only"})
    )


def _sigmoid_gelu_slope(self: GELU, x: Array, y: Array) -> Array:
    s = sigmoid(1.702 * x)
    return s + 1.702 * x * s * (1 - s)


VARIANTS.append(Variant("gelu-approximated", GELU, {"value": _sigmoid_gelu, "slope": _sigmoid_gelu_slope}))
VARIANTS.append(
    Variant(
        "gelu-approximated",
        GELU,
        {
            "value": _sigmoid_gelu,
            "slope": lambda self, x, y: sigmoid(1.702 * x) + x * sigmoid(1.702 * x) * (1 - sigmoid(1.702 * x)),
        },
        {"also": "gelu-derivative"},
    )
)


@VARIANTS.add(
    "silu-derivative", SiLU, "slope", name="silu", said="s * (1 - s) * dz, s the sigmoid", right="s * (1 + x * (1 - s))"
)
def _of_sigmoid(self: SiLU, x: Array, y: Array) -> Array:
    return sigmoid(x) * (1 - sigmoid(x))
