"""The convolutional LSTM: images over time, with convolutions in the place of the LSTM's matrix products."""

import copy

import numpy as np
from numpy.typing import DTypeLike

from scratch.activations import Activation, find_activation
from scratch.convolution import Conv1D, Conv2D, Conv3D, Convolution
from scratch.initializers import GlorotUniform, Initializer, Seed
from scratch.layer import Array, Layer, require_rank


class ConvLSTM(Layer):
    """i, f, o = sigmoid(x_t * w_x + h_{t-1} * w_h + b), g = tanh(the same), each gate its quarter of the channels;
    c_t = f c_{t-1} + i g,  h_t = o tanh(c_t);  * is a convolution, that of h with "same" padding and a stride of 1.

    x: (batch, time, *spatial, n_in) -> h: (batch, time, *out, n_out), or with `sequences=False` the last step only,
    (batch, *out, n_out);  w_x: (*kernel, n_in, 4 n_out), w_h: (*kernel, n_out, 4 n_out), b: (4 n_out,), in the order
    i f o g.  h_0, c_0: (batch, *out, n_out), the states before the first step, are zero unless given to `forward` after
    x; `backward` then returns (dx, dh_0, dc_0). `stride`, `padding`, "valid" or "same", and `dilation` are those of the
    convolution of x. With `go_backwards` the sequence is read from its end, and h comes in the order of reading.
    b starts at 0, but at `forget_bias` for f.  Shi et al. (2015), arXiv:1506.04214, without its peephole weights.
    Raises ValueError for shapes that do not fit.
    """

    convolution: type[Convolution]
    axes: str

    def __init__(
        self,
        n_in: int,
        n_out: int,
        kernel: int | tuple[int, ...],
        *,
        stride: int | tuple[int, ...] = 1,
        padding: str = "valid",
        dilation: int | tuple[int, ...] = 1,
        activation: str | Activation = "tanh",
        recurrent_activation: str | Activation = "sigmoid",
        sequences: bool = True,
        go_backwards: bool = False,
        bias: bool = True,
        forget_bias: float = 1.0,
        init: Initializer = GlorotUniform(),
        rng: Seed = None,
        dtype: DTypeLike = np.float64,
    ) -> None:
        super().__init__()
        if padding not in ("valid", "same"):
            raise ValueError(f"padding is {padding!r}, expected 'valid' or 'same'")
        rng = np.random.default_rng(rng)
        windows = {"stride": stride, "padding": padding, "dilation": dilation}
        drawn = {"init": init, "rng": rng, "dtype": dtype}
        self.of_x = self.convolution(n_in, 4 * n_out, kernel, bias=bias, **windows, **drawn)  # type: ignore[arg-type]
        self.of_h = self.convolution(n_out, 4 * n_out, kernel, padding="same", bias=False, **drawn)  # type: ignore[arg-type]
        self.f, self.sigmoid = find_activation(activation), find_activation(recurrent_activation)
        self.n_out, self.sequences, self.go_backwards = n_out, sequences, go_backwards
        self.params.update(w_x=self.of_x.params["w"], w_h=self.of_h.params["w"])
        if bias:
            self.params["b"] = np.repeat(np.array([0, forget_bias, 0, 0], dtype), n_out)

    def forward(self, x: Array, *start: Array) -> Array:
        require_rank(self, "x", x, self.axes)
        self.of_x.params.update(w=self.params["w_x"], **({"b": self.params["b"]} if "b" in self.params else {}))
        self.of_h.params["w"] = self.params["w_h"]
        batch, time = x.shape[:2]
        a = self.of_x.forward((x[:, ::-1] if self.go_backwards else x).reshape(batch * time, *x.shape[2:]))
        a = a.reshape(batch, time, *a.shape[1:])
        h, c = self._start(start, (batch, *a.shape[2:-1], self.n_out), a.dtype)
        self.shape, self.start_given = x.shape, bool(start)
        self.convolutions: list[Convolution] = []
        self.kept: list[tuple[Array, ...]] = []
        outputs = []
        for t in range(time):
            # each step remembers what its convolution was given
            of_h = copy.copy(self.of_h)
            h, c, kept = self._step(a[:, t] + of_h.forward(h), c)
            self.convolutions.append(of_h)
            self.kept.append(kept)
            outputs.append(h)
        self.last = h
        return np.stack(outputs, axis=1) if self.sequences else h

    def backward(self, dy: Array) -> Array | tuple[Array | None, ...] | None:
        time = len(self.kept)
        dh, dc = np.zeros_like(self.last), np.zeros_like(self.last)
        dz = np.empty((len(dh), time, *dh.shape[1:-1], 4 * self.n_out), dh.dtype)
        dw_h = np.zeros_like(self.params["w_h"])
        for t in reversed(range(time)):
            if self.sequences or t == time - 1:
                dh += dy[:, t] if self.sequences else dy
            dz[:, t], dc = self._step_back(t, dh, dc)
            of_h = self.convolutions[t]
            dh = of_h.backward(dz[:, t])  # type: ignore[assignment]
            dw_h += of_h.grads["w"]
        self.of_x.input_gradient = self.input_gradient
        dx = self.of_x.backward(dz.reshape(-1, *dz.shape[2:]))
        self.grads.update(w_x=self.of_x.grads["w"], w_h=dw_h)
        if "b" in self.params:
            self.grads["b"] = self.of_x.grads["b"]
        if dx is not None:
            dx = dx.reshape(self.shape)
            dx = dx[:, ::-1] if self.go_backwards else dx
        return (dx, dh, dc) if self.start_given else dx

    def _step(self, z: Array, c_0: Array) -> tuple[Array, Array, tuple[Array, ...]]:
        """h_t, c_t and what `_step_back` needs, from what the activations are given and c_{t-1}."""
        n = 3 * self.n_out
        ifo, g = self.sigmoid.value(z[..., :n]), self.f.value(z[..., n:])
        i, f, o = np.split(ifo, 3, axis=-1)
        c = f * c_0 + i * g
        tanh_c = self.f.value(c)
        return o * tanh_c, c, (z, ifo, g, c_0, c, tanh_c)

    def _step_back(self, t: int, dh: Array, dc: Array) -> tuple[Array, Array]:
        """The gradients of what the activations are given, and of c_{t-1}."""
        z, ifo, g, c_0, c, tanh_c = self.kept[t]
        i, f, o = np.split(ifo, 3, axis=-1)
        dc += dh * o * self.f.slope(c, tanh_c)
        difo = np.concatenate([dc * g, dc * c_0, dh * tanh_c], axis=-1)
        n = 3 * self.n_out
        difo *= self.sigmoid.slope(z[..., :n], ifo)
        return np.concatenate([difo, dc * i * self.f.slope(z[..., n:], g)], axis=-1), dc * f

    def _start(self, given: tuple[Array, ...], shape: tuple[int, ...], dtype: DTypeLike) -> tuple[Array, Array]:
        """The states before the first step."""
        if not given:
            return np.zeros(shape, dtype), np.zeros(shape, dtype)
        if [state.shape for state in given] != [shape, shape]:
            raise ValueError(f"states have shapes {[state.shape for state in given]}, expected h_0 and c_0 of {shape}")
        h, c = given
        return h, c


class ConvLSTM1D(ConvLSTM):
    """Sequences over time; x: (batch, time, length, n_in), w_x: (k, n_in, 4 n_out)."""

    convolution = Conv1D
    axes = "batch time length n_in"


class ConvLSTM2D(ConvLSTM):
    """Images over time; x: (batch, time, height, width, n_in), w_x: (kh, kw, n_in, 4 n_out)."""

    convolution = Conv2D
    axes = "batch time height width n_in"


class ConvLSTM3D(ConvLSTM):
    """Volumes over time; x: (batch, time, depth, height, width, n_in), w_x: (kd, kh, kw, n_in, 4 n_out)."""

    convolution = Conv3D
    axes = "batch time depth height width n_in"
