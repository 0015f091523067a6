"""Recurrent layers with dropout of what they read: the same units are dropped at all steps of a sequence."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import DTypeLike

from scratch.activations import Activation
from scratch.gru import GRU
from scratch.initializers import GlorotUniform, Initializer, Seed
from scratch.layer import Array
from scratch.lstm import LSTM
from scratch.recurrent import Recurrent, SimpleRNN, product_sum
from scratch.regularisation import require_rate


class WithDropout(Recurrent):
    """Put before a recurrent layer: in training its gate k is given x_t m_x[k] / (1 - dropout) in the place of x_t, and
    h_{t-1} m_h[k] / (1 - recurrent_dropout) in that of h_{t-1} before w_h. What passes a gate by is not dropped.

    The masks are drawn once for a whole sequence. m_x: booleans (batch, gates, n_in), or (batch, 1, n_in), one for all
    gates, where `recurrent_dropout` is 0; m_h: (batch, gates, n_hidden). They can be given instead, as the last
    arguments of `forward`, those of a rate above 0 only.  Gal and Ghahramani (2016), arXiv:1512.05287; Keras.
    Raises ValueError for a rate that is not in [0, 1), and for masks of other shapes.
    """

    def __init__(
        self,
        n_in: int,
        n_hidden: int,
        *,
        dropout: float = 0.0,
        recurrent_dropout: float = 0.0,
        activation: str | Activation = "tanh",
        sequences: bool = True,
        go_backwards: bool = False,
        zero_output_for_mask: bool = False,
        bias: bool = True,
        init: Initializer = GlorotUniform(),
        rng: Seed = None,
        dtype: DTypeLike = np.float64,
    ) -> None:
        require_rate(self, dropout)
        require_rate(self, recurrent_dropout)
        self.rng = np.random.default_rng(rng)
        super().__init__(
            n_in,
            n_hidden,
            activation=activation,
            sequences=sequences,
            go_backwards=go_backwards,
            zero_output_for_mask=zero_output_for_mask,
            bias=bias,
            init=init,
            rng=self.rng,
            dtype=dtype,
        )
        self.dropout, self.recurrent_dropout = dropout, recurrent_dropout

    def forward(self, x: Array, *given: Array) -> Array:
        masks = [each for each in given if each.ndim == 3]
        if self.training and not masks:
            masks = self.draw(x)
        left = iter(masks)
        self.m_x, self.m_h = [self._factors(x, rate, shape, left) for rate, shape in self._dropped(x)]
        return super().forward(x, *(each for each in given if each.ndim != 3))

    def draw(self, x: Array) -> list[Array]:
        """What is kept of x, and of h, where they are dropped: masks as `forward` takes them."""
        return [self.rng.random(shape) >= rate for rate, shape in self._dropped(x) if rate]

    def apply(self, t: int) -> None:
        self.a[t] = self._of_x(t) + self._product("w_h", self.history[0][t] * self.m_h)

    def step_back(self, t: int, *dstates: Array) -> tuple[Array, ...]:
        _, *others = super().step_back(t, *dstates)
        return (self._back("w_h", self.da[t], self.m_h), *others)

    def input_gradients(self) -> Array:
        return np.stack([self._back("w_x", da, self.m_x) for da in self.da])

    def weight_gradients(self) -> dict[str, Array]:
        bias = {"b": self.da.sum(axis=(0, 2))} if "b" in self.params else {}
        x, h = self.x[:, : len(self.params["w_x"])], self.history[0][:-1]
        return {"w_x": self._weights(x, self.da, self.m_x), **bias, "w_h": self._weights(h, self.da, self.m_h)}

    def _dropped(self, x: Array) -> tuple[tuple[float, tuple[int, ...]], ...]:
        """The rate for x and the shape of its mask; the same for h."""
        n_in, n = len(self.params["w_x"]), len(self.params["w_h"])
        shared = self.gates if self.recurrent_dropout else 1
        return (self.dropout, (len(x), shared, n_in)), (self.recurrent_dropout, (len(x), self.gates, n))

    def _factors(self, x: Array, rate: float, shape: tuple[int, ...], masks: Iterator[Array]) -> Array:
        """What each unit is multiplied by, gate by gate: (gates, n, batch), 1 for `gates` where all are alike."""
        if not self.training or rate == 0:
            return np.ones((1, 1, 1), x.dtype)
        kept = next(masks, None)
        if kept is None or kept.shape != shape:
            got = "none" if kept is None else f"one of {kept.shape}"
            raise ValueError(f"{type(self).__name__}: expected a mask of dropout of shape {shape}, got {got}")
        return kept.transpose(1, 2, 0).astype(x.dtype) / (1 - rate)

    def _of_x(self, t: int) -> Array:
        a = self._product("w_x", self.x[t, : len(self.params["w_x"])] * self.m_x)
        return a + self.params["b"][:, None] if "b" in self.params else a

    def _apart(self, name: str) -> Array:
        """The block of each gate in a matrix: (gates, rows, n_hidden)."""
        return np.stack(np.split(self.params[name], self.gates, axis=1))

    def _product(self, name: str, v: Array) -> Array:
        """w_k^T v_k of all gates k, one below the other; v: (gates, rows, batch), or one for all gates."""
        return (self._apart(name).transpose(0, 2, 1) @ v).reshape(self.a.shape[1:])

    def _back(self, name: str, da: Array, factors: Array) -> Array:
        """The gradient of what is dropped, times these factors, and given to `_product`."""
        apart, (_, batch) = self._apart(name), da.shape
        back: Array = (apart @ da.reshape(self.gates, apart.shape[-1], batch) * factors).sum(axis=0)
        return back

    def _weights(self, v: Array, da: Array, factors: Array) -> Array:
        """The gradient of the matrix, over all steps."""
        parts = enumerate(np.split(da, self.gates, axis=1))
        return np.hstack([product_sum(v * factors[k % len(factors)], part) for k, part in parts])


class SimpleRNNWithDropout(WithDropout, SimpleRNN):
    """SimpleRNN that drops what it reads: see WithDropout."""


class LSTMWithDropout(WithDropout, LSTM):
    """LSTM that drops what it reads: see WithDropout. The cell is not dropped."""


class GRUWithDropout(WithDropout, GRU):
    """GRU that drops what it reads: see WithDropout. The h_{t-1} in z h_{t-1} is not dropped."""

    def apply_apart(self, t: int, u: Array) -> None:
        (h,) = self.history
        u[...] = self._product("w_h", h[t] * self.m_h)
        self.a[t] = self._of_x(t)

    def step_back(self, t: int, *dstates: Array) -> tuple[Array, ...]:
        GRU.step_back(self, t, *dstates)
        (dh,), (zr, *_), n = dstates, self.kept[t], len(self.params["w_h"])
        return (dh * zr[:n] + self._back("w_h", self.du[t], self.m_h),)

    def weight_gradients(self) -> dict[str, Array]:
        bias = {"b_h": self.du.sum(axis=(0, 2))} if "b_h" in self.params else {}
        (h,) = self.history
        return super().weight_gradients() | bias | {"w_h": self._weights(h[:-1], self.du, self.m_h)}
