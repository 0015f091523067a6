import numpy as np


class WordRNN:
    """Vectors; an index picks its row of Wxh, so that nothing is one-hot."""
    def __init__(self, V, H):
        self.Wxh = np.random.randn(V, H)*.1; self.Whh = np.random.randn(H, H)*.1; self.Why = np.random.randn(H, V)*.1
        self.bh = np.zeros(H); self.by = np.zeros(V)
    def forward(self, inputs, h0):
        self.inputs = inputs
        self.hs = [h0]; self.ps = []
        for ix in inputs:
            h = np.tanh(self.Wxh[ix] + self.hs[-1] @ self.Whh + self.bh); self.hs.append(h)
            z = h @ self.Why + self.by; e = np.exp(z - z.max()); self.ps.append(e/e.sum())
        return self.ps, h
    def earlier(self, da):
        return self.Whh @ da
    def backward(self, targets):
        g = {k: np.zeros_like(getattr(self, k)) for k in ('Wxh', 'Whh', 'Why', 'bh', 'by')}
        dn = 0
        for t in reversed(range(len(targets))):
            dz = self.ps[t].copy(); dz[targets[t]] -= 1
            g['Why'] += np.outer(self.hs[t+1], dz); g['by'] += dz
            da = (self.Why @ dz + dn)*(1 - self.hs[t+1]**2)
            g['Wxh'][self.inputs[t]] += da; g['Whh'] += np.outer(self.hs[t], da); g['bh'] += da
            dn = self.earlier(da)
        return g


class WordRNNTransposed(WordRNN):
    def earlier(self, da):
        return self.Whh.T @ da
