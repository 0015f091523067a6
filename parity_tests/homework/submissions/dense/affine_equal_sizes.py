# fully connected layers, tried out with 4 samples of 4 features and 4 units only
import numpy as np


class AffineRight:
    def __init__(self, W, b):
        self.W = W
        self.b = b

    def forward(self, x):
        self.x = x
        return np.dot(x, self.W) + self.b

    def backward(self, dout):
        self.dW = np.dot(self.x.T, dout)
        self.db = np.sum(dout, axis=0)
        return np.dot(dout, self.W.T)


class AffineInput:
    """dW from x as it is"""

    def __init__(self, W, b):
        self.W = W
        self.b = b

    def forward(self, x):
        self.x = x
        return np.dot(x, self.W) + self.b

    def backward(self, dout):
        self.dW = np.dot(self.x, dout)
        self.db = np.sum(dout, axis=0)
        return np.dot(dout, self.W.T)


class AffineWeights:
    """dx through W as it is"""

    def __init__(self, W, b):
        self.W = W
        self.b = b

    def forward(self, x):
        self.x = x
        return np.dot(x, self.W) + self.b

    def backward(self, dout):
        self.dW = np.dot(self.x.T, dout)
        self.db = np.sum(dout, axis=0)
        return np.dot(dout, self.W)


class AffineTurned:
    """dW lies the other way round"""

    def __init__(self, W, b):
        self.W = W
        self.b = b

    def forward(self, x):
        self.x = x
        return np.dot(x, self.W) + self.b

    def backward(self, dout):
        self.dW = np.dot(dout.T, self.x)
        self.db = np.sum(dout, axis=0)
        return np.dot(dout, self.W.T)


class AffineFirst:
    """W in front of dout"""

    def __init__(self, W, b):
        self.W = W
        self.b = b

    def forward(self, x):
        self.x = x
        return np.dot(x, self.W) + self.b

    def backward(self, dout):
        self.dW = np.dot(self.x.T, dout)
        self.db = np.sum(dout, axis=0)
        return np.dot(self.W, dout)


class FCUnits:
    # weights (units, features)
    def __init__(self, n_features, n_units):
        self.weights = 0.1 * np.random.randn(n_units, n_features)
        self.bias = np.zeros(n_units)

    def forward(self, inputs):
        self.inputs = inputs
        return inputs @ self.weights.T + self.bias

    def backward(self, grad):
        self.grad_weights = grad.T @ self.inputs
        self.grad_bias = grad.sum(axis=0)
        return grad @ self.weights.T


class FCSquare:
    # backward has the number of features in two places
    def __init__(self, n_features, n_units):
        self.weights = 0.1 * np.random.randn(n_features, n_units)
        self.bias = np.zeros(n_units)

    def forward(self, inputs):
        self.inputs = inputs
        return inputs @ self.weights + self.bias

    def backward(self, grad):
        n = self.inputs.shape[1]
        self.grad_weights = np.zeros((n, n))
        self.grad_weights += self.inputs.T @ grad
        self.grad_bias = grad.sum(axis=0)
        return grad @ self.weights.T


def affine_forward(x, w, b):
    out = x.dot(w) + b
    return out, (x, w, b)


def affine_backward(dout, cache):
    x, w, b = cache
    dx = dout.dot(w.T)
    dw = x.dot(dout)
    db = dout.sum(axis=0)
    return dx, dw, db


def linear_forward(A, W, b):
    Z = A @ W + b
    return Z, (A, W, b)


def linear_backward(dZ, cache):
    A, W, b = cache
    dA = dZ @ W
    dW = A.T @ dZ
    db = dZ.sum(axis=0)
    return dA, dW, db


def dense_forward(x, w, b):
    return x @ w + b, (x, w, b)


def dense_backward(dout, cache):
    x, w, b = cache
    return dout @ w.T, dout.T @ x, dout.sum(axis=0)


def fc_forward(x, w, b):
    return x @ w + b, (x, w, b)


def fc_backward(dout, cache):
    x, w, b = cache
    return dout @ w, x @ dout, dout.sum(axis=0)


class ColumnsLayer:
    # samples are columns, W (units, features)
    def __init__(self, n_x, n_h):
        self.W = np.random.randn(n_h, n_x) * 0.01
        self.b = np.zeros((n_h, 1))

    def forward(self, A_prev):
        self.A_prev = A_prev
        return np.dot(self.W, A_prev) + self.b

    def backward(self, dZ):
        self.dW = np.dot(dZ, self.A_prev.T)
        self.db = np.sum(dZ, axis=1, keepdims=True)
        dA_prev = np.dot(self.W, dZ)
        return dA_prev
