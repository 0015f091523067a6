import numpy as np


class ReLU6:
    def forward(self, x):
        self.x = x
        return np.minimum(np.maximum(x, 0), 6)

    def backward(self, dout):
        return dout * ((self.x > 0) & (self.x < 6))


class CELU:
    def __init__(self, alpha=1.0):
        self.alpha = alpha

    def forward(self, x):
        self.x = x
        return np.where(x > 0, x, self.alpha * (np.exp(np.minimum(x, 0) / self.alpha) - 1))

    def backward(self, dout):
        return dout * np.where(self.x > 0, 1, np.exp(np.minimum(self.x, 0) / self.alpha))


class HardSwish:
    def forward(self, x):
        self.x = x
        return x * np.clip(x + 3, 0, 6) / 6

    def backward(self, dout):
        x = self.x
        return dout * np.where(x < -3, 0, np.where(x > 3, 1, (2 * x + 3) / 6))


def log_sigmoid(x):
    return -np.logaddexp(0, -x)


def log_sigmoid_grad(x):
    return 1 / (1 + np.exp(x))


class Hardshrink:
    def __init__(self, lambd=0.5):
        self.lambd = lambd

    def forward(self, x):
        self.m = np.abs(x) > self.lambd
        return x * self.m

    def backward(self, g):
        return g * self.m


class Softshrink:
    def __init__(self, lambd=0.5):
        self.lambd = lambd

    def forward(self, x):
        self.m = np.abs(x) > self.lambd
        return np.sign(x) * np.maximum(np.abs(x) - self.lambd, 0)

    def backward(self, g):
        return g * self.m


def tanhshrink(x):
    return x - np.tanh(x)


def tanhshrink_derivative(x):
    return np.tanh(x) ** 2


class ThresholdedReLU:
    def __init__(self, theta=1.0):
        self.theta = theta

    def forward(self, x):
        self.m = x > self.theta
        return x * self.m

    def backward(self, g):
        return g * self.m


class Squareplus:
    def __init__(self, b=4):
        self.b = b

    def forward(self, x):
        self.x = x
        return 0.5 * (x + np.sqrt(x * x + self.b))

    def backward(self, g):
        return g * 0.5 * (1 + self.x / np.sqrt(self.x**2 + self.b))
