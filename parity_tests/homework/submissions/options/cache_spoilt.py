# backward works in what forward kept
import numpy as np


class SoftmaxWithLoss:
    def forward(self, x, t):
        self.t = t
        e = np.exp(x - x.max(axis=1, keepdims=True))
        self.y = e / e.sum(axis=1, keepdims=True)
        return -np.log(self.y[np.arange(len(t)), t]).mean()

    def backward(self, dout=1):
        dx = self.y
        dx[np.arange(len(self.t)), self.t] -= 1
        return dx / len(self.t) * dout


class SoftmaxWithLossCopy(SoftmaxWithLoss):
    def backward(self, dout=1):
        dx = self.y.copy()
        dx[np.arange(len(self.t)), self.t] -= 1
        return dx / len(self.t) * dout


def tanh_forward(x):
    out = np.tanh(x)
    return out, {'out': out}


def tanh_backward(dout, cache):
    a = cache['out']
    a *= a
    return dout * (1 - a)


class Sigmoid:
    def forward(self, x):
        self.out = 1 / (1 + np.exp(-x))
        return self.out

    def backward(self, dout):
        self.out *= 1 - self.out
        return dout * self.out


class SigmoidSpoilsItself:
    """the product is taken in place, and then used as if it were the output"""

    def forward(self, x):
        self.out = 1 / (1 + np.exp(-x))
        return self.out

    def backward(self, dout):
        self.out *= 1 - self.out
        return dout * self.out * (1 - self.out)


class Affine:
    # gradients add up until they are cleared: no mistake
    def __init__(self, W, b):
        self.W, self.b = W, b
        self.zero_grad()

    def zero_grad(self):
        self.dW, self.db = np.zeros_like(self.W), np.zeros_like(self.b)

    def forward(self, x):
        self.x = x
        return x @ self.W + self.b

    def backward(self, dout):
        self.dW += self.x.T @ dout
        self.db += dout.sum(axis=0)
        return dout @ self.W.T


class AffineCentres:
    # x is changed before dW is taken of it: wrong at once
    def __init__(self, W, b):
        self.W, self.b = W, b

    def forward(self, x):
        self.x = x.copy()
        return x @ self.W + self.b

    def backward(self, dout):
        self.x -= self.x.mean(axis=0)
        self.dW = self.x.T @ dout
        self.db = dout.sum(axis=0)
        return dout @ self.W.T


class Dense:
    # the update is part of the backward pass: a second one would be right for the weights as they are then
    def __init__(self, n_in, n_out, lr=0.5):
        self.W, self.b, self.lr = np.random.randn(n_in, n_out), np.zeros(n_out), lr

    def forward(self, x):
        self.x = x
        return x @ self.W + self.b

    def backward(self, dout):
        dx = dout @ self.W.T
        self.W -= self.lr * self.x.T @ dout
        self.b -= self.lr * dout.sum(axis=0)
        return dx


class ReLU:
    def forward(self, x):
        self.mask = x > 0
        return x * self.mask

    def backward(self, dout):
        dout[~self.mask] = 0
        return dout
