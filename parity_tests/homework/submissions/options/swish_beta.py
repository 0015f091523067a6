"""Swish with its slope as an option; 1 gives SiLU."""

import numpy as np


def sigmoid(x):
    return 0.5 * (1 + np.tanh(0.5 * x))


class Swish:
    def __init__(self, beta=1.0):
        self.beta = beta

    def forward(self, Z):
        self.Z = Z
        self.sig = sigmoid(self.beta * Z)
        return Z * self.sig

    def backward(self, dLdA):
        return dLdA * (self.sig + self.beta * self.Z * self.sig * (1 - self.sig))


class SwishAsked:
    def __init__(self, beta):
        self.beta = beta

    def forward(self, x):
        self.x = x
        return x * sigmoid(self.beta * x)

    def backward(self, dy):
        s, y = sigmoid(self.beta * self.x), self.x * sigmoid(self.beta * self.x)
        return dy * (self.beta * y + s * (1 - self.beta * y))


class SwishInnerForgotten:
    """The slope is right where beta is 1."""

    def __init__(self, beta=1.0):
        self.beta = beta

    def forward(self, Z):
        self.Z = Z
        self.sig = sigmoid(self.beta * Z)
        return Z * self.sig

    def backward(self, dLdA):
        return dLdA * (self.sig + self.Z * self.sig * (1 - self.sig))


class SwishUnscaled:
    """The option is kept and not used."""

    def __init__(self, beta=1.0):
        self.beta = beta

    def forward(self, x):
        self.x = x
        return x * sigmoid(x)

    def backward(self, dy):
        s = sigmoid(self.x)
        return dy * (s + self.x * s * (1 - s))
