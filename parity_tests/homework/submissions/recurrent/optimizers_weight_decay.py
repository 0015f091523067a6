"""optimizers with weight decay, all on lists of arrays"""
import numpy as np


class SGD:
    def __init__(self, params, lr=0.01, weight_decay=0.0):
        self.params, self.lr, self.weight_decay = params, lr, weight_decay

    def step(self, grads):
        for p, g in zip(self.params, grads):
            p -= self.lr * (g + self.weight_decay * p)


class Momentum:
    def __init__(self, params, lr=0.01, momentum=0.9, weight_decay=0.0):
        self.params, self.lr, self.mu, self.wd = params, lr, momentum, weight_decay
        self.v = [np.zeros_like(p) for p in params]

    def step(self, grads):
        for i, (p, g) in enumerate(zip(self.params, grads)):
            g = g + self.wd * p
            self.v[i] = self.mu * self.v[i] - self.lr * g
            p += self.v[i]


class MomentumBiasesFree(Momentum):
    """only the matrices decay"""

    def step(self, grads):
        for i, (p, g) in enumerate(zip(self.params, grads)):
            if p.ndim > 1:
                g = g + self.wd * p
            self.v[i] = self.mu * self.v[i] - self.lr * g
            p += self.v[i]


class RMSProp:
    """decoupled, as in AdamW"""

    def __init__(self, params, lr=0.01, rho=0.9, eps=1e-8, weight_decay=0.0):
        self.params, self.lr, self.rho, self.eps, self.wd = params, lr, rho, eps, weight_decay
        self.s = [np.zeros_like(p) for p in params]

    def step(self, grads):
        for i, (p, g) in enumerate(zip(self.params, grads)):
            p *= 1 - self.lr * self.wd
            self.s[i] = self.rho * self.s[i] + (1 - self.rho) * g ** 2
            p -= self.lr * g / (np.sqrt(self.s[i]) + self.eps)


class Adagrad:
    """the rate of decay is written into the code"""

    def __init__(self, params, lr=0.01, eps=1e-8):
        self.params, self.lr, self.eps = params, lr, eps
        self.weight_decay = 0.05
        self.h = [np.zeros_like(p) for p in params]

    def step(self, grads):
        for i, (p, g) in enumerate(zip(self.params, grads)):
            g = g + self.weight_decay * p
            self.h[i] += g ** 2
            p -= self.lr * g / (np.sqrt(self.h[i]) + self.eps)


def sgd_update(params, grads, lr, reg):
    # the derivative of reg * ||w||^2
    return [p - lr * (g + 2 * reg * p) for p, g in zip(params, grads)]


class AdamL2:
    def __init__(self, params, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8, weight_decay=0.0):
        self.params, self.lr, self.b1, self.b2, self.eps = params, lr, beta1, beta2, eps
        self.wd, self.t = weight_decay, 0
        self.m = [np.zeros_like(p) for p in params]
        self.v = [np.zeros_like(p) for p in params]

    def regularised(self, p, g):
        return g + self.wd * p

    def after(self, p):
        pass

    def step(self, grads):
        self.t += 1
        for i, (p, g) in enumerate(zip(self.params, grads)):
            g = self.regularised(p, g)
            self.m[i] = self.b1 * self.m[i] + (1 - self.b1) * g
            self.v[i] = self.b2 * self.v[i] + (1 - self.b2) * g * g
            m, v = self.m[i] / (1 - self.b1 ** self.t), self.v[i] / (1 - self.b2 ** self.t)
            p -= self.lr * m / (np.sqrt(v) + self.eps)
            self.after(p)


# ------ these are not right


class MomentumUp(Momentum):
    def step(self, grads):
        for i, (p, g) in enumerate(zip(self.params, grads)):
            g = g - self.wd * p
            self.v[i] = self.mu * self.v[i] - self.lr * g
            p += self.v[i]


class AdamUnused(AdamL2):
    def regularised(self, p, g):
        return g


class AdamLate(AdamL2):
    def regularised(self, p, g):
        return g

    def after(self, p):
        p -= self.lr * self.wd * p


class AdamOfGradient(AdamL2):
    """decays the gradient"""

    def regularised(self, p, g):
        return g * (1 - self.wd)


class AdamOfSizes(AdamL2):
    """one number for all: the norm"""

    def regularised(self, p, g):
        return g + self.wd * np.linalg.norm(p)


class AdamSigned(AdamL2):
    """that is L1"""

    def regularised(self, p, g):
        return g + self.wd * np.sign(p)


class SGDHardCoded:
    def __init__(self, params, lr=0.01):
        self.params, self.lr = params, lr
        self.weight_decay = 0.05

    def step(self, grads):
        for p, g in zip(self.params, grads):
            p -= self.lr * (g - self.weight_decay * p)


class RMSPropTypo(RMSProp):
    def step(self, grads):
        for i, (p, g) in enumerate(zip(self.params, grads)):
            if self.wd:
                g = g + self.weight_decay * p
            self.s[i] = self.rho * self.s[i] + (1 - self.rho) * g ** 2
            p -= self.lr * g / (np.sqrt(self.s[i]) + self.eps)
