# gradients that are handed the predictions once more, losses of each element, targets in two forms
import numpy as np


class MSELoss:
    def forward(self, predictions, targets):
        return np.mean((predictions - targets) ** 2)

    def backward(self, predictions, targets):
        n, d = predictions.shape
        return 2 * (predictions - targets) / (n * d)


class MSESummedRows:
    def forward(self, output, target):
        return np.mean(np.sum((output - target) ** 2, axis=1))

    def backward(self, output, target):
        n, d = output.shape
        return 2 * (output - target) / (n * d)


class SquaredErrorLoss:
    def loss(self, y, y_pred):
        return 0.5 * (y - y_pred) ** 2

    def gradient(self, y, y_pred):
        return y_pred - y


class CrossEntropy:
    def loss(self, y, p):
        p = np.clip(p, 1e-15, 1 - 1e-15)
        return -y * np.log(p) - (1 - y) * np.log(1 - p)

    def gradient(self, y, p):
        p = np.clip(p, 1e-15, 1 - 1e-15)
        return -(y / p) + (1 - y) / (1 - p)


class SoftmaxCrossEntropy:
    """The mean for one-hot targets, the sum for class indices."""

    def forward(self, x, t):
        e = np.exp(x - x.max(1, keepdims=True))
        self.p, self.t = e / e.sum(1, keepdims=True), t
        if t.ndim == 1:
            return -np.log(self.p[np.arange(len(t)), t]).sum()
        return -(t * np.log(self.p)).sum() / len(x)

    def backward(self):
        if self.t.ndim == 1:
            d = self.p.copy()
            d[np.arange(len(d)), self.t] -= 1
            return d
        return (self.p - self.t) / len(self.t)


class SoftmaxWithLoss:
    """For class indices the gradient is not divided by the batch."""

    def forward(self, x, t):
        e = np.exp(x - x.max(1, keepdims=True))
        self.y, self.t = e / e.sum(1, keepdims=True), t
        if t.ndim == 2:
            return -np.sum(t * np.log(self.y + 1e-7)) / len(x)
        return -np.sum(np.log(self.y[np.arange(len(x)), t] + 1e-7)) / len(x)

    def backward(self, dout=1):
        if self.t.ndim == 2:
            return (self.y - self.t) * dout / len(self.t)
        dx = self.y.copy()
        dx[np.arange(len(dx)), self.t] -= 1
        return dx * dout
