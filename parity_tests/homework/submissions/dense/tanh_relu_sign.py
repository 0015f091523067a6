import numpy as np


class Tanh:
    # ハイパボリックタンジェント
    def __init__(self):
        self.z = None

    def forward(self, a):
        self.z = np.tanh(a)
        return self.z

    def backward(self, dz):
        return dz * (1 - self.z**2)


class Hipo:
    def forward(self, a):
        self.a = a
        return (np.exp(a) - np.exp(-a)) / (np.exp(a) + np.exp(-a))

    def backward(self, dz):
        return dz * (1 - self.forward(self.a))**2


class Sigmoid:
    def forward(self, a):
        self.z = 1 / (1 + np.exp(-a))
        return self.z

    def backward(self, dz):
        return dz * (1 - self.z) * (-self.z)


class ReLU:
    def __init__(self):
        self.a = None

    def forward(self, a):
        self.a = a
        return np.maximum(a, 0)

    def backward(self, dz):
        return dz * np.maximum(np.sign(self.a), 0)


class ReLU2:
    def forward(self, a):
        self.a = a
        a[a < 0] = 0
        return a

    def backward(self, dz):
        return dz * np.where(self.a >= 0, 1, 0)


class PReLUish:
    """leaky ReLU, negative_slope=0.1"""

    def __init__(self, negative_slope=0.1):
        self.negative_slope = negative_slope

    def forward(self, a):
        self.a = a
        return np.maximum(a, 0) + alpha * np.minimum(a, 0)

    def backward(self, dz):
        return dz * ((self.a > 0) + self.negative_slope * (self.a <= 0))


alpha = 0.3
a = np.array([[-1.0, 2.0, 3.0], [4.0, -5.0, 0.5]])
print(ReLU().forward(a))
