import numpy as np


class Conv():
    """
    Convolution layer.

    nb_filters : number of kernels
    filter_size : square kernels
    nb_channels : channels of the incoming feature maps
    """

    def __init__(self, nb_filters, filter_size, nb_channels, stride, padding):
        self.n_F = nb_filters
        self.f = filter_size
        self.n_C = nb_channels
        self.s = stride
        self.p = padding
        bound = 1 / np.sqrt(nb_channels * filter_size ** 2)
        self.W = {'val': np.random.uniform(-bound, bound, (nb_filters, nb_channels, filter_size, filter_size)),
                  'grad': 0}
        self.b = {'val': np.random.uniform(-bound, bound, nb_filters), 'grad': 0}
        self.cache = None

    def forward(self, X):
        """X (m, n_C, n_H, n_W)"""
        m, n_C_prev, n_H_prev, n_W_prev = X.shape
        n_H = int((n_H_prev + 2 * self.p - self.f) / self.s) + 1
        n_W = int((n_W_prev + 2 * self.p - self.f) / self.s) + 1
        out = np.zeros((m, self.n_F, n_H, n_W))
        for i in range(m):
            for c in range(self.n_F):
                for r, h in enumerate(range(0, n_H_prev - self.f + 1, self.s)):
                    for q, w in enumerate(range(0, n_W_prev - self.f + 1, self.s)):
                        out[i, c, r, q] = np.sum(X[i, :, h:h + self.f, w:w + self.f] * self.W['val'][c]) + self.b['val'][c]
        self.cache = X
        return out

    def backward(self, dout):
        X = self.cache
        m, n_C_prev, n_H_prev, n_W_prev = X.shape
        dX = np.zeros(X.shape)
        dW, db = np.zeros(self.W['val'].shape), np.zeros(self.b['val'].shape)
        for i in range(m):
            for c in range(self.n_F):
                for r, h in enumerate(range(0, n_H_prev - self.f + 1, self.s)):
                    for q, w in enumerate(range(0, n_W_prev - self.f + 1, self.s)):
                        dX[i, :, h:h + self.f, w:w + self.f] += self.W['val'][c] * dout[i, c, r, q]
                        dW[c] += X[i, :, h:h + self.f, w:w + self.f] * dout[i, c, r, q]
        db = dout.sum(axis=(0, 2, 3))
        self.W['grad'] += dW
        self.b['grad'] += db
        return dX, self.W['grad'], self.b['grad']


if __name__ == '__main__':
    conv1 = Conv(nb_filters=6, filter_size=5, nb_channels=1, stride=1, padding=0)
    print(conv1.forward(np.random.rand(2, 1, 28, 28)).shape)
