# -*- coding: utf-8 -*-
# 1D convolution for a single signal, using numpy's own convolve to avoid the loops
import numpy as np
import urllib.request


class SimpleConv1d():
    def __init__(self, w, b):
        self.w = w
        self.b = b
        self.x = None

    def forward(self, x):
        self.x = x
        # 'valid' keeps only the complete windows. np.convolve turns the kernel around,
        # so turn it first
        return np.convolve(x, self.w[::-1], mode="valid") + self.b

    def backward(self, da):
        self.db = np.sum(da)
        self.dw = np.correlate(self.x, da, mode="valid")
        # same trick for dx: kernel turned around, 'full' because dx is as long as x
        self.dx = np.convolve(da, self.w[::-1], mode="full")
        return self.dx


if __name__ == "__main__":
    sig = np.sin(np.linspace(0, 3, 12))
    c = SimpleConv1d(np.array([0.2, 0.5, 0.3]), 0.1)
    out = c.forward(sig)
    print("out", out.shape)
    print("dx", c.backward(np.ones_like(out)).shape)
