# the states of a step in another order than (h, c): right where the file means it, wrong where it means (h, c)
import numpy as np


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def gates(x, h, Wx, Wh, b):
    n = h.shape[1]
    a = x @ Wx + h @ Wh + b
    return sigmoid(a[:, :n]), sigmoid(a[:, n : 2 * n]), sigmoid(a[:, 2 * n : 3 * n]), np.tanh(a[:, 3 * n :])


def lstm_step_memory_first(x, prev_c, prev_h, Wx, Wh, b):
    i, f, o, g = gates(x, prev_h, Wx, Wh, b)
    next_c = f * prev_c + i * g
    next_h = o * np.tanh(next_c)
    return next_c, next_h


def lstm_step_said(x, prev_h, prev_c, Wx, Wh, b):
    """One step. Returns a tuple (next_c, next_h), each of shape (N, H)."""
    i, f, o, g = gates(x, prev_h, Wx, Wh, b)
    next_c = f * prev_c + i * g
    next_h = o * np.tanh(next_c)
    return next_c, next_h


def lstm_step_used(x, prev_h, prev_c, Wx, Wh, b):
    i, f, o, g = gates(x, prev_h, Wx, Wh, b)
    next_c = f * prev_c + i * g
    next_h = o * np.tanh(next_c)
    return next_c, next_h


def lstm_over_time(x, h, c, Wx, Wh, b):
    hs = []
    for t in range(x.shape[1]):
        c, h = lstm_step_used(x[:, t], h, c, Wx, Wh, b)
        hs.append(h)
    return np.stack(hs, axis=1)


class LSTMCell:
    def __init__(self, n_in, n_hidden):
        self.Wx, self.Wh = np.random.randn(n_in, 4 * n_hidden), np.random.randn(n_hidden, 4 * n_hidden)
        self.b = np.zeros(4 * n_hidden)

    def __call__(self, x, h, c):
        i, f, o, g = gates(x, h, self.Wx, self.Wh, self.b)
        c = f * c + i * g
        h = o * np.tanh(c)
        return c, h


def tagged(cell, words, h, c):
    for word in words:
        c, h = cell(word, h, c)
    return h


def lstm_step_turned(x, prev_h, prev_c, Wx, Wh, b):
    i, f, o, g = gates(x, prev_h, Wx, Wh, b)
    next_c = f * prev_c + i * g
    next_h = o * np.tanh(next_c)
    return next_c, next_h, (x, prev_h, prev_c)


def lstm_step_said_otherwise(x, prev_c, prev_h, Wx, Wh, b):
    """One step of an LSTM.

    Returns:
    - next_h: the next hidden state, of shape (N, H)
    - next_c: the next cell state
    """
    i, f, o, g = gates(x, prev_h, Wx, Wh, b)
    next_c = f * prev_c + i * g
    next_h = o * np.tanh(next_c)
    return next_c, next_h


def lstm_step_used_otherwise(x, prev_c, prev_h, Wx, Wh, b):
    i, f, o, g = gates(x, prev_h, Wx, Wh, b)
    next_c = f * prev_c + i * g
    next_h = o * np.tanh(next_c)
    return next_c, next_h


def lstm_step_names(x, prev, Wx, Wh, b):
    prev_h, prev_c = prev
    i, f, o, g = gates(x, prev_h, Wx, Wh, b)
    next_h = f * prev_c + i * g
    next_c = o * np.tanh(next_h)
    return next_h, next_c


words = np.random.randn(7, 3, 5)
h = c = np.zeros((3, 6))
for word in words:
    h, c = lstm_step_used_otherwise(word, c, h, *weights)
