import numpy as np
import matplotlib.pyplot as plt
from sklearn.datasets import load_digits
plt.style.use('ggplot')


class Momentum:
    def __init__(self, lr=0.01, m=0.9):
        self.lr, self.m = lr, m
        self.v = {}

    def update(self, layer):
        for name, grad in (('weight', layer.dW), ('bias', layer.dB)):
            key = (id(layer), name)
            self.v[key] = self.m * self.v.get(key, 0) - self.lr * grad
            setattr(layer, name, getattr(layer, name) + self.v[key])


class Conv2d:
    """filter (n_filters, n_channel, fh, fw)"""

    def __init__(self, n_filters, n_channel, fh, fw, optimizer, stride=1, pad=0):
        self.n_filters = n_filters
        self.n_channel = n_channel
        self.fh = fh
        self.fw = fw
        self.optimizer = optimizer
        self.stride = stride
        self.pad = pad
        self.weight = np.random.randn(n_filters, n_channel, fh, fw) * 0.01
        self.bias = np.random.randn(n_channel) * 0.01

    def out_shape(self, h, w):
        oh = int((h - self.fh) + 1)
        ow = int((w - self.fw) + 1)
        return oh, ow

    def forward(self, x):
        self.x = x
        batch, _, h, w = x.shape
        oh, ow = self.out_shape(h, w)
        a = np.zeros((batch, self.n_filters, oh, ow))
        for f in range(self.n_filters):
            for channel in range(self.n_channel):
                for i in range(oh):
                    for j in range(ow):
                        window = x[:, channel, i:i + self.fh, j:j + self.fw]
                        a[:, f, i, j] += np.sum(window * self.weight[f, channel], axis=(1, 2))
                a[:, f] += self.bias[channel]
        return a

    def backward(self, da):
        batch, _, oh, ow = da.shape
        self.dW = np.zeros_like(self.weight)
        self.dB = np.full(self.n_channel, da.sum())
        dx = np.zeros_like(self.x)
        for i in range(oh):
            for j in range(ow):
                window = self.x[:, :, i:i + self.fh, j:j + self.fw]
                self.dW += np.einsum('nf,nchw->fchw', da[:, :, i, j], window)
                dx[:, :, i:i + self.fh, j:j + self.fw] += np.einsum('nf,fchw->nchw', da[:, :, i, j], self.weight)
        self.optimizer.update(self)
        return dx


digits = load_digits()
conv = Conv2d(4, 1, 3, 3, Momentum())
out = conv.forward(digits.images[:10, None])
print(out.mean())
