import numpy as np


class Loss:
    def __call__(self, y, t):
        return self.forward(y, t)


class MSELoss(Loss):
    def forward(self, y, t):
        self.y, self.t = y, t
        return 0.5 * np.sum((y - t) ** 2) / len(y)

    def backward(self, dout=1):
        return dout * (self.y - self.t) / len(self.y)


class L1Loss(Loss):
    def forward(self, y, t):
        self.d = y - t
        return np.sum(np.abs(self.d)) / self.d.size

    def backward(self):
        return self.d / self.d.size


class BCELoss(Loss):
    def forward(self, y, t):
        self.y, self.t = y, t
        return -np.mean(t * np.log(y + 1e-8) + (1 - t) * np.log(1 - y + 1e-8))

    def backward(self):
        # dL/dy
        return (self.y - self.t) / self.y.size


class BCEWithLogits(Loss):
    def forward(self, x, t):
        self.s = 1 / (1 + np.exp(-x))
        self.t = t
        return np.mean(np.maximum(x, 0) - x * t + np.log1p(np.exp(-np.abs(x))))

    def backward(self):
        return (self.s - self.t) / self.t.size


class SigmoidWithLoss(Loss):
    def forward(self, x, t):
        self.t = t
        self.y = 1 / (1 + np.exp(-x))
        self.loss = -np.mean(t * np.log(self.y) + (1 - t) * np.log(1 - self.y))
        return self.loss

    def backward(self, dout=1):
        return dout * (self.y - self.t) * self.y * (1 - self.y) / self.t.size


class HingeLoss(Loss):
    def forward(self, y, t):
        self.t = t
        self.m = np.maximum(0, 1 - t * y)
        return self.m.mean()

    def backward(self):
        return -(self.m > 0) * self.t / self.t.size


class HuberLoss(Loss):
    def __init__(self, delta=1.5):
        self.delta = delta

    def forward(self, y, t):
        self.e = y - t
        a = np.abs(self.e)
        # linear outside of delta
        return np.where(a <= self.delta, 0.5 * a**2, self.delta * a).mean()

    def backward(self):
        return np.clip(self.e, -self.delta, self.delta) / self.e.size


class MSELossSigned(Loss):
    def forward(self, y, t):
        self.y, self.t = y, t
        return np.mean((y - t) ** 2)

    def backward(self):
        return 2 * (self.t - self.y) / self.y.size


criterion = BCEWithLogits()
print(criterion(np.zeros((2, 1)), np.ones((2, 1))))
print(criterion.backward())
