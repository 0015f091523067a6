import numpy as np


class SGD:
    def __init__(self, lr=0.01, clip_value=None):
        self.lr, self.clip_value = lr, clip_value

    def update(self, params, grads):
        for k in params:
            g = grads[k]
            if self.clip_value:
                g = np.clip(g, -self.clip_value, self.clip_value)
            params[k] -= self.lr * g


class Adam:
    """params, grads : dict"""

    def __init__(self, lr=0.001, beta1=0.9, beta2=0.999):
        self.lr = lr
        self.beta1 = beta1
        self.beta2 = beta2
        self.iter = 0
        self.m, self.v = {}, {}

    def update(self, params, grads):
        self.iter += 1
        self.lr = self.lr * np.sqrt(1.0 - self.beta2 ** self.iter) / (1.0 - self.beta1 ** self.iter)
        for key in params.keys():
            self.m.setdefault(key, np.zeros_like(params[key]))
            self.v.setdefault(key, np.zeros_like(params[key]))
            self.m[key] += (1 - self.beta1) * (grads[key] - self.m[key])
            self.v[key] += (1 - self.beta2) * (grads[key] ** 2 - self.v[key])
            params[key] -= self.lr * self.m[key] / (np.sqrt(self.v[key]) + 1e-7)


class RMSProp:
    def __init__(self, lr=0.01, rho=0.9, eps=1e-7):
        self.lr, self.rho, self.eps = lr, rho, eps
        self.h = {}

    def update(self, params, grads):
        for key in params:
            if key not in self.h:
                self.h[key] = np.zeros_like(params[key])
            self.h[key] += self.rho * self.h[key] + (1 - self.rho) * grads[key] ** 2
            params[key] -= self.lr * grads[key] / (np.sqrt(self.h[key]) + self.eps)


class Nesterov:
    def __init__(self, lr=0.01, momentum=0.9):
        self.lr, self.momentum = lr, momentum
        self.v = {}

    def update(self, params, grads):
        for key, g in grads.items():
            v = self.momentum * self.v.get(key, 0) - self.lr * g
            self.v[key] = v
            params[key] += self.momentum * v
