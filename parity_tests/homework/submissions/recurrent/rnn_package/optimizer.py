import numpy as np


class Optimizer:
    def __init__(self, lr):
        self.lr = lr

    def step(self, params, grads):
        """lists of arrays of the same shapes"""
        raise NotImplementedError


class Adam(Optimizer):
    def __init__(self, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
        super().__init__(lr)
        self.beta1, self.beta2, self.eps = beta1, beta2, eps
        self.t = 0

    def step(self, params, grads):
        if self.t == 0:
            self.m = [np.zeros_like(p) for p in params]
            self.v = [np.zeros_like(p) for p in params]
        self.t += 1
        for i, (p, g) in enumerate(zip(params, grads)):
            self.m[i] = self.beta1 * self.m[i] + (1 - self.beta1) * g
            self.v[i] = self.beta2 * self.v[i] + (1 - self.beta2) * g * g
            p -= self.lr * self.m[i] / (1 - self.beta1 ** self.t) / (
                np.sqrt(self.v[i] / (1 - self.beta2 ** self.t)) + self.eps)


class Momentum(Optimizer):
    def __init__(self, lr=0.01, mu=0.9):
        super().__init__(lr)
        self.mu = mu
        self.v = None

    def step(self, params, grads):
        if self.v is None:
            self.v = grads
        for p, g, v in zip(params, grads, self.v):
            v *= self.mu
            v += g
            p -= self.lr * v
