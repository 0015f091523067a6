import numpy as np
from .base import Layer
from .tensor import Tensor


def he(shape, fan_in):
    return np.random.normal(0.0, np.sqrt(2.0 / fan_in), shape)


class Linear(Layer):
    def __init__(self, n_in, n_out):
        super().__init__()
        self.params["w"] = Tensor(he((n_in, n_out), n_in))
        self.params["b"] = Tensor(np.zeros(n_out))

    def forward(self, x):
        self.inputs = x
        return x @ self.params["w"].data + self.params["b"].data

    def backward(self, grad):
        self.params["w"].grad = self.inputs.T @ grad
        self.params["b"].grad = grad.sum(axis=0)
        return grad @ self.params["w"].data.T


class Conv2d(Layer):
    """channels last; kernel [height, width, in, out]; stride (int or pair); padding "SAME" or "VALID" """

    def __init__(self, kernel, stride=1, padding="SAME"):
        super().__init__()
        self.kh, self.kw, n_in, n_out = kernel
        self.stride = (stride, stride) if isinstance(stride, int) else tuple(stride)
        self.padding = padding
        self.params["w"] = Tensor(he(kernel, self.kh * self.kw * n_in))
        self.params["b"] = Tensor(np.zeros(n_out))

    def _amount(self, n, k, s):
        if self.padding == "VALID":
            return 0, 0
        need = max((n + s - 1) // s * s - s + k - n, 0)
        return need // 2, need - need // 2

    def forward(self, x):
        self.in_shape = x.shape
        ph = self._amount(x.shape[1], self.kh, self.stride[0])
        pw = self._amount(x.shape[2], self.kw, self.stride[1])
        self.top, self.left = ph[0], pw[0]
        self.padded = np.pad(x, ((0, 0), ph, pw, (0, 0)), "constant")
        self.oh = (self.padded.shape[1] - self.kh) // self.stride[0] + 1
        self.ow = (self.padded.shape[2] - self.kw) // self.stride[1] + 1
        y = np.zeros((x.shape[0], self.oh, self.ow, self.params["w"].shape[3]))
        for r, c, view in self._taps(self.padded):
            y += view @ self.params["w"].data[r, c]
        return y + self.params["b"].data

    def _taps(self, image):
        sh, sw = self.stride
        for r in range(self.kh):
            for c in range(self.kw):
                yield r, c, image[:, r:r + sh * (self.oh - 1) + 1:sh, c:c + sw * (self.ow - 1) + 1:sw]

    def backward(self, grad):
        w = self.params["w"]
        w.grad = np.zeros_like(w.data)
        self.params["b"].grad = grad.sum(axis=(0, 1, 2))
        d = np.zeros_like(self.padded)
        for (r, c, view), (_, _, target) in zip(self._taps(self.padded), self._taps(d)):
            w.grad[r, c] = np.tensordot(view, grad, axes=([0, 1, 2], [0, 1, 2]))
            target += grad @ w.data[r, c].T
        _, h, wd, _ = self.in_shape
        return d[:, self.top:self.top + h, self.left:self.left + wd]


class MaxPool2d(Layer):
    def __init__(self, size, stride):
        super().__init__()
        self.size, self.stride = size, stride

    def forward(self, x):
        k, s = self.size, self.stride
        self.x = x
        n, h, w, c = x.shape
        self.out = np.full((n, (h - k) // s + 1, (w - k) // s + 1, c), -np.inf)
        for i in range(self.out.shape[1]):
            for j in range(self.out.shape[2]):
                self.out[:, i, j] = x[:, i * s:i * s + k, j * s:j * s + k].max(axis=(1, 2))
        return self.out

    def backward(self, grad):
        k, s = self.size, self.stride
        d = np.zeros_like(self.x)
        for i in range(grad.shape[1]):
            for j in range(grad.shape[2]):
                win = self.x[:, i * s:i * s + k, j * s:j * s + k]
                hit = win == self.out[:, i:i + 1, j:j + 1]
                hit = hit / hit.sum(axis=(1, 2), keepdims=True)     # equal maxima share
                d[:, i * s:i * s + k, j * s:j * s + k] += hit * grad[:, i:i + 1, j:j + 1]
        return d


class Flatten(Layer):
    def forward(self, x):
        self.shape = x.shape
        return x.reshape((x.shape[0], -1))

    def backward(self, grad):
        return grad.reshape(self.shape)
