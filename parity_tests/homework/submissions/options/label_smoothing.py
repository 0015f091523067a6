"""Cross-entropy with smoothed labels."""

import numpy as np


def softmax(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def label_smoothing_cross_entropy(logits, y, eps=0.1):
    p = softmax(logits)
    t = y * (1 - eps) + eps / y.shape[1]
    return -np.mean(np.sum(t * np.log(p), axis=1))


def smoothed_cross_entropy(logits, y, eps=0.1):
    p = softmax(logits)
    t = y * (1 - eps) + eps
    return -np.mean(np.sum(t * np.log(p), axis=1))


def softmax_cross_entropy(logits, y, label_smoothing=0.1):
    n, c = logits.shape
    t = np.full((n, c), label_smoothing / c)
    t[np.arange(n), y] += 1 - label_smoothing
    p = softmax(logits)
    loss = -np.sum(t * np.log(p)) / n
    return loss, (p - t) / n


class SmoothedCrossEntropyLoss:
    def __init__(self, smoothing=0.2):
        self.smoothing = smoothing

    def forward(self, logits, y):
        self.p = softmax(logits)
        self.t = y * (1 - self.smoothing) + self.smoothing / y.shape[1]
        return -np.sum(self.t * np.log(self.p + 1e-12)) / len(y)

    def backward(self):
        return (self.p - self.t) / len(self.t)


class UnsmoothedGradientCrossEntropyLoss:
    """label smoothing"""
    def __init__(self, smoothing=0.2):
        self.smoothing = smoothing

    def forward(self, logits, y):
        self.p, self.y = softmax(logits), y
        t = y * (1 - self.smoothing) + self.smoothing / y.shape[1]
        return -np.sum(t * np.log(self.p + 1e-12)) / len(y)

    def backward(self):
        return (self.p - self.y) / len(self.y)
