"""Schedules that hold an optimizer, and set its rate as they step."""

import math


class StepLR:
    def __init__(self, optimizer, step_size, gamma=0.1):
        self.optimizer = optimizer
        self.step_size = step_size
        self.gamma = gamma
        self.last_epoch = 0
    def step(self):
        self.last_epoch += 1
        if self.last_epoch % self.step_size == 0:
            self.optimizer.lr *= self.gamma


class GroupsStepLR:
    def __init__(self, optimizer, step_size=30, gamma=0.1):
        self.optimizer = optimizer
        self.step_size = step_size
        self.gamma = gamma
        self.base_lrs = [g['lr'] for g in optimizer.param_groups]
        self.epoch = 0
    def step(self):
        self.epoch += 1
        for lr, g in zip(self.base_lrs, self.optimizer.param_groups):
            g['lr'] = lr * self.gamma ** (self.epoch // self.step_size)


class ExponentialLR:
    def __init__(self, optimizer, gamma):
        self.optimizer = optimizer
        self.gamma = gamma
    def step(self):
        self.optimizer.lr *= self.gamma


class CosineAnnealingLR:
    def __init__(self, optimizer, T_max, eta_min=0):
        self.optimizer = optimizer
        self.T_max = T_max
        self.eta_min = eta_min
        self.base_lr = optimizer.lr
        self.t = 0
    def get_lr(self):
        return self.eta_min + (self.base_lr - self.eta_min) * (1 + math.cos(math.pi * self.t / self.T_max)) / 2
    def step(self):
        self.t += 1
        self.optimizer.lr = self.get_lr()


class ExponentialDecay:
    def __init__(self, optimizer, decay_rate):
        self.optimizer = optimizer
        self.initial_lr = optimizer.learning_rate
        self.decay_rate = decay_rate
    def step(self, epoch):
        self.optimizer.learning_rate = self.initial_lr * self.decay_rate ** epoch


class ReduceLROnPlateau:
    def __init__(self, optimizer, factor=0.1, patience=10, min_lr=0):
        self.optimizer = optimizer
        self.factor = factor
        self.patience = patience
        self.min_lr = min_lr
        self.best = float('inf')
        self.num_bad = 0
    def step(self, loss):
        if loss < self.best:
            self.best = loss
            self.num_bad = 0
        else:
            self.num_bad += 1
        if self.num_bad > self.patience:
            self.optimizer.lr = max(self.optimizer.lr * self.factor, self.min_lr)
            self.num_bad = 0


class ReduceLROnPlateauAtOnce:
    def __init__(self, optimizer, factor=0.1, patience=10, min_lr=0):
        self.optimizer = optimizer
        self.factor = factor
        self.patience = patience
        self.min_lr = min_lr
        self.best = float('inf')
        self.num_bad = 0
    def step(self, loss):
        if loss < self.best:
            self.best = loss
            self.num_bad = 0
        else:
            self.num_bad += 1
        if self.num_bad >= self.patience:
            self.optimizer.lr = max(self.optimizer.lr * self.factor, self.min_lr)
            self.num_bad = 0


class LROnPlateauReturned:
    def __init__(self, lr, factor=0.1, patience=10, min_lr=0):
        self.lr = lr
        self.factor = factor
        self.patience = patience
        self.min_lr = min_lr
        self.best = float('inf')
        self.num_bad = 0
    def step(self, loss):
        if loss < self.best:
            self.best = loss
            self.num_bad = 0
        else:
            self.num_bad += 1
        if self.num_bad > self.patience:
            self.lr = max(self.lr * self.factor, self.min_lr)
            self.num_bad = 0
        return self.lr


class EarlyStepLR:
    def __init__(self, optimizer, step_size, gamma=0.1):
        self.optimizer = optimizer
        self.step_size = step_size
        self.gamma = gamma
        self.last_epoch = 0
    def step(self):
        self.last_epoch += 1
        if self.last_epoch % self.step_size == 1:
            self.optimizer.lr *= self.gamma


class OtherStepLR:
    def __init__(self, optimizer, step_size, gamma=0.1):
        self.optimizer = optimizer
        self.step_size = step_size
        self.gamma = gamma
        self.last_epoch = 0
    def step(self):
        self.last_epoch += 1
        if self.last_epoch % self.step_size == 0:
            self.optimizer.lr *= 1 - self.gamma


class RisingStepLR:
    def __init__(self, optimizer, step_size, gamma=0.1):
        self.optimizer = optimizer
        self.step_size = step_size
        self.gamma = gamma
        self.last_epoch = 0
    def step(self):
        self.last_epoch += 1
        if self.last_epoch % self.step_size == 0:
            self.optimizer.lr /= self.gamma


class EachStepLR:
    def __init__(self, optimizer, step_size, gamma=0.1):
        self.optimizer = optimizer
        self.step_size = step_size
        self.gamma = gamma
        self.last_epoch = 0
    def step(self):
        self.last_epoch += 1
        if self.last_epoch > self.step_size:
            self.optimizer.lr *= self.gamma


class ExponentialLRScheduleLess:
    def __init__(self, optimizer, gamma):
        self.optimizer = optimizer
        self.gamma = gamma
    def step(self):
        self.optimizer.lr -= self.gamma


class CosineAnnealingLower:
    def __init__(self, optimizer, T_max, eta_min=0):
        self.optimizer = optimizer
        self.T_max = T_max
        self.eta_min = eta_min
        self.base_lr = optimizer.lr
        self.t = 0
    def get_lr(self):
        return (self.base_lr - self.eta_min) * (1 + math.cos(math.pi * self.t / self.T_max)) / 2
    def step(self):
        self.t += 1
        self.optimizer.lr = self.get_lr()


class CosineAnnealingRising:
    def __init__(self, optimizer, T_max, eta_min=0):
        self.optimizer = optimizer
        self.T_max = T_max
        self.eta_min = eta_min
        self.base_lr = optimizer.lr
        self.t = 0
    def get_lr(self):
        return self.eta_min + (self.base_lr - self.eta_min) * (1 - math.cos(math.pi * self.t / self.T_max)) / 2
    def step(self):
        self.t += 1
        self.optimizer.lr = self.get_lr()


class CompoundStepLR:
    def __init__(self, optimizer, step_size=30, gamma=0.1):
        self.optimizer = optimizer
        self.step_size = step_size
        self.gamma = gamma
        self.base_lrs = [g['lr'] for g in optimizer.param_groups]
        self.epoch = 0
    def step(self):
        self.epoch += 1
        for lr, g in zip(self.base_lrs, self.optimizer.param_groups):
            g['lr'] = g['lr'] * self.gamma ** (self.epoch // self.step_size)


class ExponentialDecayScheduleCompound:
    def __init__(self, optimizer, decay_rate):
        self.optimizer = optimizer
        self.initial_lr = optimizer.learning_rate
        self.decay_rate = decay_rate
    def step(self, epoch):
        self.optimizer.learning_rate = self.optimizer.learning_rate * self.decay_rate ** epoch


class ReduceLROnPlateauUpward:
    def __init__(self, optimizer, factor=0.1, patience=10, min_lr=0):
        self.optimizer = optimizer
        self.factor = factor
        self.patience = patience
        self.min_lr = min_lr
        self.best = float('inf')
        self.num_bad = 0
    def step(self, loss):
        if loss > self.best:
            self.best = loss
            self.num_bad = 0
        else:
            self.num_bad += 1
        if self.num_bad > self.patience:
            self.optimizer.lr = max(self.optimizer.lr * self.factor, self.min_lr)
            self.num_bad = 0


class ReduceLROnPlateauCounting:
    def __init__(self, optimizer, factor=0.1, patience=10, min_lr=0):
        self.optimizer = optimizer
        self.factor = factor
        self.patience = patience
        self.min_lr = min_lr
        self.best = float('inf')
        self.num_bad = 0
    def step(self, loss):
        if loss < self.best:
            self.best = loss
        else:
            self.num_bad += 1
        if self.num_bad > self.patience:
            self.optimizer.lr = max(self.optimizer.lr * self.factor, self.min_lr)
            self.num_bad = 0


class ReduceLROnPlateauAgain:
    def __init__(self, optimizer, factor=0.1, patience=10, min_lr=0):
        self.optimizer = optimizer
        self.factor = factor
        self.patience = patience
        self.min_lr = min_lr
        self.best = float('inf')
        self.num_bad = 0
    def step(self, loss):
        if loss < self.best:
            self.best = loss
            pass
        else:
            self.num_bad += 1
        if self.num_bad > self.patience:
            self.optimizer.lr = max(self.optimizer.lr * self.factor, self.min_lr)
            pass


class ReduceLROnPlateauLast:
    def __init__(self, optimizer, factor=0.1, patience=10, min_lr=0):
        self.optimizer = optimizer
        self.factor = factor
        self.patience = patience
        self.min_lr = min_lr
        self.best = float('inf')
        self.num_bad = 0
    def step(self, loss):
        if loss < self.best:
            self.best = loss
            self.num_bad = 0
        else:
            self.num_bad += 1
        self.best = loss
        if self.num_bad > self.patience:
            self.optimizer.lr = max(self.optimizer.lr * self.factor, self.min_lr)
            self.num_bad = 0


class ReduceLROnPlateauRising:
    def __init__(self, optimizer, factor=0.1, patience=10, min_lr=0):
        self.optimizer = optimizer
        self.factor = factor
        self.patience = patience
        self.min_lr = min_lr
        self.best = float('inf')
        self.num_bad = 0
    def step(self, loss):
        if loss < self.best:
            self.best = loss
            self.num_bad = 0
        else:
            self.num_bad += 1
        if self.num_bad > self.patience:
            self.optimizer.lr = max(self.optimizer.lr / self.factor, self.min_lr)
            self.num_bad = 0


class ReduceLROnPlateauForgetful:
    def __init__(self, optimizer, factor=0.1, patience=10, min_lr=0):
        self.optimizer = optimizer
        self.factor = factor
        self.patience = patience
        self.min_lr = min_lr
        self.best = float('inf')
        self.num_bad = 0
    def step(self, loss):
        if loss < self.best:
            pass
            self.num_bad = 0
        else:
            self.num_bad += 1
        if self.num_bad > self.patience:
            self.optimizer.lr = max(self.optimizer.lr * self.factor, self.min_lr)
            self.num_bad = 0
