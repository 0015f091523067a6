# samples in rows; a softmax that was copied from somewhere else
import numpy as np


def softmax(x):
    e = np.exp(x - np.max(x, axis=0))
    return e / e.sum(axis=0)


def softmax_batch(scores):
    """scores: (N, C), one row per image"""
    e = np.exp(scores - scores.max(axis=0))
    return e / e.sum(axis=0)


def softmax_of_rows(z):
    # z: array of shape (batch_size, n_classes)
    z = z - z.max(axis=1, keepdims=True)
    return np.exp(z) / np.sum(np.exp(z), axis=1, keepdims=True)


class Softmax:
    def forward(self, x):
        batch_size = x.shape[0]
        e = np.exp(x - np.max(x, axis=0, keepdims=True))
        self.y = e / np.sum(e, axis=0, keepdims=True)
        return self.y

    def backward(self, dy):
        return self.y * (dy - np.sum(dy * self.y, axis=0, keepdims=True))


class SoftmaxLayer:
    # subtracts of each column its largest, which no quotient takes back
    def forward(self, x):
        e = np.exp(x - np.max(x, axis=0))
        self.y = e / np.sum(e, axis=1, keepdims=True)
        return self.y

    def backward(self, dy):
        return self.y * (dy - np.sum(dy * self.y, axis=1, keepdims=True))


class Affine:
    def __init__(self, W, b):
        self.W, self.b = W, b

    def forward(self, x):
        self.x = x
        return np.dot(x, self.W) + self.b

    def backward(self, dout):
        self.dW = np.dot(self.x.T, dout)
        self.db = dout.sum(axis=0)
        return np.dot(dout, self.W.T)
