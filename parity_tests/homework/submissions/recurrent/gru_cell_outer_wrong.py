"""A GRU cell for one sample, whose second bias of the candidate is taken for one outside of the reset gate."""

import numpy as np


class GRUCell:
    def __init__(self, in_dim, hidden_dim):
        self.d, self.h = in_dim, hidden_dim
        for gate in "rzn":
            setattr(self, f"W{gate}x", np.random.randn(hidden_dim, in_dim))
            setattr(self, f"W{gate}h", np.random.randn(hidden_dim, hidden_dim))
            setattr(self, f"bi{gate}", np.random.randn(hidden_dim))
            setattr(self, f"bh{gate}", np.random.randn(hidden_dim))
        self.zero_grad()

    def zero_grad(self):
        for gate in "rzn":
            setattr(self, f"dW{gate}x", np.zeros((self.h, self.d)))
            setattr(self, f"dW{gate}h", np.zeros((self.h, self.h)))
            setattr(self, f"dbi{gate}", np.zeros(self.h))
            setattr(self, f"dbh{gate}", np.zeros(self.h))

    def forward(self, x, h_prev_t):
        self.x, self.hidden = x, h_prev_t
        self.r = 1 / (1 + np.exp(-(self.Wrx @ x + self.bir + self.Wrh @ h_prev_t + self.bhr)))
        self.z = 1 / (1 + np.exp(-(self.Wzx @ x + self.biz + self.Wzh @ h_prev_t + self.bhz)))
        self.inner = self.Wnh @ h_prev_t + self.bhn
        self.n = np.tanh(self.Wnx @ x + self.bin + self.r * self.inner)
        return (1 - self.z) * self.n + self.z * h_prev_t

    def backward(self, delta):
        dz = delta * (self.hidden - self.n) * self.z * (1 - self.z)
        dn = delta * (1 - self.z) * (1 - self.n**2)
        dr = dn * self.inner * self.r * (1 - self.r)
        self.dWnx += np.outer(dn, self.x)
        self.dWnh += np.outer(dn * self.r, self.hidden)
        self.dbin += dn
        self.dbhn += dn
        self.dWrx += np.outer(dr, self.x)
        self.dWrh += np.outer(dr, self.hidden)
        self.dbir += dr
        self.dbhr += dr
        self.dWzx += np.outer(dz, self.x)
        self.dWzh += np.outer(dz, self.hidden)
        self.dbiz += dz
        self.dbhz += dz
        dx = dn @ self.Wnx + dr @ self.Wrx + dz @ self.Wzx
        dh_prev_t = delta * self.z + (dn * self.r) @ self.Wnh + dr @ self.Wrh + dz @ self.Wzh
        return dx, dh_prev_t
