"""Keras' recurrent layers, called as the layers of this project are."""

from typing import Any, ClassVar

import keras


class _Plain:
    """What is put before a Keras layer: further arguments are states, and a boolean one, the last, is a mask."""

    # its weights and arguments are those of Keras' own class, made with nothing more
    own_class_with: ClassVar[dict[str, Any]] = {}
    not_in_own_class: ClassVar[frozenset[str]] = frozenset()

    def __call__(self, x: Any, *given: Any, **kwargs: Any) -> Any:
        masked = bool(given) and given[-1].dtype == "bool"
        states = list(given[:-1] if masked else given)
        # an absent mask must not be mentioned: Keras would take None for one
        mask = {"mask": given[-1]} if masked else {}
        return super().__call__(x, initial_state=states or None, **mask, **kwargs)  # type: ignore[misc]


class SimpleRNN(_Plain, keras.layers.SimpleRNN):
    """keras.layers.SimpleRNN, called with positional states and mask."""


class LSTM(_Plain, keras.layers.LSTM):
    """keras.layers.LSTM, called with positional states and mask."""


class GRU(_Plain, keras.layers.GRU):
    """keras.layers.GRU, called with positional states and mask."""


class RNN(_Plain, keras.layers.RNN):
    """keras.layers.RNN, called with positional states and mask."""


class _Dropping(_Plain):
    """Put before a layer whose cell drops: boolean arguments (batch, gates, n), the last ones, are what is kept.

    Those of the rates above 0, of x and of h; of one gate for all where only x is dropped. Keras' cells keep the masks
    of a sequence, and draw them where they have none.
    """

    # the gates of Keras' cell by their places in the masks
    order: ClassVar[tuple[int, ...]] = ()

    def __call__(self: Any, x: Any, *given: Any, **kwargs: Any) -> Any:
        masks = iter([each for each in given if len(each.shape) == 3])
        for name, rate in (("_dropout_mask", self.dropout), ("_recurrent_dropout_mask", self.recurrent_dropout)):
            kept = next(masks, None) if rate else None
            if kept is not None:
                factors = keras.ops.cast(kept, x.dtype) / (1 - rate)
                apart = hasattr(self.cell, "dropout_mask_count")
                setattr(self.cell, name, [factors[:, k] for k in self.order] if apart else factors[:, 0])
        return super().__call__(x, *(each for each in given if len(each.shape) != 3), **kwargs)


class DroppingSimpleRNN(_Dropping, keras.layers.SimpleRNN):
    """keras.layers.SimpleRNN with the masks of its dropout given."""


class DroppingLSTM(_Dropping, keras.layers.LSTM):
    """keras.layers.LSTM with the masks of its dropout given, for the gates i f o g."""

    order = (0, 1, 3, 2)


class DroppingGRU(_Dropping, keras.layers.GRU):
    """keras.layers.GRU with the masks of its dropout given, for the gates z r g."""

    order = (0, 1, 2)


class ConvLSTM1D(_Plain, keras.layers.ConvLSTM1D):
    """keras.layers.ConvLSTM1D, called with positional states."""


class ConvLSTM2D(_Plain, keras.layers.ConvLSTM2D):
    """keras.layers.ConvLSTM2D, called with positional states."""


class ConvLSTM3D(_Plain, keras.layers.ConvLSTM3D):
    """keras.layers.ConvLSTM3D, called with positional states."""


class Bidirectional(_Plain, keras.layers.Bidirectional):
    """keras.layers.Bidirectional, called with positional states and mask."""


@keras.saving.register_keras_serializable("crosscheck")
class ProjectedLSTMCell(keras.layers.LSTMCell):
    """An LSTM cell whose output is projected before it is given and fed back, as torch.nn.LSTM's with proj_size.

    `h_t = (o_t * tanh(c_t)) @ projection_kernel`; projection_kernel: (units, projected), recurrent_kernel: (projected,
    4 units). The state h is (batch, projected), c is (batch, units).
    """

    def __init__(self, units: int, projected: int, **options: Any) -> None:
        super().__init__(units, **options)
        self.projected = projected
        self.state_size = [projected, units]
        self.output_size = projected

    def build(self, input_shape: Any) -> None:
        super().build(input_shape)
        self.projection_kernel = self.add_weight(
            (self.units, self.projected), "glorot_uniform", name="projection_kernel"
        )

    def add_weight(self, shape: Any = None, *args: Any, name: str | None = None, **options: Any) -> Any:
        if name == "recurrent_kernel":  # reads what was projected
            shape = (self.projected, shape[1])
        return super().add_weight(shape, *args, name=name, **options)

    def call(self, inputs: Any, states: Any, training: bool = False) -> Any:
        h, (_, c) = super().call(inputs, states, training=training)
        y = keras.ops.matmul(h, self.projection_kernel)
        return y, [y, c]

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "projected": self.projected}


def projected_lstm(units: int, projected: int, **options: Any) -> Any:
    """torch.nn.LSTM(n_in, units, proj_size=projected) in Keras; `options` are those of keras.layers.RNN.

    The weights in their order are weight_ih.T, weight_hh.T, the sum of both biases, weight_hr.T.
    """
    return keras.layers.RNN(ProjectedLSTMCell(units, projected), **options)


class Stack(keras.layers.Layer):
    """Recurrent layers one above the other, called with the states of the lowest, then of the next, and so on."""

    def __init__(self, layers: list[Any]) -> None:
        super().__init__()
        self.layers = layers

    def __call__(self, x: Any, *states: Any, training: bool = False) -> Any:
        each = len(states) // len(self.layers)
        for i, layer in enumerate(self.layers):
            x = layer(x, initial_state=list(states[i * each : (i + 1) * each]) or None, training=training)
        return x
