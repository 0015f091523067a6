"""Wrong versions of what layers begin with: another fan, another factor, and what the other framework has."""

import math

import numpy as np

from scratch.default_initializers import FanInUniform, UnitForgetBias
from scratch.initializers import (
    Constant,
    Gaussian,
    GlorotUniform,
    HeUniform,
    Initializer,
    Ones,
    Orthogonal,
    TruncatedNormal,
    Uniform,
    Zeros,
)
from scratch.layer import Array
from wrong.constants import ALL_ONE, ALL_ZERO, NOT_ONES, NOT_ORTHOGONAL, NOT_ZEROS, SIGN_TURNED, SMALL_NORMAL, Noisy
from wrong.distributions import (
    ANY,
    UNIFORM,
    FanInOnly,
    FansOfFirstAxis,
    FansSwapped,
    Generator,
    Magnitudes,
    MeanOfFans,
    OneNumber,
    Shape,
    Shifted,
    SumOfFans,
    TapsForgotten,
    TwiceTheVariance,
    VarianceForDeviation,
    instead,
    times,
    versions,
)

# ---- uniform, scaled by a fan

LECUN = times("AsLecun", "Has the variance 1 / fan.", math.sqrt(3))
WIDTH = times("WidthForBound", "The bound is the width of the interval.", 0.5)
KERAS = instead("LikeKeras", "Glorot's uniform, as in Keras.", GlorotUniform())
TORCH = instead("LikeTorch", "Uniform in +-1 / sqrt(fan_in), as in PyTorch.", FanInUniform())
HE = instead("LikeHe", "He's uniform, for ReLU.", HeUniform())
FIXED = instead("Fixed", "Uniform in +-0.05, whatever the fans are.", Uniform())

SCALE = (Shifted, Magnitudes, VarianceForDeviation, TwiceTheVariance, *UNIFORM, WIDTH)
FROM_TORCH = (*SCALE, LECUN, KERAS, HE, FIXED)
FROM_KERAS = (*SCALE, TORCH, HE, FIXED, SumOfFans, FanInOnly)
# a bias has no other axis to repeat over, and no fans
BIAS = (*SCALE, LECUN, FIXED, ALL_ZERO, OneNumber)


class FanOfShape(FanInUniform):
    """The fan is read from the shape."""

    def variance(self, shape: Shape) -> float:
        return FanInUniform().variance(shape)


class FanOut(FanInUniform):
    """The fan is the number of units behind."""

    def variance(self, shape: Shape) -> float:
        return FanInUniform(mode="fan_out").variance(shape)


class FanOfAllInputs(FanInUniform):
    """The fan is the product of all axes but the last."""

    def variance(self, shape: Shape) -> float:
        return self.scale / math.prod(shape[:-1])


class FanOfSecond(FanInUniform):
    """The fan is that of the second input."""

    def variance(self, shape: Shape) -> float:
        return self.scale / shape[-2]


class FanOfBoth(FanInUniform):
    """The fan is the sum of both inputs."""

    def variance(self, shape: Shape) -> float:
        return self.scale / (shape[0] + shape[1])


class OneTap(FanInUniform):
    """The fan is 1: a channel sees itself, its taps are forgotten."""

    def variance(self, shape: Shape) -> float:
        return self.scale


class OneAxis(FanInUniform):
    """The fan is the number of taps along the first axis only."""

    def variance(self, shape: Shape) -> float:
        return self.scale / shape[0]


class TapsOnly(GlorotUniform):
    """The fans are the number of taps."""

    def variance(self, shape: Shape) -> float:
        return self.scale / math.prod(shape[:-2])


class ChannelsOnce(GlorotUniform):
    """The fans of every channel alone: its taps, and those of its own outputs."""

    def variance(self, shape: Shape) -> float:
        return 2 * self.scale / (math.prod(shape[:-2]) * (1 + shape[-1]))


