import numpy as np


class HuberLoss:
    def __init__(self, delta=1.0):
        self.delta = delta

    def forward(self, pred, target):
        self.e = pred - target
        a = np.abs(self.e)
        return np.where(a <= self.delta, 0.5 * a**2, self.delta * (a - 0.5 * self.delta)).mean()

    def backward(self):
        return np.clip(self.e, -self.delta, self.delta) / self.e.size


class KLDivLoss:
    def forward(self, p, q):
        self.p, self.q = p, q
        return np.sum(p * np.log(p / q)) / len(p)

    def backward(self):
        return -self.p / self.q / len(self.p)


class FocalLoss:
    def __init__(self, gamma=2.0, alpha=0.25):
        self.gamma, self.alpha = gamma, alpha

    def forward(self, p, y):
        self.p, self.y = p, y
        pt = np.where(y == 1, p, 1 - p)
        a = np.where(y == 1, self.alpha, 1 - self.alpha)
        return np.mean(-a * (1 - pt) ** self.gamma * np.log(pt))

    def backward(self):
        p, y = self.p, self.y
        pt = np.where(y == 1, p, 1 - p)
        a = np.where(y == 1, self.alpha, 1 - self.alpha)
        s = np.where(y == 1, 1, -1)
        g = self.gamma
        return s * a * (g * (1 - pt) ** (g - 1) * np.log(pt) - (1 - pt) ** g / pt) / p.size


class BCEWithLogitsLoss:
    def __call__(self, z, y):
        self.z, self.y = z, y
        return np.mean(np.maximum(z, 0) - z * y + np.log1p(np.exp(-np.abs(z))))

    def backward(self):
        return (1 / (1 + np.exp(-self.z)) - self.y) / self.z.size


class CosineSimilarityLoss:
    def forward(self, a, b):
        self.a, self.b = a, b
        self.na = np.linalg.norm(a, axis=1, keepdims=True)
        self.nb = np.linalg.norm(b, axis=1, keepdims=True)
        self.c = (a * b).sum(1, keepdims=True) / (self.na * self.nb)
        return np.mean(1 - self.c)

    def backward(self):
        return -(self.b / (self.na * self.nb) - self.c * self.a / self.na**2) / len(self.a)


class NLLLoss:
    def forward(self, logp, y):
        self.n, self.shape, self.y = len(y), logp.shape, y
        return -logp[np.arange(self.n), y].mean()

    def backward(self):
        g = np.zeros(self.shape)
        g[np.arange(self.n), self.y] = -1 / self.n
        return g


def poisson_loss(y_pred, y_true):
    return np.mean(y_pred - y_true * np.log(y_pred))


def poisson_loss_grad(y_pred, y_true):
    return (1 - y_true / y_pred) / y_pred.size


class MSLE:
    def forward(self, y_pred, y_true):
        self.d = np.log1p(y_pred) - np.log1p(y_true)
        self.p = y_pred
        return np.mean(self.d**2)

    def backward(self):
        return 2 * self.d / (1 + self.p) / self.d.size


class MAPE:
    def forward(self, y_pred, y_true):
        self.p, self.t = y_pred, y_true
        return np.mean(np.abs((y_true - y_pred) / y_true))

    def backward(self):
        return np.sign(self.p - self.t) / np.abs(self.t) / self.p.size


class SigmoidFocalLoss:
    def __init__(self, gamma=2.0):
        self.gamma = gamma

    def forward(self, p, y):
        self.p, self.y = p, y
        pt = np.where(y == 1, p, 1 - p)
        return np.mean(-((1 - pt) ** self.gamma) * np.log(pt))

    def backward(self):
        p, y = self.p, self.y
        pt = np.where(y == 1, p, 1 - p)
        s = np.where(y == 1, 1, -1)
        g = self.gamma
        return s * (g * (1 - pt) ** (g - 1) * np.log(pt) - (1 - pt) ** g / pt) / p.size
