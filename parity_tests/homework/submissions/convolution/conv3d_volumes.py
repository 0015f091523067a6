"""Convolutions of volumes."""

import numpy as np


def conv3d_forward(x, w, b, stride=1, pad=0):
    N, C, D, H, W = x.shape
    F, _, KD, KH, KW = w.shape
    xp = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad), (pad, pad)))
    OD, OH, OW = (D + 2*pad - KD)//stride + 1, (H + 2*pad - KH)//stride + 1, (W + 2*pad - KW)//stride + 1
    out = np.zeros((N, F, OD, OH, OW))
    for d in range(OD):
        for i in range(OH):
            for j in range(OW):
                win = xp[:, :, d*stride:d*stride+KD, i*stride:i*stride+KH, j*stride:j*stride+KW]
                out[:, :, d, i, j] = np.tensordot(win, w, axes=([1, 2, 3, 4], [1, 2, 3, 4])) + b
    return out, (x, w, b, stride, pad)


def conv3d_backward(dout, cache):
    x, w, b, stride, pad = cache
    N, F, OD, OH, OW = dout.shape
    _, _, KD, KH, KW = w.shape
    xp = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad), (pad, pad)))
    dxp, dw = np.zeros_like(xp), np.zeros_like(w)
    for d in range(OD):
        for i in range(OH):
            for j in range(OW):
                s = (slice(None), slice(None), slice(d*stride, d*stride+KD), slice(i*stride, i*stride+KH), slice(j*stride, j*stride+KW))
                dw += np.tensordot(dout[:, :, d, i, j], xp[s], axes=(0, 0))
                dxp[s] += np.tensordot(dout[:, :, d, i, j], w, axes=(1, 0))
    dx = dxp[:, :, pad:dxp.shape[2]-pad, pad:dxp.shape[3]-pad, pad:dxp.shape[4]-pad]
    return dx, dw, dout.sum(axis=(0, 2, 3, 4))


class Conv3D:
    def __init__(self, in_channels, out_channels, kernel_size, stride=1, padding=0):
        self.k, self.stride, self.padding = kernel_size, stride, padding
        self.weight = np.random.randn(out_channels, in_channels, kernel_size, kernel_size, kernel_size) * 0.1
        self.bias = np.zeros(out_channels)

    def _slices(self, d, i, j):
        return tuple(slice(a * self.stride, a * self.stride + self.k) for a in (d, i, j))

    def forward(self, x):
        p, k, s = self.padding, self.k, self.stride
        self.x = np.pad(x, ((0, 0), (0, 0), (p, p), (p, p), (p, p)))
        sizes = [(n - k) // s + 1 for n in self.x.shape[2:]]
        out = np.zeros((len(x), len(self.bias), *sizes))
        for d, i, j in np.ndindex(*sizes):
            window = self.x[(slice(None), slice(None), *self._slices(d, i, j))]
            out[:, :, d, i, j] = np.einsum("ncdhw,ocdhw->no", window, self.weight) + self.bias
        return out

    def add(self, dx, where, grad):
        dx[where] += grad

    def backward(self, dout):
        self.dweight = np.zeros_like(self.weight)
        self.dbias = dout.sum(axis=(0, 2, 3, 4))
        dx = np.zeros_like(self.x)
        for d, i, j in np.ndindex(*dout.shape[2:]):
            where = (slice(None), slice(None), *self._slices(d, i, j))
            self.dweight += np.einsum("no,ncdhw->ocdhw", dout[:, :, d, i, j], self.x[where])
            self.add(dx, where, np.einsum("no,ocdhw->ncdhw", dout[:, :, d, i, j], self.weight))
        p = self.padding
        return dx[:, :, p:, p:, p:] if p == 0 else dx[:, :, p:-p, p:-p, p:-p]


class OverwritingConv3D(Conv3D):
    def add(self, dx, where, grad):
        dx[where] = grad


class UnpaddedConv3D(Conv3D):
    """the gradient keeps its border"""
    def backward(self, dout):
        p, self.padding = self.padding, 0
        dx = super().backward(dout)
        self.padding = p
        return dx


class FlatBiasConv3D(Conv3D):
    def backward(self, dout):
        dx = super().backward(dout)
        self.dbias = dout.sum(axis=(0, 3, 4))[:, 0]
        return dx
