"""Wrong versions of what layers begin with: another fan, another factor, and what the other framework has."""

import math

import numpy as np

from scratch.default_initializers import FanInUniform
from scratch.initializers import (
    Gaussian,
    GlorotUniform,
    HeUniform,
    Orthogonal,
    TruncatedNormal,
    Uniform,
)
from scratch.layer import Array
from wrong.distributions import (
    ANY,
    UNIFORM,
    ColumnRepeated,
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
from wrong.orthogonal import NOT_ORTHOGONAL

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
    "torch_linear_default": versions(FanInUniform, *FROM_TORCH, FansSwapped, MeanOfFans, ColumnRepeated),
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
    "keras_dense_default": versions(GlorotUniform, *FROM_KERAS, ColumnRepeated),
    "keras_conv_default": versions(GlorotUniform, *FROM_KERAS, TapsForgotten, FansOfFirstAxis),
    "keras_conv_transpose_default": versions(GlorotUniform, *FROM_KERAS, TapsForgotten, FansOfFirstAxis),
    "keras_depthwise_conv_default": versions(GlorotUniform, *FROM_KERAS, TapsForgotten, TapsOnly, ChannelsOnce),
    "keras_recurrent_input_default": versions(GlorotUniform, *FROM_KERAS, GateByGate, ColumnRepeated),
    "keras_recurrent_default": versions(Orthogonal, *NOT_ORTHOGONAL, GatesOrthogonal, GateRepeated, KERAS, TORCH),
    "keras_embedding_default": versions(Uniform, *ANY, LIKE_TORCH, NORMAL, TRUNCATED_NORMAL, POSITIVE, TORCH, WIDTH),
    "keras_attention_default": versions(GlorotUniform, *FROM_KERAS, HeadsApart, HeadsAsInputs),
}