class ThreeMatrices(GlorotUniform):
    """Query, key and value count as matrices of their own."""

    def variance(self, shape: Shape) -> float:
        return super().variance((*shape[:-1], shape[-1] // 3))


class HeadsApart(GlorotUniform):
    """The two heads count as matrices of their own."""

    def variance(self, shape: Shape) -> float:
        return super().variance((*shape[:-1], shape[-1] // 2))


class HeadsAsInputs(GlorotUniform):
    """The fans of (n_in, heads, size), read as a convolution's kernel."""

    def variance(self, shape: Shape) -> float:
        return super().variance((shape[0], 2, shape[-1] // 2))


class GateByGate(GlorotUniform):
    """Each of the four gates counts as a matrix of its own."""

    def variance(self, shape: Shape) -> float:
        return super().variance((*shape[:-1], shape[-1] // 4))


# ---- orthogonal over all gates


class GatesOrthogonal(Orthogonal):
    """The matrix of every gate is orthogonal, not that of all gates."""

    def draw(self, shape: Shape, rng: Generator) -> Array:
        gates = shape[1] // shape[0]
        return np.concatenate([super(GatesOrthogonal, self).draw((shape[0], shape[0]), rng) for _ in range(gates)], 1)


class GateRepeated(Orthogonal):
    """All gates begin with the same matrix."""

    def draw(self, shape: Shape, rng: Generator) -> Array:
        gates = shape[1] // shape[0]
        return np.tile(super().draw((shape[0], shape[0]), rng), gates) / math.sqrt(gates)


# ---- one number, and the bias of the forget gate


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


def slope(name: str, value: float, doc: str) -> type[Initializer]:
    return instead(name, doc, Constant(value))


SLOPES = (
    slope("LeakyByHundredth", 0.01, "The slope of LeakyReLU."),
    slope("LeakyByThreeTenths", 0.3, "The slope of an older LeakyReLU."),
    slope("Quarters", 0.025, "A slipped point."),
)

# ---- normal with the deviation 1, uniform in +-0.05

NARROW = instead("Narrow", "The deviation is 0.01.", Gaussian())
UNIT_UNIFORM = instead("UnitUniform", "Uniform between 0 and 1.", Uniform(0, 1))
SAME_SPREAD = instead("SameSpread", "Uniform with the deviation 1.", Uniform(-math.sqrt(3), math.sqrt(3)))
TRUNCATED = instead("Truncated", "Drawn again beyond two deviations.", TruncatedNormal(1.0))
LIKE_KERAS = instead("EmbeddingLikeKeras", "Uniform in +-0.05, as in Keras.", Uniform())
LIKE_TORCH = instead("EmbeddingLikeTorch", "N(0, 1), as in PyTorch.", Gaussian(1.0))
NORMAL = instead("Normal", "N(0, 0.05**2).", Gaussian(0.05))
TRUNCATED_NORMAL = instead("TruncatedNormal", "Normal, truncated at two deviations of 0.05.", TruncatedNormal(0.05))
POSITIVE = instead("Positive", "Uniform between 0 and 0.05.", Uniform(0, 0.05))

WRONG = {
    "torch_linear_default": versions(FanInUniform, *FROM_TORCH, FansSwapped, MeanOfFans, ANY[0]),
    "torch_bias_default": versions(FanInUniform, *BIAS, FanOfShape),
    "torch_conv_default": versions(FanInUniform, *FROM_TORCH, FansSwapped, TapsForgotten, FansOfFirstAxis),
    "torch_conv_transpose_default": versions(FanInUniform, *FROM_TORCH, FanOfShape, TapsForgotten, MeanOfFans),
    "torch_depthwise_conv_default": versions(
        FanInUniform, *FROM_TORCH, FanOfShape, FanOfAllInputs, OneTap, OneAxis, OneNumber
    ),
    "torch_bilinear_default": versions(FanInUniform, *FROM_TORCH, FanOfAllInputs, FanOfSecond, FanOfBoth, FanOut),
    "torch_recurrent_default": versions(
        FanInUniform, *FROM_TORCH, FanOfShape, FanOut, instead("RecurrentLikeKeras", "Orthogonal.", Orthogonal())
    ),
    "torch_embedding_default": versions(
        Gaussian, *ANY, NARROW, UNIT_UNIFORM, SAME_SPREAD, TRUNCATED, LIKE_KERAS, KERAS
    ),
    "torch_attention_default": versions(GlorotUniform, *FROM_KERAS, ThreeMatrices),
    "torch_prelu_default": versions(Constant, Noisy, ALL_ZERO, ALL_ONE, SIGN_TURNED, SMALL_NORMAL, *SLOPES),
    "keras_dense_default": versions(GlorotUniform, *FROM_KERAS, ANY[0]),
    "keras_bias_default": versions(Zeros, *NOT_ZEROS, TORCH),
    "keras_conv_default": versions(GlorotUniform, *FROM_KERAS, TapsForgotten, FansOfFirstAxis),
    "keras_conv_transpose_default": versions(GlorotUniform, *FROM_KERAS, TapsForgotten, FansOfFirstAxis),
    "keras_depthwise_conv_default": versions(GlorotUniform, *FROM_KERAS, TapsForgotten, TapsOnly, ChannelsOnce),
    "keras_recurrent_input_default": versions(GlorotUniform, *FROM_KERAS, GateByGate, ANY[0]),
    "keras_recurrent_default": versions(Orthogonal, *NOT_ORTHOGONAL, GatesOrthogonal, GateRepeated, KERAS, TORCH),
    "keras_lstm_bias_default": versions(
        UnitForgetBias, ALL_ZERO, ALL_ONE, Noisy, *FORGET, HalfForget, FirstOnly, EveryFourth
    ),
    "keras_embedding_default": versions(Uniform, *ANY, LIKE_TORCH, NORMAL, TRUNCATED_NORMAL, POSITIVE, TORCH, WIDTH),
    "keras_attention_default": versions(GlorotUniform, *FROM_KERAS, HeadsApart, HeadsAsInputs),
    "keras_normalisation_default": versions(Ones, *NOT_ONES),
}
