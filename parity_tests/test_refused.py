"""Options that no layer, optimizer or schedule can have are refused, in one line that says what was expected."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from scratch.conv_lstm import ConvLSTM1D
from scratch.convolution import Conv1D, Conv2D
from scratch.ctc import CTC
from scratch.cyclic_schedules import CosineRestarts
from scratch.dense import Dense
from scratch.distances import PairwiseDistance
from scratch.einsum_dense import EinsumDense
from scratch.embedding_bag import EmbeddingBag, RaggedEmbeddingBag
from scratch.folding import Fold, Unfold
from scratch.grouped_query_attention import GroupedQueryAttention
from scratch.normalisation import BatchNorm
from scratch.optimizers import SGD
from scratch.padding import BorderPadding, CircularPadding1D, ReflectionPadding1D, SymmetricPadding1D
from scratch.pooling import AvgPool2D, MaxPool1D
from scratch.shuffling import ChannelShuffle, PixelShuffle, PixelUnshuffle
from scratch.unpooling import MaxUnpool1D
from scratch.weight_norms import WeightNorm

FRAMES = np.zeros((2, 3, 5, 1))
IDS = np.array([[0, 1, 3], [2, 1, 1]])


def unpooled(indices: np.ndarray[Any, Any], **options: Any) -> np.ndarray[Any, Any]:
    return MaxUnpool1D(2, **options).forward(np.zeros((1, 3, 2)), indices)


def scored(loss: CTC, label: int = 1, length: int = 4) -> Any:
    """The loss of scores at four times, of three classes, for one label."""
    return loss.forward(np.zeros((1, 4, 3)), np.array([[label]]), np.array([length]), np.array([1]))


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: MaxPool1D(2, padding="same", ceil_mode=True), "padding is 'same'.*with ceil_mode"),
        (lambda: MaxPool1D(2, dilation=0), "dilation is 0, expected .* at least 1"),
        (lambda: AvgPool2D(2, divisor=0), "divisor is 0, expected above 0"),
        (lambda: Conv2D(3, 4, 2, padding_mode="same"), "padding_mode is 'same', expected 'zeros', 'reflect'"),
        (lambda: Conv2D(3, 4, 2, padding_mode="symmetric"), "padding_mode is 'symmetric', expected 'zeros'"),
        (lambda: PixelShuffle(0), "factor is 0, expected at least 1"),
        (lambda: ChannelShuffle(0), "groups is 0, expected at least 1"),
        (lambda: PixelShuffle(2).forward(np.zeros((1, 3, 4, 6))), "6 channels are no squares of 2 by 2"),
        (lambda: PixelUnshuffle(2).forward(np.zeros((1, 3, 4, 6))), "3 by 4 pixels are no squares of 2 by 2"),
        (lambda: PixelUnshuffle(2).forward(np.zeros((1, 4, 3, 6))), "4 by 3 pixels are no squares of 2 by 2"),
        (lambda: ChannelShuffle(2).forward(np.zeros((1, 4, 5))), "5 channels do not fall into 2 groups"),
        (
            lambda: EinsumDense("bthd,hdo->bto", (2, 5, 4)).forward(np.zeros((3, 6, 1, 5))),
            "x has shape .3, 6, 1, 5. along bthd, w .2, 5, 4. along hdo",
        ),
        (lambda: Unfold(3, padding=-1), "padding is -1, expected a number or 2 numbers of at least 0"),
        (lambda: Unfold(3).forward(np.zeros((1, 2, 4, 1))), "a window of .3, 3. .* does not fit"),
        (lambda: Fold((4, 5), 2).forward(np.zeros((1, 13, 8))), "shape .1, 13, 8., expected 12 elements along axis 1"),
        (lambda: Fold((4, 5), 2).forward(np.zeros((1, 12, 6))), "6 numbers are no windows of .2, 2."),
        (
            lambda: unpooled(np.zeros((1, 3, 2), int), output_size=(8,)),
            "output_size is .8,., expected less than a stride",
        ),
        (
            lambda: unpooled(np.zeros((1, 3, 2), int), output_size=(4,)),
            "output_size is .4,., expected less than a stride",
        ),
        (lambda: unpooled(np.zeros((1, 3, 1), int)), "indices are int64 of shape .1, 3, 1., expected integers like x"),
        (lambda: unpooled(np.zeros((1, 3, 2))), "indices are float64 of shape .1, 3, 2., expected integers"),
        (lambda: unpooled(np.full((1, 3, 2), 6)), "indices from 6 to 6, expected 0 to 5"),
        (lambda: unpooled(np.full((1, 3, 2), -1)), "indices from -1 to -1, expected 0 to 5"),
        (lambda: EmbeddingBag(4, 3, mode="min"), "mode is 'min', expected 'sum', 'mean' or 'max'"),
        (lambda: EmbeddingBag(4, 3).forward(IDS, np.ones((2, 3))), r"weights have shape \(6,\) in mode 'mean'"),
        (lambda: EmbeddingBag(4, 3, mode="sum").forward(IDS, np.ones((2, 2))), r"expected \(6,\) and 'sum'"),
        (lambda: EmbeddingBag(4, 3).forward(IDS[0]), "expected .batch, length."),
        (lambda: RaggedEmbeddingBag(4, 3).forward(IDS[0], np.array([1, 1])), "expected them to add up to 3 tokens"),
        (lambda: RaggedEmbeddingBag(4, 3).forward(IDS[0], np.array([4, -1])), "expected them to add up to 3 tokens"),
        (lambda: ConvLSTM1D(2, 3, 2, padding="causal"), "padding is 'causal', expected 'valid' or 'same'"),
        (lambda: ConvLSTM1D(1, 2, 2).forward(FRAMES, np.zeros((2, 4, 2))), "expected h_0 and c_0 of .2, 4, 2."),
        (lambda: ConvLSTM1D(1, 2, 2).forward(FRAMES, *[np.zeros((2, 5, 2))] * 2), "expected h_0 and c_0 of .2, 4, 2."),
        (lambda: ConvLSTM1D(1, 2, 2).forward(FRAMES[0]), "expected .batch, time, length, n_in."),
        (lambda: BatchNorm(3, momentum=1.1), r"momentum is 1.1, expected it in \[0, 1\], or None"),
        (lambda: scored(CTC(blank=3)), "CTC: blank is 3, none of the 3 classes of x"),
        (lambda: scored(CTC(), label=3), "CTC: a label is blank .0. or none of the 3 classes"),
        (lambda: scored(CTC(), label=0), "CTC: a label is blank .0. or none of the 3 classes"),
        (lambda: scored(CTC(), length=5), "CTC: a length is more than the 4 times of x or the 1 labels of t"),
        (lambda: CosineRestarts(growth=0.5), "growth is 0.5, expected at least 1"),
        (lambda: GroupedQueryAttention(4, 3, 2, 5), "kv_heads is 2, expected a divisor of the 3 heads"),
        (lambda: GroupedQueryAttention(4, 2, 2, 5, window=0), "window is 0, expected at least 1"),
        (lambda: PairwiseDistance(p=0.0), "p is 0.0, expected above 0"),
        (lambda: WeightNorm(Dense(2, 3), axis=2), "axis is 2, expected one of the 2 of w, or None"),
        (lambda: SGD(ema_momentum=1.0), r"ema_momentum is 1.0, expected it in \[0, 1\)"),
        (lambda: SGD(ema_overwrite_frequency=2), "ema_overwrite_frequency is 2, .* and an ema_momentum"),
        (lambda: SGD(ema_momentum=0.9, ema_overwrite_frequency=0), "ema_overwrite_frequency is 0, expected at least 1"),
    ],
)
def test_an_impossible_option_is_refused(make: Callable[[], Any], said: str) -> None:
    with pytest.raises(ValueError, match=said) as refused:
        make()
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(("layer", "most"), [(ReflectionPadding1D, 3), (SymmetricPadding1D, 4), (CircularPadding1D, 4)])
def test_a_border_that_is_longer_than_there_is_anything_is_refused(layer: type[BorderPadding], most: int) -> None:
    x = np.arange(8.0).reshape(1, 4, 2)
    assert layer((1, most)).forward(x).shape == (1, 5 + most, 2)
    with pytest.raises(ValueError, match=f"mode '{layer.mode}' needs more than 4 elements"):
        layer((1, most + 1)).forward(x)


@pytest.mark.parametrize(("mode", "most"), [("reflect", 3), ("circular", 4)])
def test_padding_that_goes_back_further_than_there_is_anything_is_refused(mode: str, most: int) -> None:
    x = np.arange(8.0).reshape(1, 4, 2)
    assert Conv1D(2, 3, 2, padding=most, padding_mode=mode).forward(x).shape == (1, 3 + 2 * most, 3)
    with pytest.raises(ValueError, match=f"mode '{mode}' needs more than 4 elements"):
        Conv1D(2, 3, 2, padding=most + 1, padding_mode=mode).forward(x)


def test_a_window_too_long_is_refused_though_the_number_of_windows_is_rounded_up() -> None:
    with pytest.raises(ValueError, match="does not fit"):
        MaxPool1D(7, stride=2, ceil_mode=True).forward(np.zeros((1, 3, 2)))
