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
