# samples in columns, m of them; only what is called with them tells
import numpy as np


def softmax(z):
    e = np.exp(z - np.max(z, axis=0))
    return e / np.sum(e, axis=0)


def softmax_over_samples(z):
    e = np.exp(z - np.max(z, axis=1, keepdims=True))
    return e / np.sum(e, axis=1, keepdims=True)


def softmax_whole(z):
    e = np.exp(z)
    return e / np.sum(e)


def softmax_turned(z):
    """Of what is handed over transposed."""
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def forward_prop(W1, b1, W2, b2, X):
    Z1 = W1.dot(X) + b1
    A1 = np.maximum(Z1, 0)
    Z2 = W2.dot(A1) + b2
    return softmax(Z2), softmax_over_samples(Z2), softmax_whole(Z2), softmax_turned(Z2.T)


def back_prop(A1, A2, W2, Y):
    m = Y.shape[1]
    dZ2 = A2 - Y
    dW2 = 1 / m * dZ2.dot(A1.T)
    db2 = 1 / m * np.sum(dZ2, axis=1, keepdims=True)
    return dW2, db2, W2.T.dot(dZ2)
