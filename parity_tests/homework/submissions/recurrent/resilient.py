"""Resilient backpropagation."""

import numpy as np


class Rprop:
    def __init__(self, lr=0.01, etaminus=0.5, etaplus=1.2, step_min=1e-6, step_max=50):
        self.lr = lr
        self.etaminus, self.etaplus = etaminus, etaplus
        self.step_min, self.step_max = step_min, step_max
        self.prev = None

    def update(self, params, grads):
        if self.prev is None:
            self.prev = {k: np.zeros_like(v) for k, v in params.items()}
            self.step = {k: np.full_like(v, self.lr) for k, v in params.items()}
        for k in params:
            g = grads[k].copy()
            sign = np.sign(g * self.prev[k])
            self.step[k] = np.where(sign > 0, np.minimum(self.step[k] * self.etaplus, self.step_max),
                           np.where(sign < 0, np.maximum(self.step[k] * self.etaminus, self.step_min), self.step[k]))
            g[sign < 0] = 0
            params[k] -= np.sign(g) * self.step[k]
            self.prev[k] = g


class RpropMinus:
    def __init__(self, lr=0.01, etaminus=0.5, etaplus=1.2, step_min=1e-6, step_max=50):
        self.lr = lr
        self.etaminus, self.etaplus = etaminus, etaplus
        self.step_min, self.step_max = step_min, step_max
        self.prev = None

    def update(self, params, grads):
        if self.prev is None:
            self.prev = {k: np.zeros_like(v) for k, v in params.items()}
            self.step = {k: np.full_like(v, self.lr) for k, v in params.items()}
        for k in params:
            g = grads[k].copy()
            sign = np.sign(g * self.prev[k])
            self.step[k] = np.where(sign > 0, np.minimum(self.step[k] * self.etaplus, self.step_max),
                           np.where(sign < 0, np.maximum(self.step[k] * self.etaminus, self.step_min), self.step[k]))
            params[k] -= np.sign(g) * self.step[k]
            self.prev[k] = g


class RpropList:
    def __init__(self, delta0=0.1):
        self.delta0 = delta0
        self.deltas = None
        self.old = None

    def update(self, params, grads):
        if self.deltas is None:
            self.deltas = [np.ones_like(p) * self.delta0 for p in params]
            self.old = [np.zeros_like(p) for p in params]
        for i, (p, g) in enumerate(zip(params, grads)):
            s = self.old[i] * g
            self.deltas[i][s > 0] *= 1.2
            self.deltas[i][s < 0] *= 0.5
            self.deltas[i] = np.clip(self.deltas[i], 1e-6, 50.0)
            p -= np.sign(g) * self.deltas[i]
            self.old[i] = g.copy()


class RpropUphill:
    def __init__(self, lr=0.01, etaminus=0.5, etaplus=1.2, step_min=1e-6, step_max=50):
        self.lr = lr
        self.etaminus, self.etaplus = etaminus, etaplus
        self.step_min, self.step_max = step_min, step_max
        self.prev = None

    def update(self, params, grads):
        if self.prev is None:
            self.prev = {k: np.zeros_like(v) for k, v in params.items()}
            self.step = {k: np.full_like(v, self.lr) for k, v in params.items()}
        for k in params:
            g = grads[k].copy()
            sign = np.sign(g * self.prev[k])
            self.step[k] = np.where(sign > 0, np.minimum(self.step[k] * self.etaplus, self.step_max),
                           np.where(sign < 0, np.maximum(self.step[k] * self.etaminus, self.step_min), self.step[k]))
            g[sign < 0] = 0
            params[k] += np.sign(g) * self.step[k]
            self.prev[k] = g


class RpropSwapped:
    def __init__(self, lr=0.01, etaminus=0.5, etaplus=1.2, step_min=1e-6, step_max=50):
        self.lr = lr
        self.etaminus, self.etaplus = etaminus, etaplus
        self.step_min, self.step_max = step_min, step_max
        self.prev = None

    def update(self, params, grads):
        if self.prev is None:
            self.prev = {k: np.zeros_like(v) for k, v in params.items()}
            self.step = {k: np.full_like(v, self.lr) for k, v in params.items()}
        for k in params:
            g = grads[k].copy()
            sign = np.sign(g * self.prev[k])
            self.step[k] = np.where(sign > 0, np.minimum(self.step[k] * self.etaminus, self.step_max),
                           np.where(sign < 0, np.maximum(self.step[k] * self.etaplus, self.step_min), self.step[k]))
            g[sign < 0] = 0
            params[k] -= np.sign(g) * self.step[k]
            self.prev[k] = g


