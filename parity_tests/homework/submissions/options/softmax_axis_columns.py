# samples in columns, as in the course by Andrew Ng
import numpy as np


def softmax(Z):
    """Z: (n_classes, m)"""
    e = np.exp(Z - np.max(Z, axis=0, keepdims=True))
    return e / e.sum(axis=0, keepdims=True)


def log_softmax(Z):
    s = Z - Z.max(axis=0)
    return s - np.log(np.exp(s).sum(axis=0))


def linear_forward(A, W, b):
    Z = np.dot(W, A) + b
    return Z, (A, W, b)


def linear_backward(dZ, cache):
    A, W, b = cache
    m = A.shape[1]
    return np.dot(W.T, dZ), np.dot(dZ, A.T) / m, dZ.sum(axis=1, keepdims=True) / m
