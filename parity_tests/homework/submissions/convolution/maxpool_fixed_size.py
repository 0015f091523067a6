# CNN for 28x28 digits: conv 3x3 -> 26x26 -> pool -> 13x13
import numpy as np


class MaxPool2D:
    def forward(self, x):
        self.x = x
        out = np.zeros((x.shape[0], x.shape[1], 13, 13))
        self.where = np.zeros((x.shape[0], x.shape[1], 26, 26))
        for n in range(x.shape[0]):
            for c in range(x.shape[1]):
                for i in range(13):
                    for j in range(13):
                        block = x[n, c, 2 * i:2 * i + 2, 2 * j:2 * j + 2]
                        out[n, c, i, j] = np.max(block)
                        k = np.argmax(block)
                        self.where[n, c, 2 * i + k // 2, 2 * j + k % 2] = 1
        return out

    def backward(self, d):
        big = np.zeros((d.shape[0], d.shape[1], 26, 26))
        for i in range(26):
            for j in range(26):
                big[:, :, i, j] = d[:, :, i // 2, j // 2]
        return big * self.where


class Relu:
    def forward(self, x):
        self.neg = x <= 0
        out = x.copy()
        out[self.neg] = 0
        return out

    def backward(self, d):
        d = d.copy()
        d[self.neg] = 0
        return d
