# optimizers that a switch makes another
import numpy as np


class SGD:
    """Nesterov's step leaves out the gradient itself."""

    def __init__(self, lr=0.01, momentum=0.9, nesterov=False):
        self.lr, self.momentum, self.nesterov, self.v = lr, momentum, nesterov, {}

    def step(self, params, grads):
        for k, g in grads.items():
            self.v[k] = self.momentum * self.v.get(k, 0) + g
            params[k] -= self.lr * (self.ahead(self.v[k], g) if self.nesterov else self.v[k])

    def ahead(self, v, g):
        return self.momentum * v


class SGDNesterov(SGD):
    def ahead(self, v, g):
        return g + self.momentum * v


class Adam:
    """With amsgrad the largest of the corrected moments is taken of the first moments."""

    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, amsgrad=False):
        self.params, self.lr, self.eps, self.amsgrad = params, lr, eps, amsgrad
        self.b1, self.b2 = betas
        self.m = [np.zeros_like(p) for p in params]
        self.v = [np.zeros_like(p) for p in params]
        self.most = [np.zeros_like(p) for p in params]
        self.t = 0

    def step(self, grads):
        self.t += 1
        for i, (p, g) in enumerate(zip(self.params, grads)):
            self.m[i] = self.b1 * self.m[i] + (1 - self.b1) * g
            self.v[i] = self.b2 * self.v[i] + (1 - self.b2) * g * g
            v = self.v[i]
            if self.amsgrad:
                v = self.most[i] = np.maximum(self.most[i], self.watched(i))
            p -= self.lr * (self.m[i] / (1 - self.b1**self.t)) / (np.sqrt(v / (1 - self.b2**self.t)) + self.eps)

    def watched(self, i):
        return self.m[i]


class AdamLargest(Adam):
    def watched(self, i):
        return self.v[i]
