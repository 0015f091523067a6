"""LSTM with peephole connections (Gers & Schmidhuber)."""
import numpy as np


def sigmoid(x):
    return 1.0 / (1.0 + np.exp(-x))


class PeepholeLSTM:
    def __init__(self, n_in, n_hidden):
        init = lambda *s: np.random.normal(0, 0.1, s)
        self.n_hidden = n_hidden
        # i, f, o, g
        self.Wx = init(n_in, 4 * n_hidden)
        self.Wh = init(n_hidden, 4 * n_hidden)
        self.b = init(4 * n_hidden)
        # peepholes: each gate looks at the cell
        self.p_i = init(n_hidden)
        self.p_f = init(n_hidden)
        self.p_o = init(n_hidden)

    def forward(self, x):
        N, T, _ = x.shape
        H = self.n_hidden
        h, c = np.zeros((N, H)), np.zeros((N, H))
        self.cache, out = [], []
        for t in range(T):
            a = x[:, t] @ self.Wx + h @ self.Wh + self.b
            i = sigmoid(a[:, :H] + self.p_i * c)
            f = sigmoid(a[:, H:2 * H] + self.p_f * c)
            g = np.tanh(a[:, 3 * H:])
            c_new = f * c + i * g
            o = sigmoid(a[:, 2 * H:3 * H] + self.p_o * c_new)
            h_new = o * np.tanh(c_new)
            self.cache.append((x[:, t], h, c, i, f, o, g, c_new))
            h, c = h_new, c_new
            out.append(h)
        return np.stack(out, 1)

    def backward(self, dout):
        N, T, H = dout.shape
        self.dWx, self.dWh, self.db = np.zeros_like(self.Wx), np.zeros_like(self.Wh), np.zeros_like(self.b)
        self.dp_i, self.dp_f, self.dp_o = np.zeros(H), np.zeros(H), np.zeros(H)
        dx = np.zeros((N, T, len(self.Wx)))
        dh, dc = np.zeros((N, H)), np.zeros((N, H))
        for t in reversed(range(T)):
            x_t, h_prev, c_prev, i, f, o, g, c = self.cache[t]
            dh = dh + dout[:, t]
            do = dh * np.tanh(c) * o * (1 - o)
            dc = dc + dh * o * (1 - np.tanh(c) ** 2) + do * self.p_o
            di, df, dg = dc * g * i * (1 - i), dc * c_prev * f * (1 - f), dc * i * (1 - g ** 2)
            self.dp_i += (di * c_prev).sum(0)
            self.dp_f += (df * c_prev).sum(0)
            self.dp_o += (do * c).sum(0)
            da = np.hstack([di, df, do, dg])
            self.dWx += x_t.T @ da
            self.dWh += h_prev.T @ da
            self.db += da.sum(0)
            dx[:, t] = da @ self.Wx.T
            dh = da @ self.Wh.T
            dc = dc * f + di * self.p_i + df * self.p_f
        return dx
