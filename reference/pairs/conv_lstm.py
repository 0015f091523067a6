"""The convolutional LSTM and its twins."""

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import numpy as np

from reference.fills import choose, normal
from reference.pair import Array, Case, Pair, Slot, Twin
from reference.pairs.convolution import TAPS, each
from reference.pairs.pooling import last
from scratch import conv_lstm

GATES = "i f o g -> i f g o"


def _torch(rank: int) -> Any:
    def build(torch: Any, o: SimpleNamespace) -> Any:
        from reference.migration.glue.torch.conv_lstm import ConvLSTM

        functions = {"identity": torch.nn.Identity(), "sigmoid": torch.sigmoid, "tanh": torch.tanh, "relu": torch.relu}
        return ConvLSTM(
            rank,
            o.n_in,
            o.n_out,
            o.kernel,
            o.stride,
            o.padding,
            o.dilation,
            functions[o.activation],
            functions[o.recurrent_activation],
            o.bias,
            o.sequences,
            o.go_backwards,
        )

    return build


def _keras(rank: int) -> Any:
    def build(keras: Any, o: SimpleNamespace) -> Any:
        from reference.migration.glue.keras import recurrent

        return getattr(recurrent, f"ConvLSTM{rank}D")(
            o.n_out,
            each(o.kernel, rank),
            strides=each(o.stride, rank),
            padding=o.padding,
            dilation_rate=each(o.dilation, rank),
            activation=o.activation.replace("identity", "linear"),
            recurrent_activation=o.recurrent_activation.replace("identity", "linear"),
            use_bias=o.bias,
            return_sequences=o.sequences,
            go_backwards=o.go_backwards,
        )

    return build


def _slots(x: str, h: str, b: str, before: str, after: str) -> dict[str, Slot]:
    return {
        "w_x": Slot(x, f"{before} -> {after}", GATES),
        "w_h": Slot(h, f"{before} -> {after}", GATES),
        "b": Slot(b, "(gate hidden) -> (gate hidden)", GATES),
    }


def _forgetting_little(o: SimpleNamespace, b: Array, every: Mapping[str, Array]) -> Array:
    return np.repeat([0, o.forget_bias, 0, 0], len(b) // 4)


def _pair(rank: int) -> Pair:
    def at(*values: Any) -> tuple[Any, ...]:
        return last(rank, *values)

    def case(name: str, sizes: tuple[int, ...], kernel: Any, states: bool = False, **options: Any) -> Case:
        batch, time, n_in, n_out = 2, 3, 7, 8
        given = {"n_in": n_in, "n_out": n_out, "kernel": kernel, **options}
        inputs = {"x": normal(batch, time, *sizes, n_in)}
        if states:
            made = layer(**given).of_x
            out = made.forward(np.zeros((1, *sizes, n_in))).shape[1:-1]
            inputs |= {name: normal(batch, *out, n_out) for name in ("h_0", "c_0")}
        return Case(name, inputs, given)

    def draw(rng: np.random.Generator) -> Case:
        kernel = tuple(int(k) for k in rng.integers(1, 4, rank))
        sizes = tuple(k + int(n) for k, n in zip(kernel, rng.integers(0, 4, rank), strict=True))
        stride = tuple(int(s) for s in rng.integers(1, 3, rank))
        options = {
            "stride": stride,
            "padding": choose(rng, "valid", "same"),
            "activation": choose(rng, "tanh", "tanh", "sigmoid", "identity"),
            "recurrent_activation": choose(rng, "sigmoid", "sigmoid", "tanh"),
            "sequences": choose(rng, True, False),
            "go_backwards": choose(rng, True, False),
            "bias": choose(rng, True, True, False),
        }
        return case("", sizes, kernel, choose(rng, True, False), **options)

    layer = getattr(conv_lstm, f"ConvLSTM{rank}D")
    some = at(4, 5, 6)
    matrix = f"{TAPS[rank]} n (gate hidden)"
    return Pair(
        f"conv_lstm{rank}d",
        layer,
        torch=Twin(
            _torch(rank),
            _slots("input.weight", "recurrent.weight", "input.bias", matrix, f"(gate hidden) n {TAPS[rank]}"),
            dict.fromkeys(("x", "y", "h_0", "c_0"), "n ... c -> n c ..."),
            likeness="composed",
            reason="convolutions in a loop; PyTorch has no convolutional LSTM",
        ),
        keras=Twin(_keras(rank), _slots("cell.kernel", "cell.recurrent_kernel", "cell.bias", matrix, matrix)),
        cases=(
            case("sequences", some, at(1, 2, 3)),
            case("stateful-last-backwards", some, at(1, 3, 2), True, go_backwards=True, sequences=False),
            case("same-stride", some, at(1, 3, 2), padding="same", stride=2),
            case("dilation-backwards", some, at(1, 3, 2), dilation=at(1, 2, 3), go_backwards=True),
            case("activations", some, 2, activation="sigmoid", recurrent_activation="tanh"),
            case("last-no-bias", some, 2, bias=False, sequences=False),
            case("relu", some, 2, activation="relu", recurrent_activation="relu", forget_bias=0.0),
        ),
        draw=draw,
        starts={"b": _forgetting_little},
    )


CONV_LSTM1D, CONV_LSTM2D, CONV_LSTM3D = (_pair(rank) for rank in (1, 2, 3))
