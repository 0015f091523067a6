"""The long short-term memory, with the gradient through all time steps."""

import numpy as np
from numpy.typing import DTypeLike

from scratch.activations import Activation, find_activation
from scratch.initializers import GlorotUniform, Initializer, Seed
from scratch.layer import Array
from scratch.recurrent import Recurrent


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

    def step(self, t: int) -> None:
        h, c = self.history
        n, a = h.shape[1], self.a[t]
        ifo, g, tanh_c = self.kept[t]
        np.matmul(self.w.T, self.z[t], out=a)
        self.sigmoid.write(a[: 3 * n], ifo)
        self.f.write(a[3 * n :], g)
        i, f, o = ifo[:n], ifo[n : 2 * n], ifo[2 * n :]
        np.add(f * c[t], i * g, out=c[t + 1])
        self.f.write(c[t + 1], tanh_c)
        np.multiply(o, tanh_c, out=h[t + 1])

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
