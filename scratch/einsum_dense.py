"""The dense layer whose product is any that einsum can say."""

import numpy as np
from numpy.typing import DTypeLike

from scratch.initializers import GlorotUniform, Initializer, Seed
from scratch.layer import Array, Layer, require_rank


class EinsumDense(Layer):
    """y = einsum(equation, x, w) + b

    `equation` names the axes of x, w and y by letters: "bti,io->bto" is Dense over sequences. Each letter of x and w is
    also one of y or of the other, so that nothing is summed over but what both have, and none stands twice in one of
    them; each of y is one of x or w. `bias` gives the shape of b, which lies along the last axes of y; () for none.
    As every product, it has the gradients dx = einsum(dy, w) and dw = einsum(x, dy), the letters being where they were.
    Raises ValueError for any other equation.
    """

    def __init__(
        self,
        equation: str,
        shape: tuple[int, ...],
        *,
        bias: tuple[int, ...] = (),
        init: Initializer = GlorotUniform(),
        rng: Seed = None,
        dtype: DTypeLike = np.float64,
    ) -> None:
        super().__init__()
        self.at_x, self.at_w, self.at_y = _letters(equation)
        if len(shape) != len(self.at_w) or len(bias) > len(self.at_y):
            raise ValueError(f"{equation!r} does not fit a weight of shape {shape} and a bias of shape {bias}")
        self.params["w"] = init(shape, rng, dtype)
        if bias:
            self.params["b"] = np.zeros(bias, dtype)

    def forward(self, x: Array) -> Array:
        require_rank(self, "x", x, " ".join(self.at_x))
        sizes = dict(zip(self.at_w, self.params["w"].shape, strict=True))
        # einsum would repeat an axis of size 1
        if any(size != sizes.get(letter, size) for letter, size in zip(self.at_x, x.shape, strict=True)):
            raise ValueError(f"x has shape {x.shape} along {self.at_x}, w {self.params['w'].shape} along {self.at_w}")
        self.x = x
        y = np.einsum(f"{self.at_x},{self.at_w}->{self.at_y}", x, self.params["w"], optimize=True)
        return y + self.params["b"] if "b" in self.params else y

    def backward(self, dy: Array) -> Array:
        self.grads["w"] = np.einsum(f"{self.at_x},{self.at_y}->{self.at_w}", self.x, dy, optimize=True)
        if "b" in self.params:
            self.grads["b"] = dy.sum(axis=tuple(range(dy.ndim - self.params["b"].ndim)))
        return np.einsum(f"{self.at_y},{self.at_w}->{self.at_x}", dy, self.params["w"], optimize=True)


def _letters(equation: str) -> tuple[str, str, str]:
    """The letters of x, w and y. Raises ValueError unless EinsumDense allows them."""
    inputs, arrow, y = equation.partition("->")
    x, comma, w = inputs.partition(",")
    sets = [set(each) for each in (x, w, y)]
    plain = all(each.isalpha() and len(each) == len(letters) for each, letters in zip((x, w, y), sets, strict=True))
    if not (arrow and comma and plain and sets[0] <= sets[1] | sets[2] and sets[1] <= sets[0] | sets[2]):
        raise ValueError(f"{equation!r} is not an equation such as 'bti,io->bto', whose letters are all at two places")
    if not sets[2] <= sets[0] | sets[1]:
        raise ValueError(f"{equation!r} has letters in y that neither x nor w has")
    return x, w, y
