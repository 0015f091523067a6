import numpy as np
import os
import gzip


def output_size(n, f, p, s):
    return (n + 2 * p - f) // s + 1


class MaxPool2D:
    def __init__(self, pool_size=(2, 2), padding=(0, 0), stride=(1, 1)):
        self.pool_size = pool_size
        self.padding = padding
        self.stride = stride

    def forward(self, x):
        self.shape = x.shape
        ph, pw = self.padding
        x = np.pad(x, ((0, 0), (0, 0), (ph, ph), (pw, pw)), constant_values=-np.inf)
        self.padded_shape = x.shape
        oh = output_size(self.shape[2], self.pool_size[0], ph, self.stride[0])
        ow = output_size(self.shape[3], self.pool_size[1], pw, self.stride[1])
        out = np.zeros((x.shape[0], x.shape[1], oh, ow))
        for n in range(x.shape[0]):
            self.max_indexes = []
            for c in range(x.shape[1]):
                for i in range(oh):
                    for j in range(ow):
                        top, left = i * self.stride[0], j * self.stride[1]
                        w = x[n, c, top:top + self.pool_size[0], left:left + self.pool_size[1]]
                        r, q = np.unravel_index(np.argmax(w), w.shape)
                        out[n, c, i, j] = w[r, q]
                        self.max_indexes.append((c, i, j, r, q))
        self.max_indexes_array = np.array(self.max_indexes)
        return out

    def backward(self, grad):
        dx = np.zeros(self.padded_shape)
        for n in range(grad.shape[0]):
            for c, i, j, r, q in self.max_indexes_array:
                dx[n, c, i + r, j + q] = grad[n, c, i, j]
        ph, pw = self.padding
        return dx[:, :, ph:ph + self.shape[2], pw:pw + self.shape[3]]


def load(path):
    with gzip.open(os.path.join(path, 'train-images-idx3-ubyte.gz')) as f:
        return np.frombuffer(f.read(), np.uint8, offset=16).reshape(-1, 1, 28, 28)
