"""Layers as closures: each maker returns forward and backward"""
import numpy as np


def make_conv(W, b, stride=1, pad=0):
    """W (out, in, k, k), b (out,)"""
    k = W.shape[2]
    memory = {}

    def forward(x):
        xp = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
        oh, ow = (xp.shape[2] - k) // stride + 1, (xp.shape[3] - k) // stride + 1
        y = np.zeros((len(x), len(W), oh, ow))
        for i in range(oh):
            for j in range(ow):
                y[:, :, i, j] = np.tensordot(xp[:, :, i * stride:i * stride + k, j * stride:j * stride + k], W, ([1, 2, 3], [1, 2, 3])) + b
        memory['xp'] = xp
        return y

    def backward(dy):
        xp = memory['xp']
        dW, dxp = np.zeros_like(W), np.zeros_like(xp)
        for i in range(dy.shape[2]):
            for j in range(dy.shape[3]):
                area = (slice(None), slice(None), slice(i * stride, i * stride + k), slice(j * stride, j * stride + k))
                dW += np.tensordot(dy[:, :, i, j], xp[area], (0, 0))
                dxp[area] += np.tensordot(dy[:, :, i, j], W, 1)
        H, Wd = dxp.shape[2:]
        return dxp[:, :, pad:H - pad, pad:Wd - pad], dW, dy.sum((0, 2, 3))

    return forward, backward


def make_max_pool(k):
    seen = []

    def forward(x):
        seen.append(x)
        n, c, h, w = x.shape
        return x[:, :, :h // k * k, :w // k * k].reshape(n, c, h // k, k, w // k, k).max(axis=(3, 5))

    def backward(dy):
        x = seen[0]
        dx = np.zeros_like(x)
        for i in range(dy.shape[2]):
            for j in range(dy.shape[3]):
                win = x[:, :, i * k:i * k + k, j * k:j * k + k]
                top = win.max(axis=(2, 3), keepdims=True)
                dx[:, :, i * k:i * k + k, j * k:j * k + k] = (win == top) * dy[:, :, i:i + 1, j:j + 1]
        return dx

    return forward, backward
