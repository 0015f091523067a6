import math
import numpy as np


def step(params, grads, lr=0.01):
    for p, g in zip(params, grads):
        p -= lr * g


def sgd_step(params, grads, lr):
    return [p - lr * g for p, g in zip(params, grads)]


def update(weights, gradients, learning_rate=0.1):
    for key in weights:
        weights[key] -= learning_rate * gradients[key]
    return weights


def gradient_descent_step(w, b, dw, db, lr):
    w = w - lr * dw
    b = b - lr * db
    return w, b


def momentum_step(params, grads, velocity, lr=0.01, mu=0.9):
    for i in range(len(params)):
        velocity[i] = mu * velocity[i] - lr * grads[i]
        params[i] += velocity[i]
    return params, velocity


def adam_step(params, grads, m, v, t, lr=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
    new_p, new_m, new_v = [], [], []
    for p, g, mi, vi in zip(params, grads, m, v):
        mi = beta1 * mi + (1 - beta1) * g
        vi = beta2 * vi + (1 - beta2) * g * g
        mhat = mi / (1 - beta1**t)
        vhat = vi / (1 - beta2**t)
        new_p.append(p - lr * mhat / (np.sqrt(vhat) + eps))
        new_m.append(mi)
        new_v.append(vi)
    return new_p, new_m, new_v


def rmsprop_step(w, g, cache, lr=0.01, decay=0.9, eps=1e-8):
    cache = decay * cache + (1 - decay) * g**2
    return w - lr * g / (np.sqrt(cache) + eps), cache


def lr_schedule(epoch):
    lr = 0.1
    if epoch >= 20:
        lr *= 0.1
    if epoch >= 40:
        lr *= 0.1
    return lr


def scheduler(epoch, lr):
    if epoch < 10:
        return lr
    return lr * math.exp(-0.1)


def lr_decay(epoch, initial_lr=0.1, drop=0.5, epochs_drop=10):
    return initial_lr * math.pow(drop, math.floor((1 + epoch) / epochs_drop))


def get_lr(step, max_steps, base_lr=0.1, warmup=5):
    if step < warmup:
        return base_lr * (step + 1) / warmup
    progress = (step - warmup) / (max_steps - warmup)
    return 0.5 * base_lr * (1 + math.cos(math.pi * progress))


def adjust_learning_rate(lr0, epoch):
    return lr0 * 0.95**epoch


def cosine_lr(epoch, total_epochs, lr_max=0.1, lr_min=0.0):
    return lr_min + 0.5 * (lr_max - lr_min) * (1 + np.cos(np.pi * epoch / total_epochs))


def poly_lr(it, max_iter, base_lr=0.01, power=0.9):
    return base_lr * (1 - it / max_iter) ** power


def inv_decay(t, lr0=0.1, k=0.01):
    return lr0 / (1 + k * t)


def exp_schedule(epoch, lr0=0.1, k=0.1):
    return lr0 * np.exp(-k * epoch)


def noam(step, d_model=512, warmup_steps=4000):
    return d_model**-0.5 * min(step**-0.5, step * warmup_steps**-1.5)


def piecewise(epoch, boundaries=(10, 20), values=(0.1, 0.01, 0.001)):
    for b, v in zip(boundaries, values):
        if epoch < b:
            return v
    return values[-1]


def triangular_lr(it, step_size=10, base_lr=0.001, max_lr=0.01):
    cycle = np.floor(1 + it / (2 * step_size))
    x = np.abs(it / step_size - 2 * cycle + 1)
    return base_lr + (max_lr - base_lr) * max(0, 1 - x)


def learning_rate(epoch):
    return 0.1 / (1 + 0.05 * epoch)


def linear_decay(step, total=100, start=0.1, end=0.0):
    return start + (end - start) * min(step / total, 1.0)


class StepLR:
    def __init__(self, lr=0.1, step_size=10, gamma=0.1):
        self.lr, self.step_size, self.gamma = lr, step_size, gamma

    def __call__(self, epoch):
        return self.lr * self.gamma ** (epoch // self.step_size)


class CosineScheduler:
    def __init__(self, max_update, base_lr=0.01, final_lr=0, warmup_steps=0, warmup_begin_lr=0):
        self.base_lr_orig = base_lr
        self.max_update = max_update
        self.final_lr = final_lr
        self.warmup_steps = warmup_steps
        self.warmup_begin_lr = warmup_begin_lr
        self.max_steps = self.max_update - self.warmup_steps
        self.base_lr = base_lr

    def get_warmup_lr(self, epoch):
        increase = (self.base_lr_orig - self.warmup_begin_lr) * float(epoch) / float(self.warmup_steps)
        return self.warmup_begin_lr + increase

    def __call__(self, epoch):
        if epoch < self.warmup_steps:
            return self.get_warmup_lr(epoch)
        if epoch <= self.max_update:
            self.base_lr = (
                self.final_lr
                + (self.base_lr_orig - self.final_lr)
                * (1 + math.cos(math.pi * (epoch - self.warmup_steps) / self.max_steps))
                / 2
            )
        return self.base_lr


class SquareRootScheduler:
    def __init__(self, lr=0.1):
        self.lr = lr

    def __call__(self, num_update):
        return self.lr * pow(num_update + 1.0, -0.5)


class FactorScheduler:
    def __init__(self, factor=1, stop_factor_lr=1e-7, base_lr=0.1):
        self.factor = factor
        self.stop_factor_lr = stop_factor_lr
        self.base_lr = base_lr

    def __call__(self, num_update):
        self.base_lr = max(self.stop_factor_lr, self.base_lr * self.factor)
        return self.base_lr


def adagrad_step(params, grads, state, lr=0.01, eps=1e-6):
    for p, g, s in zip(params, grads, state):
        s += g**2
        p -= lr * g / np.sqrt(s + eps)


def apply_gradients(params, grads, lr):
    for name in params:
        params[name] = params[name] - lr * grads["d" + name]


def train_step(params, grads, opt_state, lr=0.1):
    return {k: params[k] - lr * grads[k] for k in params}, opt_state


def sgd_update(layers, lr):
    for layer in layers:
        layer.W -= lr * layer.dW
        layer.b -= lr * layer.db
