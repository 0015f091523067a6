"""Deep learning specialization, course 4 week 1, in a plain script."""
import numpy as np


def zero_pad(X, pad):
    m, h, w, c = X.shape
    X_pad = np.zeros((m, h + 2 * pad, w + 2 * pad, c))
    X_pad[:, pad:pad + h, pad:pad + w, :] = X
    return X_pad


def conv_single_step(a_slice_prev, W, b):
    # element-wise product, bias, sum over the volume
    s = a_slice_prev * W + b
    return np.sum(s)


def conv_forward(A_prev, W, b, hparameters):
    m, n_H_prev, n_W_prev, _ = A_prev.shape
    f, _, _, n_C = W.shape
    s, pad = hparameters['stride'], hparameters['pad']
    n_H = (n_H_prev - f + 2 * pad) // s + 1
    n_W = (n_W_prev - f + 2 * pad) // s + 1
    A_prev_pad = zero_pad(A_prev, pad)
    Z = np.zeros((m, n_H, n_W, n_C))
    for i in range(m):
        for h in range(n_H):
            for w in range(n_W):
                a_slice = A_prev_pad[i, h * s:h * s + f, w * s:w * s + f]
                for c in range(n_C):
                    Z[i, h, w, c] = conv_single_step(a_slice, W[..., c], b[..., c])
    return Z, (A_prev, W, b, hparameters)


def conv_backward(dZ, cache):
    A_prev, W, b, hparameters = cache
    f = W.shape[0]
    s, pad = hparameters['stride'], hparameters['pad']
    m, n_H, n_W, n_C = dZ.shape
    A_prev_pad = zero_pad(A_prev, pad)
    dA_prev_pad = np.zeros_like(A_prev_pad)
    dW, db = np.zeros_like(W), np.zeros_like(b)
    for i in range(m):
        for h in range(n_H):
            for w in range(n_W):
                for c in range(n_C):
                    rows, cols = slice(h * s, h * s + f), slice(w * s, w * s + f)
                    dA_prev_pad[i, rows, cols] += W[..., c] * dZ[i, h, w, c]
                    dW[..., c] += A_prev_pad[i, rows, cols] * dZ[i, h, w, c]
                    db[..., c] += dZ[i, h, w, c]
    _, n_H_prev, n_W_prev, _ = A_prev.shape
    return dA_prev_pad[:, pad:pad + n_H_prev, pad:pad + n_W_prev], dW, db
