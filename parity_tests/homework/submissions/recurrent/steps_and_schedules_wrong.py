import math

import numpy as np


def step(params, grads, lr=0.01):
    for p, g in zip(params, grads):
        p = p - lr * g
    return params


def apply_gradients(params, grads, lr):
    for name in params:
        params[name] = params[name] + lr * grads["d" + name]


def train_step(params, grads, lr=0.1):
    return {k: params[k] - lr * np.sign(grads[k]) for k in params}


def momentum_step(params, grads, velocity, lr=0.01, mu=0.9):
    for i in range(len(params)):
        velocity[i] = mu * velocity[i] + lr * grads[i]
        params[i] += velocity[i]
    return params, velocity


def adam_step(params, grads, m, v, t, lr=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
    new_p, new_m, new_v = [], [], []
    for p, g, mi, vi in zip(params, grads, m, v):
        mi = beta1 * mi + (1 - beta1) * g
        vi = beta2 * vi + (1 - beta2) * g * g
        new_p.append(p - lr * mi / (np.sqrt(vi) + eps) / (1 - beta1**t))
        new_m.append(mi)
        new_v.append(vi)
    return new_p, new_m, new_v


def rmsprop_step(w, g, cache, lr=0.01, decay=0.9, eps=1e-8):
    cache = decay * cache + (1 - decay) * g
    return w - lr * g / (np.sqrt(np.abs(cache)) + eps), cache


def scheduler(epoch, lr):
    if epoch < 10:
        return lr
    return lr * math.exp(0.1)


def lr_decay(epoch, initial_lr=0.1, drop=0.5, epochs_drop=10):
    return initial_lr * drop * math.floor((1 + epoch) / epochs_drop)


def exponential_decay(lr0, epoch):
    return lr0 * 0.95


def get_lr(step, max_steps, base_lr=0.1, warmup=5):
    if step < warmup:
        return base_lr * (step + 1) / warmup
    progress = step / (max_steps - warmup)
    return 0.5 * base_lr * (1 + math.cos(math.pi * progress))


def cosine_lr(epoch, total_epochs, lr_max=0.1, lr_min=0.0):
    return lr_min + (lr_max - lr_min) * (1 + np.cos(np.pi * epoch / total_epochs))


def poly_lr(it, max_iter, base_lr=0.01, power=0.9):
    return base_lr * (1 - power * it / max_iter)


def inv_decay(t, lr0=0.1, k=0.01):
    return lr0 / 1 + k * t


def triangular_lr(it, step_size=10, base_lr=0.001, max_lr=0.01):
    cycle = np.floor(1 + it / step_size)
    x = np.abs(it / step_size - 2 * cycle + 1)
    return base_lr + (max_lr - base_lr) * max(0, 1 - x)


class SquareRootScheduler:
    def __init__(self, lr=0.1):
        self.lr = lr

    def __call__(self, num_update):
        self.lr = self.lr * pow(num_update + 1.0, -0.5)
        return self.lr


class FactorScheduler:
    def __init__(self, factor=1, stop_factor_lr=1e-7, base_lr=0.1):
        self.factor = factor
        self.stop_factor_lr = stop_factor_lr
        self.base_lr = base_lr

    def __call__(self, num_update):
        self.base_lr = min(self.stop_factor_lr, self.base_lr * self.factor)
        return self.base_lr


class CosineScheduler:
    def __init__(self, max_update, base_lr=0.01, final_lr=0):
        self.base_lr, self.max_update, self.final_lr = base_lr, max_update, final_lr

    def __call__(self, epoch):
        if epoch <= self.max_update:
            self.base_lr = (
                self.final_lr
                + (self.base_lr - self.final_lr) * (1 + math.cos(math.pi * epoch / self.max_update)) / 2
            )
        return self.base_lr
