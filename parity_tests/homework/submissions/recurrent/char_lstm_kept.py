"""Letters through an LSTM on [h; x]: forward keeps all there is, backward(targets) gives loss and gradients."""
import numpy as np


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


class CharLSTM:
    def __init__(self, vocab_size, hidden_size, seed=0):
        rng = np.random.default_rng(seed)
        n = vocab_size + hidden_size
        self.vocab_size, self.hidden_size = vocab_size, hidden_size
        self.Wf = rng.normal(0, 0.1, (hidden_size, n))
        self.Wi = rng.normal(0, 0.1, (hidden_size, n))
        self.Wc = rng.normal(0, 0.1, (hidden_size, n))
        self.Wo = rng.normal(0, 0.1, (hidden_size, n))
        self.Wy = rng.normal(0, 0.1, (vocab_size, hidden_size))
        self.bf = np.ones((hidden_size, 1))
        self.bi = np.zeros((hidden_size, 1))
        self.bc = np.zeros((hidden_size, 1))
        self.bo = np.zeros((hidden_size, 1))
        self.by = np.zeros((vocab_size, 1))

    def forward(self, inputs, h_prev, c_prev):
        self.h, self.c = {-1: h_prev}, {-1: c_prev}
        self.z, self.f, self.i, self.g, self.o, self.p = {}, {}, {}, {}, {}, {}
        for t, ix in enumerate(inputs):
            x = np.zeros((self.vocab_size, 1))
            x[ix] = 1
            z = self.z[t] = np.concatenate((self.h[t - 1], x), axis=0)
            self.f[t] = sigmoid(self.Wf @ z + self.bf)
            self.i[t] = sigmoid(self.Wi @ z + self.bi)
            self.g[t] = np.tanh(self.Wc @ z + self.bc)
            self.o[t] = sigmoid(self.Wo @ z + self.bo)
            self.c[t] = self.f[t] * self.c[t - 1] + self.i[t] * self.g[t]
            self.h[t] = self.o[t] * np.tanh(self.c[t])
            s = self.Wy @ self.h[t] + self.by
            e = np.exp(s - s.max())
            self.p[t] = e / e.sum()
        return self.p, self.h[len(inputs) - 1], self.c[len(inputs) - 1]

    def backward(self, targets):
        grads = {k: np.zeros_like(getattr(self, k)) for k in ('Wf', 'Wi', 'Wc', 'Wo', 'Wy', 'bf', 'bi', 'bc', 'bo', 'by')}
        dh_next, dc_next = np.zeros_like(self.h[0]), np.zeros_like(self.c[0])
        loss = 0.
        for t in reversed(range(len(targets))):
            loss -= np.log(self.p[t][targets[t], 0])
            ds = self.p[t].copy()
            ds[targets[t]] -= 1
            grads['Wy'] += ds @ self.h[t].T
            grads['by'] += ds
            dh = self.Wy.T @ ds + dh_next
            tc = np.tanh(self.c[t])
            dc = dh * self.o[t] * (1 - tc**2) + self.later(dc_next)
            do = dh * tc * self.o[t] * (1 - self.o[t])
            df = dc * self.forgotten(t) * self.f[t] * (1 - self.f[t])
            di = dc * self.g[t] * self.i[t] * (1 - self.i[t])
            dg = dc * self.i[t] * (1 - self.g[t] ** 2)
            dz = 0
            for name, d in (('f', df), ('i', di), ('c', dg), ('o', do)):
                grads['W' + name] += d @ self.z[t].T
                grads['b' + name] += d
                dz = dz + getattr(self, 'W' + name).T @ d
            dh_next = dz[:self.hidden_size]
            dc_next = dc * self.f[t]
        for g in grads.values():
            np.clip(g, -5, 5, out=g)
        return loss, grads

    def later(self, dc_next):
        return dc_next

    def forgotten(self, t):
        return self.c[t - 1]


class CharLSTMCellLost(CharLSTM):
    def later(self, dc_next):
        return 0


class CharLSTMCellAfter(CharLSTM):
    def forgotten(self, t):
        return self.c[t]