class RpropForgetful:
    def __init__(self, lr=0.01, etaminus=0.5, etaplus=1.2, step_min=1e-6, step_max=50):
        self.lr = lr
        self.etaminus, self.etaplus = etaminus, etaplus
        self.step_min, self.step_max = step_min, step_max
        self.prev = None

    def update(self, params, grads):
        if self.prev is None:
            self.prev = {k: np.zeros_like(v) for k, v in params.items()}
            self.step = {k: np.full_like(v, self.lr) for k, v in params.items()}
        for k in params:
            g = grads[k].copy()
            sign = np.sign(g * self.prev[k])
            self.step[k] = np.where(sign > 0, np.minimum(self.step[k] * self.etaplus, self.step_max),
                           np.where(sign < 0, np.maximum(self.step[k] * self.etaminus, self.step_min), self.step[k]))
            g[sign < 0] = 0
            params[k] -= np.sign(g) * self.step[k]


class RpropScaled:
    def __init__(self, lr=0.01, etaminus=0.5, etaplus=1.2, step_min=1e-6, step_max=50):
        self.lr = lr
        self.etaminus, self.etaplus = etaminus, etaplus
        self.step_min, self.step_max = step_min, step_max
        self.prev = None

    def update(self, params, grads):
        if self.prev is None:
            self.prev = {k: np.zeros_like(v) for k, v in params.items()}
            self.step = {k: np.full_like(v, self.lr) for k, v in params.items()}
        for k in params:
            g = grads[k].copy()
            sign = np.sign(g * self.prev[k])
            self.step[k] = np.where(sign > 0, np.minimum(self.step[k] * self.etaplus, self.step_max),
                           np.where(sign < 0, np.maximum(self.step[k] * self.etaminus, self.step_min), self.step[k]))
            g[sign < 0] = 0
            params[k] -= g * self.step[k]
            self.prev[k] = g


class RpropUnbounded:
    def __init__(self, lr=0.01, etaminus=0.5, etaplus=1.2, step_min=1e-6, step_max=50):
        self.lr = lr
        self.etaminus, self.etaplus = etaminus, etaplus
        self.step_min, self.step_max = step_min, step_max
        self.prev = None

    def update(self, params, grads):
        if self.prev is None:
            self.prev = {k: np.zeros_like(v) for k, v in params.items()}
            self.step = {k: np.full_like(v, self.lr) for k, v in params.items()}
        for k in params:
            g = grads[k].copy()
            sign = np.sign(g * self.prev[k])
            self.step[k] = np.where(sign > 0, self.step[k] * self.etaplus,
                           np.where(sign < 0, np.maximum(self.step[k] * self.etaminus, self.step_min), self.step[k]))
            g[sign < 0] = 0
            params[k] -= np.sign(g) * self.step[k]
            self.prev[k] = g


class RpropRestsWrongly:
    def __init__(self, lr=0.01, etaminus=0.5, etaplus=1.2, step_min=1e-6, step_max=50):
        self.lr = lr
        self.etaminus, self.etaplus = etaminus, etaplus
        self.step_min, self.step_max = step_min, step_max
        self.prev = None

    def update(self, params, grads):
        if self.prev is None:
            self.prev = {k: np.zeros_like(v) for k, v in params.items()}
            self.step = {k: np.full_like(v, self.lr) for k, v in params.items()}
        for k in params:
            g = grads[k].copy()
            sign = np.sign(g * self.prev[k])
            self.step[k] = np.where(sign > 0, np.minimum(self.step[k] * self.etaplus, self.step_max),
                           np.where(sign < 0, np.maximum(self.step[k] * self.etaminus, self.step_min), self.step[k]))
            g[sign > 0] = 0
            params[k] -= np.sign(g) * self.step[k]
            self.prev[k] = g
