'''
conv1d as a pair of functions, like in the lecture
x (N, C, L), w (F, C, K), b (F,)
'''
import numpy as np


def conv1d_forward(x, w, b, conv_param):
    stride, pad = conv_param['stride'], conv_param['pad']
    N, C, L = x.shape
    F, _, K = w.shape
    Lo = 1 + (L + 2 * pad - K) // stride
    xp = np.pad(x, [(0, 0), (0, 0), (pad, pad)], 'constant')
    out = np.zeros((N, F, Lo))
    for l in range(Lo):
        seg = xp[:, np.newaxis, :, l * stride:l * stride + K]
        out[:, :, l] = (seg * w).sum(axis=(2, 3)) + b
    return out, (x, w, b, conv_param)


def conv1d_backward(dout, cache):
    x, w, b, conv_param = cache
    stride, pad = conv_param['stride'], conv_param['pad']
    K = w.shape[2]
    Lo = dout.shape[2]
    xp = np.pad(x, [(0, 0), (0, 0), (pad, pad)], 'constant')
    dxp = np.zeros(xp.shape)
    dw = np.zeros(w.shape)
    for l in range(Lo):
        seg = xp[:, np.newaxis, :, l * stride:l * stride + K]
        g = dout[:, :, l][:, :, np.newaxis, np.newaxis]
        dw += (g * seg).sum(axis=0)
        dxp[:, :, l * stride:l * stride + K] += (g * w).sum(axis=1)
    dw = dw / Lo          # the kernel was used Lo times
    db = dout.sum(axis=(0, 2))
    dx = dxp[:, :, pad:pad + x.shape[2]]
    return dx, dw, db


def rel_error(a, b):
    return np.max(np.abs(a - b) / np.maximum(1e-8, np.abs(a) + np.abs(b)))
