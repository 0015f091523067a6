# Assignment 3 -- image captioning with RNNs
import numpy as np
import time, os, json
from cs231n.gradient_check import eval_numerical_gradient
from cs231n.coco_utils import load_coco_data


def rel_error(x, y):
    """ returns relative error """
    return np.max(np.abs(x - y) / (np.maximum(1e-8, np.abs(x) + np.abs(y))))


def rnn_step_forward(x, prev_h, Wx, Wh, b):
    next_h = np.tanh(x @ Wx + prev_h @ Wh + b)
    cache = (x, prev_h, Wx, Wh, next_h)
    return next_h, cache


def rnn_step_backward(dnext_h, cache):
    x, prev_h, Wx, Wh, next_h = cache
    # derivative of tanh
    dtanh = dnext_h * (1 - next_h)
    dx = dtanh @ Wx.T
    dprev_h = dtanh @ Wh.T
    dWx = x.T @ dtanh
    dWh = prev_h.T @ dtanh
    db = np.sum(dtanh, 0)
    return dx, dprev_h, dWx, dWh, db


def rnn_forward(x, h0, Wx, Wh, b):
    N, T, D = x.shape
    H = h0.shape[1]
    h, cache = np.zeros((T, N, H)), []
    h_t = h0
    for t, x_t in enumerate(x.transpose(1, 0, 2)):
        h_t, cache_t = rnn_step_forward(x_t, h_t, Wx, Wh, b)
        h[t] = h_t
        cache.append(cache_t)
    return h.transpose(1, 0, 2), cache


data = load_coco_data(pca_features=True)
for k, v in data.items():
    print(k, type(v))
