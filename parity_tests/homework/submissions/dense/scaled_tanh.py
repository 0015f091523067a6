"""LeNet style activations (LeCun 98: 1.7159 tanh(2/3 x))."""
import numpy as np


class TanH:
    def __init__(self, alpha=1.7159):
        self.alpha = alpha
        self.cache = None

    def forward(self, X):
        self.cache = X
        return self.alpha * np.tanh(X)

    def backward(self, dout):
        X = self.cache
        return dout * (1 - np.tanh(X) ** 2)


class ScaledTanh:
    def __init__(self, A=1.7159, S=2.0 / 3.0):
        self.A, self.S = A, S

    def forward(self, X):
        self.t = np.tanh(self.S * X)
        return self.A * self.t

    def backward(self, dout):
        return dout * self.A * self.S * (1 - self.t ** 2)


class LeCunTanh:
    A = 1.7159
    S = 2 / 3

    def forward(self, X):
        self.out = self.A * np.tanh(self.S * X)
        return self.out

    def backward(self, dout):
        # 1 - out^2 as always for tanh, times the two constants
        return dout * self.A * self.S * (1 - self.out ** 2)


if __name__ == "__main__":
    x = np.random.randn(4, 3)
    for f in (TanH(), ScaledTanh(), LeCunTanh()):
        f.forward(x)
        print(f.backward(np.ones_like(x)))
