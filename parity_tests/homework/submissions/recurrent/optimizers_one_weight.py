"""Optimizers with update(W, dW) -> W. Every weight gets its own copy (copy.deepcopy(optimizer) in Layer.initialize)."""
import numpy as np
import copy


class SGD:
    def __init__(self, learning_rate=0.01):
        self.learning_rate = learning_rate

    def update(self, W, dW):
        return W - self.learning_rate * dW


class Momentum:
    def __init__(self, learning_rate=0.01, beta=0.9):
        self.learning_rate = learning_rate
        self.beta = beta
        self.velocity = None

    def update(self, W, dW):
        if self.velocity is None:
            self.velocity = np.zeros(np.shape(W))
        self.velocity = self.beta * self.velocity + dW
        return W - self.learning_rate * self.velocity


class RMSProp:
    def __init__(self, learning_rate=0.01, rho=0.9):
        self.learning_rate = learning_rate
        self.rho = rho
        self.Eg = None
        self.eps = 1e-8

    def update(self, W, dW):
        if self.Eg is None:
            self.Eg = np.zeros(np.shape(dW))
        step = self.learning_rate * dW / np.sqrt(self.Eg + self.eps)
        self.Eg = self.rho * self.Eg + (1 - self.rho) * dW ** 2
        return W - step


class Adam:
    def __init__(self, learning_rate=0.001, b1=0.9, b2=0.999):
        self.learning_rate = learning_rate
        self.b1, self.b2 = b1, b2
        self.eps = 1e-8
        self.m, self.v, self.n = None, None, 0

    def update(self, W, dW):
        if self.m is None:
            self.m, self.v = np.zeros_like(dW), np.zeros_like(dW)
        self.n += 1
        self.m = self.b1 * self.m + (1 - self.b1) * dW
        self.v = self.b2 * self.v + (1 - self.b2) * np.power(dW, 2)
        m_hat = self.m / (1 - self.b1 ** self.n)
        v_hat = self.v / (1 - self.b2 ** self.n)
        return W - self.learning_rate * m_hat / (np.sqrt(v_hat) + self.eps)


class Layer:
    def initialize(self, optimizer):
        self.W_opt = copy.deepcopy(optimizer)
        self.b_opt = copy.deepcopy(optimizer)
