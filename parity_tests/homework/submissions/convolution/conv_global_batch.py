import numpy as np
import time

batch_size = 20
n_epochs = 5
lr = 0.01


class ConvNetLayer:
    def __init__(self, n_prev, n_filters, f=3):
        self.f = f
        self.weight = np.random.randn(f, f, n_prev, n_filters) * np.sqrt(2.0 / (f * f * n_prev))
        self.bias = np.zeros((1, 1, 1, n_filters))

    def feed_forward(self, a_prev):
        """a_prev (batch, h, w, n_prev)"""
        self.a_prev = a_prev
        f = self.f
        m, h, w, _ = a_prev.shape
        z = np.zeros((m, h - f + 1, w - f + 1, self.weight.shape[3]))
        for i in range(f):
            for j in range(f):
                z += a_prev[:, i:i + z.shape[1], j:j + z.shape[2]] @ self.weight[i, j]
        return z + self.bias

    def back_propagation(self, dz):
        self.dweight = np.zeros(self.weight.shape)
        da = np.zeros(self.a_prev.shape)
        h, w = dz.shape[1:3]
        for i in range(self.f):
            for j in range(self.f):
                a = self.a_prev[:, i:i + h, j:j + w]
                self.dweight[i, j] = np.einsum('mhwi,mhwo->io', a, dz) / batch_size
                da[:, i:i + h, j:j + w] += dz @ self.weight[i, j].T
        self.dbias = dz.sum(axis=(0, 1, 2), keepdims=True) / batch_size
        return da


start = time.time()
layer = ConvNetLayer(1, 4)
print(layer.feed_forward(np.random.rand(batch_size, 28, 28, 1)).shape, time.time() - start)
