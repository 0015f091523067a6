import numpy as np


class Momentum:
    """W1, b1, W2, b2, ... -> one velocity for the Ws and one for the bs"""

    def __init__(self, lr=0.01, momentum=0.9):
        self.lr = lr
        self.momentum = momentum
        self.v = {}

    def update(self, params, grads):
        for name in params:
            kind = name[0]
            if kind not in self.v:
                self.v[kind] = np.zeros_like(params[name])
            self.v[kind] = self.momentum * self.v[kind] - self.lr * grads[name]
            params[name] += self.v[kind]


class MomentumEach(Momentum):
    def update(self, params, grads):
        for name in params:
            self.v.setdefault(name, np.zeros_like(params[name]))
            self.v[name] = self.momentum * self.v[name] - self.lr * grads[name]
            params[name] += self.v[name]
