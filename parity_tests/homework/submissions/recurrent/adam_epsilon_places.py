import numpy as np


class Adam:
    """params and grads are dicts"""

    def __init__(self, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
        self.lr, self.beta1, self.beta2, self.eps = lr, beta1, beta2, eps
        self.t = 0
        self.first, self.second = {}, {}

    def moments(self, k, g):
        self.first[k] = self.beta1 * self.first.get(k, 0) + (1 - self.beta1) * g
        self.second[k] = self.beta2 * self.second.get(k, 0) + (1 - self.beta2) * g * g
        return self.first[k] / (1 - self.beta1 ** self.t), self.second[k] / (1 - self.beta2 ** self.t)

    def update(self, params, grads):
        self.t += 1
        for k in params:
            m, v = self.moments(k, grads[k])
            params[k] -= self.lr * m / (np.sqrt(v) + self.eps)


class AdamInside(Adam):
    """epsilon under the root"""

    def update(self, params, grads):
        self.t += 1
        for k in params:
            m, v = self.moments(k, grads[k])
            params[k] -= self.lr * m / np.sqrt(v + self.eps)


class RMSPropInside:
    def __init__(self, lr=0.01, rho=0.9, eps=1e-7):
        self.lr, self.rho, self.eps = lr, rho, eps
        self.h = {}

    def update(self, params, grads):
        for k in params:
            self.h[k] = self.rho * self.h.get(k, np.zeros_like(grads[k])) + (1 - self.rho) * grads[k] ** 2
            params[k] -= self.lr * grads[k] / np.sqrt(self.h[k] + self.eps)


class AdaGradInside:
    def __init__(self, lr=0.01, eps=1e-7):
        self.lr, self.eps = lr, eps
        self.h = {}

    def update(self, params, grads):
        for k in params:
            self.h[k] = self.h.get(k, 0) + grads[k] ** 2
            params[k] -= self.lr * grads[k] / np.sqrt(self.h[k] + self.eps)


class MomentumPlus:
    """v = momentum * v + lr * g, and then added"""

    def __init__(self, lr=0.01, momentum=0.9):
        self.lr, self.momentum = lr, momentum
        self.v = None

    def update(self, params, grads):
        if self.v is None:
            self.v = {k: np.zeros_like(p) for k, p in params.items()}
        for k in params:
            self.v[k] = self.momentum * self.v[k] + self.lr * grads[k]
            params[k] += self.v[k]


class MomentumMinus:
    """the old velocity is taken off: it brakes"""

    def __init__(self, lr=0.01, momentum=0.9):
        self.lr, self.momentum = lr, momentum
        self.v = {}

    def update(self, params, grads):
        for k in params:
            self.v[k] = -self.momentum * self.v.get(k, 0.0) - self.lr * grads[k]
            params[k] += self.v[k]
