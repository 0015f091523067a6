"""Momentum by short names: Sgd_Mom, and an SGD whose beta is one."""
import numpy as np


class Sgd_Mom:
    def __init__(self, params, lr=1e-2, beta=0.9):
        self.ps, self.lr, self.beta = params, lr, beta
        self.vs = [np.zeros_like(p) for p in params]

    def step(self, grads):
        for i, g in enumerate(grads):
            self.vs[i] = self.beta * self.vs[i] + g
            self.ps[i] -= self.lr * self.vs[i]


class SGD:
    def __init__(self, params, lr=0.1, beta=0.9):
        self.params, self.lr, self.beta = params, lr, beta
        self.v = [np.zeros_like(p) for p in params]

    def step(self, grads):
        for p, v, g in zip(self.params, self.v, grads):
            v *= self.beta
            v += g
            p -= self.lr * v


class SGDForgets(SGD):
    def step(self, grads):
        for i, g in enumerate(grads):
            self.v[i] = self.beta * self.v[0] + g
            self.params[i] -= self.lr * self.v[i]
