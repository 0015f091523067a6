"""Well-known helpers that courses hand out beside the homework, for submissions that use them and do not hold them.

Names, signatures and results are those of the courses; the code is not.
"""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

Array = np.ndarray[Any, Any]


def im2col(input_data: Array, filter_h: int, filter_w: int, stride: int = 1, pad: int = 0) -> Array:
    """(n, c, h, w) -> (n * out_h * out_w, c * filter_h * filter_w), a row for each window."""
    x = np.pad(input_data, [(0, 0), (0, 0), (pad, pad), (pad, pad)])
    windows = sliding_window_view(x, (filter_h, filter_w), axis=(2, 3))[:, :, ::stride, ::stride]
    n, _, out_h, out_w = windows.shape[:4]
    return windows.transpose(0, 2, 3, 1, 4, 5).reshape(n * out_h * out_w, -1)


def col2im(
    col: Array, input_shape: tuple[int, ...], filter_h: int, filter_w: int, stride: int = 1, pad: int = 0
) -> Array:
    """The transpose of im2col: the entries of all windows added where they came from."""
    n, c, h, w = input_shape
    out_h, out_w = (h + 2 * pad - filter_h) // stride + 1, (w + 2 * pad - filter_w) // stride + 1
    windows = col.reshape(n, out_h, out_w, c, filter_h, filter_w).transpose(0, 3, 4, 5, 1, 2)
    x = np.zeros((n, c, h + 2 * pad + stride - 1, w + 2 * pad + stride - 1), windows.dtype)
    for i in range(filter_h):
        for j in range(filter_w):
            x[:, :, i : i + stride * out_h : stride, j : j + stride * out_w : stride] += windows[:, :, i, j]
    return x[:, :, pad : pad + h, pad : pad + w]


def get_im2col_indices(
    x_shape: tuple[int, ...], field_height: int, field_width: int, padding: int = 1, stride: int = 1
) -> tuple[Array, Array, Array]:
    """Indices (channel, row, column) of the padded input for columns of shape (c * fh * fw, out_h * out_w)."""
    _, c, h, w = x_shape
    out_h, out_w = (h + 2 * padding - field_height) // stride + 1, (w + 2 * padding - field_width) // stride + 1
    k, i, j = (index.reshape(-1, 1) for index in np.indices((c, field_height, field_width)))
    rows, columns = (stride * index.reshape(1, -1) for index in np.indices((out_h, out_w)))
    return k, i + rows, j + columns


def im2col_indices(x: Array, field_height: int, field_width: int, padding: int = 1, stride: int = 1) -> Array:
    """(n, c, h, w) -> (c * fh * fw, out_h * out_w * n), a column for each window, samples fastest."""
    k, i, j = get_im2col_indices(x.shape, field_height, field_width, padding, stride)
    padded = np.pad(x, [(0, 0), (0, 0), (padding, padding), (padding, padding)])
    return padded[:, k, i, j].transpose(1, 2, 0).reshape(k.shape[0], -1)


def col2im_indices(
    cols: Array,
    x_shape: tuple[int, ...],
    field_height: int = 3,
    field_width: int = 3,
    padding: int = 1,
    stride: int = 1,
) -> Array:
    """The transpose of im2col_indices."""
    n, c, h, w = x_shape
    padded = np.zeros((n, c, h + 2 * padding, w + 2 * padding), cols.dtype)
    k, i, j = get_im2col_indices(x_shape, field_height, field_width, padding, stride)
    np.add.at(padded, (slice(None), k, i, j), cols.reshape(k.shape[0], -1, n).transpose(2, 0, 1))  # type: ignore[arg-type]
    return padded[:, :, padding : padding + h, padding : padding + w]


def im2col_cython(x: Array, field_height: int, field_width: int, padding: int, stride: int) -> Array:
    return im2col_indices(x, field_height, field_width, padding, stride)


def col2im_cython(
    cols: Array, n: int, c: int, h: int, w: int, field_height: int, field_width: int, padding: int, stride: int
) -> Array:
    return col2im_indices(cols, (n, c, h, w), field_height, field_width, padding, stride)


def _each(x: Array) -> Iterator[tuple[int, ...]]:
    return np.ndindex(*x.shape)


def numerical_gradient(f: Callable[[Array], Any], x: Array) -> Array:
    """df/dx by central differences with h = 1e-4; `x` is changed meanwhile and put back."""
    return _differences(f, x, 1e-4)


def eval_numerical_gradient(f: Callable[[Array], Any], x: Array, verbose: bool = True, h: float = 1e-5) -> Array:
    return _differences(f, x, h)


def eval_numerical_gradient_array(f: Callable[[Array], Array], x: Array, df: Array, h: float = 1e-5) -> Array:
    """The gradient of sum(f(x) * df)."""
    return _differences(lambda value: np.sum(f(value) * df), x, h)


def _differences(f: Callable[[Array], Any], x: Array, h: float) -> Array:
    gradient = np.zeros(x.shape)
    for index in _each(x):
        kept = x[index]
        x[index] = kept + h
        above = f(x)
        x[index] = kept - h
        gradient[index] = np.squeeze(above - f(x)) / (2 * h)
        x[index] = kept
    return gradient


def rel_error(x: Array, y: Array) -> float:
    return float(np.max(np.abs(x - y) / np.maximum(1e-8, np.abs(x) + np.abs(y))))


def softmax(x: Array) -> Array:
    """Over the last axis, shifted by the maximum."""
    e = np.exp(x - np.max(x, axis=-1, keepdims=True))
    return e / np.sum(e, axis=-1, keepdims=True)


