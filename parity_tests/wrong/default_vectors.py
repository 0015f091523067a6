"""Wrong versions of what the vectors of layers begin with: biases, slopes, scales."""

from scratch.constant_initializers import Constant, Ones, Zeros
from scratch.default_initializers import FanInUniform
from scratch.default_vectors import UnitForgetBias
from scratch.layer import Array
from wrong.constant_initializers import (
    ALL_ONE,
    ALL_ZERO,
    NOT_ONES,
    NOT_ZEROS,
    SIGN_TURNED,
    SMALL_NORMAL,
    Noisy,
)
from wrong.default_initializers import FIXED, LECUN, SCALE, TORCH, FanOfShape
from wrong.distributions import Generator, OneNumber, Shape, instead, versions

# a bias has no other axis to repeat over, and no fans
BIAS = (*SCALE, LECUN, FIXED, ALL_ZERO, OneNumber)


class HalfForget(UnitForgetBias):
    """1 is divided between two biases, one of which is looked at."""

    def draw(self, shape: Shape, rng: Generator) -> Array:
        return super().draw(shape, rng) / 2


class FirstOnly(UnitForgetBias):
    """Only the first unit's forget gate has 1."""

    def draw(self, shape: Shape, rng: Generator) -> Array:
        b = super().draw(shape, rng)
        b[shape[0] // self.blocks + 1 :] = 0
        return b


class EveryFourth(UnitForgetBias):
    """The gates lie unit by unit, not block by block."""

    def draw(self, shape: Shape, rng: Generator) -> Array:
        return super().draw(shape, rng).reshape(self.blocks, -1).T.ravel()


FORGET = tuple(
    instead(f"{gate}For1", f"The block of the {gate.lower()} gate has the 1.", UnitForgetBias(forget=place))
    for gate, place in (("Input", 0), ("Cell", 2), ("Output", 3))
)


SLOPES = (
    instead("LeakyByHundredth", "The slope of LeakyReLU.", Constant(0.01)),
    instead("LeakyByThreeTenths", "The slope of an older LeakyReLU.", Constant(0.3)),
    instead("PointSlipped", "Its point has slipped by one place.", Constant(0.025)),
)

WRONG = {
    "torch_bias_default": versions(FanInUniform, *BIAS, FanOfShape),
    "torch_prelu_default": versions(Constant, Noisy, ALL_ZERO, ALL_ONE, SIGN_TURNED, SMALL_NORMAL, *SLOPES),
    "keras_bias_default": versions(Zeros, *NOT_ZEROS, TORCH),
    "keras_lstm_bias_default": versions(
        UnitForgetBias, ALL_ZERO, ALL_ONE, Noisy, *FORGET, HalfForget, FirstOnly, EveryFourth
    ),
    "keras_normalisation_default": versions(Ones, *NOT_ONES),
}
