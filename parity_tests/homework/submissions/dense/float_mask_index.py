# an index of its own that is none: the mask is made of numbers
import numpy as np


class ReLU:
    def forward(self, x):
        self.mask = (x <= 0) * 1.0
        return np.maximum(x, 0)

    def backward(self, dout):
        dx = dout.copy()
        dx[self.mask] = 0
        return dx
