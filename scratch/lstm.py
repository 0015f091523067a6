"""The long short-term memory, with the gradient through all time steps."""

import numpy as np
from numpy.typing import DTypeLike

from scratch.activations import Activation, find_activation
from scratch.initializers import GlorotUniform, Initializer, Seed
from scratch.layer import Array
from scratch.recurrent import Recurrent, product_sum


class LSTM(Recurrent):
    """i, f, o = sigmoid(x_t @ w_x + h_{t-1} @ w_h + b), g = tanh(the same), each gate its quarter of the columns;
    c_t = f c_{t-1} + i g,  h_t = o tanh(c_t)

    x: (batch, time, n_in) -> h: (batch, time, n_hidden), or with `sequences=False` the last step only,
    (batch, n_hidden);  w_x: (n_in, 4 n_hidden), w_h: (n_hidden, 4 n_hidden), b: (4 n_hidden,), in the order i f o g.
    h_0, c_0: (batch, n_hidden), the states before the first step, are zero unless given to `forward` after x;
    `backward` then returns (dx, dh_0, dc_0). `activation` stands in the place of tanh, `recurrent_activation` in that
    of the sigmoid. b starts at 0, but at `forget_bias` for f, so that a new layer remembers; Keras has 1, PyTorch 0.
    Hochreiter and Schmidhuber (1997), with the forget gate of Gers, Schmidhuber and Cummins (2000), its bias as in
    Jozefowicz, Zaremba and Sutskever (2015). `go_backwards`, masks and errors: see Recurrent.
    """

    gates = 4
    states = ("h_0", "c_0")
    widths = (3, 1, 1)  # ifo, g, tanh_c

    def __init__(
        self,
        n_in: int,
        n_hidden: int,
        *,
        activation: str | Activation = "tanh",
        recurrent_activation: str | Activation = "sigmoid",
        sequences: bool = True,
        go_backwards: bool = False,
        zero_output_for_mask: bool = False,
        bias: bool = True,
        forget_bias: float = 1.0,
        init: Initializer = GlorotUniform(),
        rng: Seed = None,
        dtype: DTypeLike = np.float64,
    ) -> None:
        super().__init__(
            n_in,
            n_hidden,
            activation=activation,
            sequences=sequences,
            go_backwards=go_backwards,
            zero_output_for_mask=zero_output_for_mask,
            bias=bias,
            init=init,
            rng=rng,
            dtype=dtype,
        )
        self.sigmoid = find_activation(recurrent_activation)
        if bias:
            self.params["b"][n_hidden : 2 * n_hidden] = forget_bias

    def _prepare(self, x: Array) -> None:
        super()._prepare(x)
        self.emitted = self.history[0]

    def step(self, t: int) -> None:
        (_, c), a = self.history, self.a[t]
        ifo, g, tanh_c = self.kept[t]
        n = len(g)
        self.apply(t)
        self.sigmoid.write(a[: 3 * n], ifo)
        self.f.write(a[3 * n :], g)
        i, f, o = ifo[:n], ifo[n : 2 * n], ifo[2 * n :]
        np.add(f * c[t], i * g, out=c[t + 1])
        self.f.write(c[t + 1], tanh_c)
        np.multiply(o, tanh_c, out=self.emitted[t + 1])

    def step_back(self, t: int, *dstates: Array) -> tuple[Array, ...]:
        dh, dc = dstates
        n, a, da = len(dh), self.a[t], self.da[t]
        ifo, g, tanh_c = self.kept[t]
        i, f, o = ifo[:n], ifo[n : 2 * n], ifo[2 * n :]
        c_0, c = self.history[1][t : t + 2]
        dc = dc + dh * o * self.f.slope(c, tanh_c)
        np.multiply(dc, g, out=da[:n])
        np.multiply(dc, c_0, out=da[n : 2 * n])
        np.multiply(dh, tanh_c, out=da[2 * n : 3 * n])
        da[: 3 * n] *= self.sigmoid.slope(a[: 3 * n], ifo)
        np.multiply(dc * i, self.f.slope(a[3 * n :], g), out=da[3 * n :])
        return self.params["w_h"] @ da, dc * f


class ProjectedLSTM(LSTM):
    """h_t = (o tanh(c_t)) @ w_r, all else as in LSTM: what is given and fed back is projected, the cell is not.

    x: (batch, time, n_in) -> h: (batch, time, n_projected), or with `sequences=False` the last step only,
    (batch, n_projected);  w_x: (n_in, 4 n_hidden), w_h: (n_projected, 4 n_hidden), w_r: (n_hidden, n_projected),
    b: (4 n_hidden,);  h_0: (batch, n_projected), c_0: (batch, n_hidden).
    Sak, Senior and Beaufays (2014), with the recurrent projection alone and without peepholes, as PyTorch's proj_size.
    """

    def __init__(
        self,
        n_in: int,
        n_hidden: int,
        n_projected: int,
        *,
        sequences: bool = True,
        go_backwards: bool = False,
        zero_output_for_mask: bool = False,
        bias: bool = True,
        forget_bias: float = 1.0,
        init: Initializer = GlorotUniform(),
        rng: Seed = None,
        dtype: DTypeLike = np.float64,
    ) -> None:
        rng = np.random.default_rng(rng)
        super().__init__(
            n_in,
            n_hidden,
            sequences=sequences,
            go_backwards=go_backwards,
            zero_output_for_mask=zero_output_for_mask,
            bias=bias,
            forget_bias=forget_bias,
            init=init,
            rng=rng,
            dtype=dtype,
        )
        self.params["w_h"] = init((n_projected, self.gates * n_hidden), rng, dtype)
        self.params["w_r"] = init((n_hidden, n_projected), rng, dtype)

    def sizes(self) -> tuple[int, ...]:
        return self.params["w_r"].shape[::-1]

    def _prepare(self, x: Array) -> None:
        super()._prepare(x)
        (steps, _, batch), n = self.a.shape, len(self.params["w_r"])
        self.emitted = self.room("emitted", (steps + 1, n, batch), self.a.dtype)
        self.dh = self.room("dh", (steps, self.history[0].shape[1], batch), self.a.dtype)

    def step(self, t: int) -> None:
        super().step(t)
        np.matmul(self.params["w_r"].T, self.emitted[t + 1], out=self.history[0][t + 1])

    def step_back(self, t: int, *dstates: Array) -> tuple[Array, ...]:
        self.dh[t], dc = dstates
        return super().step_back(t, self.params["w_r"] @ self.dh[t], dc)

    def weight_gradients(self) -> dict[str, Array]:
        return super().weight_gradients() | {"w_r": product_sum(self.emitted[1:], self.dh)}
