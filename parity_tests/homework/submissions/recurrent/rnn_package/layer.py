import numpy as np


class Layer:
    """Base class: keeps the parameters and their gradients in dicts"""

    def __init__(self):
        self.params, self.grads = {}, {}

    def add(self, name, value):
        self.params[name] = value
        self.grads[name] = np.zeros_like(value)

    def zero_grad(self):
        for g in self.grads.values():
            g.fill(0)

    def feed_forward(self, x):
        raise NotImplementedError

    def feed_back(self, dy):
        raise NotImplementedError
