import numpy as np


class Flatten:
    """bridge from feature maps to the (features, samples) layout of the dense part"""

    def forward_pass(self, maps):
        self.maps_shape = maps.shape
        return maps.reshape(maps.shape[0], -1).T

    def backward_pass(self, delta):
        return delta.T.reshape(self.maps_shape)


class DenseLayer:
    def __init__(self, units, inputs):
        self.w = np.random.randn(units, inputs) * 0.01
        self.b = np.random.randn(units, 1) * 0.01

    def forward_pass(self, a_prev):
        self.a_prev = np.array(a_prev, copy=True)
        return np.dot(self.w, self.a_prev) + self.b

    def backward_pass(self, delta):
        n = self.a_prev.shape[1]
        self.dw = np.dot(delta, self.a_prev.T) / n
        self.db = np.sum(delta, axis=1, keepdims=True) / n
        return np.dot(self.w.T, delta)
