import numpy as np
from scipy.special import expit


class GRU(object):
    ''' GRU, reset gate behind the matrix product (cuDNN variant); gates z, r, h '''

    def __init__(self, n_features, n_units, optimizer=None):
        self.n_units = n_units
        self.optimizer = optimizer
        self.W_x = np.random.randn(n_features, 3 * n_units) * 0.1
        self.W_h = np.random.randn(n_units, 3 * n_units) * 0.1
        self.b_x = np.zeros(3 * n_units)
        self.b_h = np.zeros(3 * n_units)

    def _split(self, m):
        n = self.n_units
        return m[:, :n], m[:, n:2 * n], m[:, 2 * n:]

    def forward(self, X):
        h = np.zeros((X.shape[0], self.n_units))
        self.memory = []
        for t in range(X.shape[1]):
            az, ar, ah = self._split(X[:, t] @ self.W_x + self.b_x)
            uz, ur, uh = self._split(h @ self.W_h + self.b_h)
            z, r = expit(az + uz), expit(ar + ur)
            cand = np.tanh(ah + r * uh)
            self.memory.append((X[:, t], h, z, r, cand, uh))
            h = z * h + (1 - z) * cand
        return h

    def backward(self, dh):
        self.dW_x = np.zeros_like(self.W_x)
        self.dW_h = np.zeros_like(self.W_h)
        self.db_x = np.zeros_like(self.b_x)
        self.db_h = np.zeros_like(self.b_h)
        dX = []
        for x, h, z, r, cand, uh in reversed(self.memory):
            d_cand = dh * (1 - z) * (1 - cand ** 2)
            d_z = dh * (h - cand) * z * (1 - z)
            d_r = d_cand * uh * r * (1 - r)
            d = np.hstack([d_z, d_r, d_cand])
            self.dW_x += x.T @ d
            self.dW_h += h.T @ d
            self.db_x += d.sum(0)
            self.db_h += d.sum(0)
            dX.append(d @ self.W_x.T)
            dh = dh * z + d @ self.W_h.T
        if self.optimizer is not None:
            self.optimizer.update(self)
        return np.stack(dX[::-1], axis=1)
