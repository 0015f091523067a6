import numpy as np
from typing import Dict, List, Tuple


class FullyConnected:
    """bakcward returns a dict"""

    def __init__(self, in_dim: int, out_dim: int) -> None:
        self.weight = np.random.randn(in_dim, out_dim) / np.sqrt(in_dim)
        self.bias = np.random.randn(out_dim) * 0.01

    def forward(self, x: np.ndarray) -> np.ndarray:
        self.x = x
        return x @ self.weight + self.bias

    def bakcward(self, dy: np.ndarray) -> Dict[str, np.ndarray]:
        return {
            "dx": dy @ self.weight.T,
            "dweight": self.x.T @ dy,
            "dbias": dy.sum(0),
        }


class LinearTuple:
    def __init__(self, n_in, n_out):
        self.K = np.random.randn(n_in, n_out) * 0.05
        self.bias = np.zeros(n_out)

    def feed_forward(self, x):
        self.last = x
        return np.matmul(x, self.K) + self.bias

    def back_prop(self, delta):
        dK = np.einsum("ni,no->io", self.last, delta)
        dbias = np.einsum("no->o", delta)
        return dK, dbias, delta @ self.K.T


class LazyDense:
    # the weights are made when the first batch arrives
    def __init__(self, units):
        self.units = units
        self.built = False

    def build(self, n):
        self.kernel = np.random.uniform(-1, 1, (n, self.units)) * np.sqrt(6 / (n + self.units))
        self.bias = np.zeros(self.units)
        self.built = True

    def __call__(self, x):
        if not self.built:
            self.build(x.shape[-1])
        self.x = x
        return x @ self.kernel + self.bias

    def backward(self, g):
        self.grads = {"kernel": self.x.T @ g, "bias": g.sum(axis=0)}
        return g @ self.kernel.T


class AccumulatingLinear:
    """gradients add up until zero_grad() is called, as in PyTorch"""

    def __init__(self, n_in, n_out):
        self.w = np.random.randn(n_in, n_out)
        self.b = np.random.randn(n_out)
        self.zero_grad()

    def zero_grad(self):
        self.grad_w = np.zeros_like(self.w)
        self.grad_b = np.zeros_like(self.b)

    def forward(self, x):
        self.x = x
        return x @ self.w + self.b

    def backward(self, dy):
        self.grad_w += self.x.T @ dy
        self.grad_b += dy.sum(axis=0)
        return dy @ self.w.T


class LinearLoops:
    def __init__(self, n_in, n_out):
        self.n_in, self.n_out = n_in, n_out
        self.w = np.random.randn(n_in, n_out)
        self.b = np.random.randn(n_out)

    def forward(self, x):
        self.x = x
        out = np.zeros((len(x), self.n_out))
        for n in range(len(x)):
            for o in range(self.n_out):
                s = self.b[o]
                for i in range(self.n_in):
                    s += x[n, i] * self.w[i, o]
                out[n, o] = s
        return out

    def backward(self, dy):
        self.dw = np.zeros_like(self.w)
        self.db = np.zeros_like(self.b)
        dx = np.zeros_like(self.x)
        for n in range(len(dy)):
            for o in range(self.n_out):
                self.db[o] += dy[n, o]
                for i in range(self.n_in):
                    self.dw[i, o] = self.x[n, i] * dy[n, o]
                    dx[n, i] += self.w[i, o] * dy[n, o]
        return dx


class LinearDetached:
    """weights in a dict called network"""

    def __init__(self, n_in, n_out):
        self.network = {"W": np.random.randn(n_in, n_out), "b": np.random.randn(n_out)}
        self.grads = {}

    def forward(self, x):
        self.x = x
        return np.dot(x, self.network["W"]) + self.network["b"]

    def backward(self, dout):
        self.grads["W"] = np.dot(self.x.T, dout)
        self.grads["b"] = np.sum(dout, axis=0)
        # dx = dout . W^T
        return np.sum(dout, axis=1, keepdims=True) * np.sum(self.network["W"], axis=1)


class Value:
    """a scalar that remembers where it came from"""

    def __init__(self, data, children=()):
        self.data, self.grad, self._prev = data, 0.0, set(children)
        self._backward = lambda: None

    def __add__(self, other):
        out = Value(self.data + other.data, (self, other))

        def _backward():
            self.grad += out.grad
            other.grad += out.grad
        out._backward = _backward
        return out

    def __mul__(self, other):
        out = Value(self.data * other.data, (self, other))

        def _backward():
            self.grad += other.data * out.grad
            other.grad += self.data * out.grad
        out._backward = _backward
        return out


class ScalarLayer:
    """takes and returns lists of Value; there is no backward, every Value has its own"""

    def __init__(self, nin: int, nout: int):
        self.w: List[List[Value]] = [[Value(np.random.uniform(-1, 1)) for _ in range(nin)] for _ in range(nout)]
        self.b: List[Value] = [Value(0.0) for _ in range(nout)]

    def __call__(self, x: List[Value]) -> List[Value]:
        out = []
        for row, bias in zip(self.w, self.b):
            s = bias
            for wi, xi in zip(row, x):
                s = s + wi * xi
            out.append(s)
        return out
