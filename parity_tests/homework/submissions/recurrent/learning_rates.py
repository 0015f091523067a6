"""Learning-rate helpers, used by the training script."""
import math
import numpy as np


def step_decay(epoch, initial_lr=0.1, drop=0.5, epochs_drop=10):
    return initial_lr * math.pow(drop, math.floor(epoch / epochs_drop))


def exp_decay(epoch, initial_lr=0.1, rate=0.96, decay_steps=10):
    return initial_lr * rate ** (epoch / decay_steps)


def cosine_annealing(epoch, lr_max=0.1, lr_min=0.001, total=50):
    if epoch >= total:
        return lr_min
    return lr_min + (lr_max - lr_min) * (1 + np.cos(math.pi * epoch / total)) / 2


def polynomial_decay(epoch, lr=0.1, end_lr=0.001, steps=50, power=2.0):
    epoch = min(epoch, steps)
    return (lr - end_lr) * (1 - epoch / steps) ** power


def linear_warmup(step, lr=0.1, warmup_steps=20):
    return lr * step / warmup_steps
