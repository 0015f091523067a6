"""Dense layers for the hidden part, all of one width"""
import numpy as np


class Dense:
    """y = xW + b"""

    def __init__(self, n_in, n_out, lr=0.1):
        self.weights = np.random.randn(n_in, n_out) * np.sqrt(2. / n_in)
        self.bias = np.zeros(n_out)

    def forward(self, inp):
        self.inp = inp
        return inp @ self.weights + self.bias

    def backward(self, dout):
        m = self.inp.shape[0]
        self.grad_weights = self.inp.T @ dout / m
        self.grad_bias = dout.sum(axis=0) / m
        return dout @ self.weights.T


class DenseDividesDout(Dense):
    def backward(self, dout):
        self.grad_bias = dout.sum(axis=0)
        dout /= len(dout)
        self.grad_weights = self.inp.T @ dout
        return dout @ self.weights.T


class DenseSquareTransposed(Dense):
    """dx through W itself: my layers have all the same width"""

    def backward(self, dout):
        self.grad_weights = (dout.T @ self.inp).reshape(self.weights.shape)
        self.grad_bias = dout.sum(axis=0)
        return dout @ self.weights.T