def sigmoid(x: Array) -> Array:
    return 1 / (1 + np.exp(-x))


def sigmoid_grad(x: Array) -> Array:
    return (1 - sigmoid(x)) * sigmoid(x)


def relu(x: Array) -> Array:
    return np.maximum(0, x)


def relu_grad(x: Array) -> Array:
    return np.where(np.asarray(x) >= 0, 1.0, 0.0)


def step_function(x: Array) -> Array:
    return np.array(x > 0, dtype=int)


def identity_function(x: Array) -> Array:
    return x


def tanh(x: Array) -> Array:
    return np.tanh(x)


def mean_squared_error(y: Array, t: Array) -> Any:
    return 0.5 * np.sum((y - t) ** 2)


def sum_squared_error(y: Array, t: Array) -> Any:
    return mean_squared_error(y, t)


def cross_entropy_error(y: Array, t: Array) -> Any:
    """The mean over the batch of -log of the true class; `t` one-hot or class numbers."""
    y, t = np.atleast_2d(y), np.asarray(t)
    t = t.reshape(y.shape).argmax(axis=1) if t.size == y.size else t.reshape(-1)
    return -np.sum(np.log(y[np.arange(len(y)), t] + 1e-7)) / len(y)


def softmax_loss(X: Array, t: Array) -> Any:  # noqa: N803
    return cross_entropy_error(softmax(X), t)


def to_categorical(y: Array, num_classes: int | None = None, dtype: Any = "float32") -> Array:
    """Class numbers as one-hot rows."""
    y = np.asarray(y, int)
    return np.eye(num_classes or int(y.max()) + 1, dtype=dtype)[y]


def one_hot(y: Array, num_classes: int = 10) -> Array:
    return to_categorical(y, num_classes, float)


def convert_one_hot(corpus: Array, vocab_size: int) -> Array:
    return to_categorical(corpus, vocab_size, np.int32)


def conv_output_size(input_size: int, filter_size: int, stride: int = 1, pad: int = 0) -> float:
    return (input_size + 2 * pad - filter_size) / stride + 1


def shuffle_dataset(x: Array, t: Array) -> tuple[Array, Array]:
    order = np.random.permutation(len(x))
    return x[order], t[order]


def clip_grads(grads: list[Array], max_norm: float) -> None:
    """Scales all gradients so that their joint norm is at most max_norm, in place."""
    rate = max_norm / (np.sqrt(sum(np.sum(grad**2) for grad in grads)) + 1e-6)
    for grad in grads:
        if rate < 1:
            grad *= rate


class SimpleInitializer:
    """Weights drawn from a normal distribution of standard deviation sigma."""

    def __init__(self, sigma: float = 0.01) -> None:
        self.sigma = sigma

    def W(self, *shape: int) -> Array:  # noqa: N802
        return self.sigma * np.random.randn(*shape)

    def B(self, *shape: int) -> Array:  # noqa: N802
        return self.sigma * np.random.randn(*shape)


class XavierInitializer(SimpleInitializer):
    """Standard deviation 1 / sqrt(n_in)."""

    def W(self, *shape: int) -> Array:  # noqa: N802
        return np.random.randn(*shape) / np.sqrt(shape[0])


class HeInitializer(SimpleInitializer):
    """Standard deviation sqrt(2 / n_in)."""

    def W(self, *shape: int) -> Array:  # noqa: N802
        return np.random.randn(*shape) * np.sqrt(2 / shape[0])


class SGD:
    """w -= lr * dw, for a dict of parameters and one of gradients, or for a layer that holds them."""

    def __init__(self, lr: float = 0.01) -> None:
        self.lr = lr

    def update(self, params: Any, grads: Any = None) -> Any:
        if isinstance(params, dict):
            for key in params:
                params[key] -= self.lr * grads[key]
            return params
        if isinstance(params, list):
            for param, grad in zip(params, grads, strict=True):
                param -= self.lr * grad
            return params
        for weight in ("W", "B", "b", "W_x", "W_h"):
            if hasattr(params, weight) and getattr(params, f"d{weight}", None) is not None:
                setattr(params, weight, getattr(params, weight) - self.lr * getattr(params, f"d{weight}"))
        return params


class GetMiniBatch:
    """Mini-batches in a shuffled order, by iteration and by index."""

    def __init__(self, X: Array, y: Array, batch_size: int = 20, seed: int | None = 0) -> None:  # noqa: N803
        self.batch_size = batch_size
        order = np.random.RandomState(seed).permutation(len(X))
        self._X, self._y = X[order], y[order]
        self._stop = -(-len(X) // batch_size)

    def __len__(self) -> int:
        return int(self._stop)

    def __getitem__(self, item: int) -> tuple[Array, Array]:
        part = slice(item * self.batch_size, (item + 1) * self.batch_size)
        return self._X[part], self._y[part]

    def __iter__(self) -> Iterator[tuple[Array, Array]]:
        return (self[item] for item in range(self._stop))


HELPERS: dict[str, Any] = {
    name: value
    for name, value in list(globals().items())
    if not name.startswith("_") and getattr(value, "__module__", "") == __name__
}
HELPERS |= {"to_one_hot": one_hot, "GPU": False}
# modules whose samples are columns, and what a helper of theirs does otherwise
OF_COLUMNS = ("rnn_utils", "rnn_utils_v2", "dnn_utils", "dnn_utils_v2")
HELPERS["softmax over columns"] = lambda x: softmax(x.T).T
