"""LSTMs made of LSTMs; gates in the order i, f, g, o"""
import numpy as np


def sigmoid(a):
    return 1 / (1 + np.exp(-a))


class LSTM:
    def __init__(self, D, H):
        self.Wx, self.Wh = np.random.randn(D, 4 * H) * 0.1, np.random.randn(H, 4 * H) * 0.1
        self.b = np.zeros(4 * H)

    def forward(self, x):
        N, T, _ = x.shape
        h = c = np.zeros((N, len(self.Wh)))
        self.steps, hs = [], []
        for t in range(T):
            i, f, g, o = np.split(x[:, t] @ self.Wx + h @ self.Wh + self.b, 4, axis=1)
            i, f, g, o = sigmoid(i), sigmoid(f), np.tanh(g), sigmoid(o)
            new = f * c + i * g
            self.steps.append((x[:, t], h, c, i, f, g, o, new))
            c = new
            h = o * np.tanh(c)
            hs.append(h)
        return np.stack(hs, axis=1)

    def backward(self, dhs):
        self.dWx, self.dWh, self.db = np.zeros_like(self.Wx), np.zeros_like(self.Wh), np.zeros_like(self.b)
        dxs, dh, dc = [], 0, 0
        for t in reversed(range(dhs.shape[1])):
            x, h, c, i, f, g, o, new = self.steps[t]
            dh = dh + dhs[:, t]
            tanh = np.tanh(new)
            dc = dc + dh * o * (1 - tanh ** 2)
            da = np.concatenate([dc * g * i * (1 - i), dc * c * f * (1 - f), dc * i * (1 - g ** 2),
                                 dh * tanh * o * (1 - o)], axis=1)
            self.dWx += x.T @ da
            self.dWh += h.T @ da
            self.db += da.sum(axis=0)
            dxs.append(da @ self.Wx.T)
            dh, dc = da @ self.Wh.T, dc * f
        return np.stack(dxs[::-1], axis=1)


class BiLSTM:
    def __init__(self, D, H):
        self.back, self.ahead = LSTM(D, H), LSTM(D, H)

    def forward(self, x):
        self.h = self.ahead.forward(x), self.back.forward(x[:, ::-1])[:, ::-1]
        return np.concatenate(self.h, axis=-1)

    def backward(self, dout):
        d1, d2 = np.split(dout, 2, axis=-1)
        return self.ahead.backward(d1) + self.back.backward(d2[:, ::-1])[:, ::-1]


class StackedLSTM:
    def __init__(self, D, H, num_layers):
        self.lstms = [LSTM(D if k == 0 else H, H) for k in range(num_layers)]

    def forward(self, x):
        for lstm in self.lstms:
            x = lstm.forward(x)
        return x

    def backward(self, dout):
        for lstm in self.lstms[::-1]:
            dout = lstm.backward(dout)
        return dout


class StackedLSTMTopOnly(StackedLSTM):
    """the lower layer is not trained"""

    def backward(self, dout):
        for lstm in self.lstms:
            lstm.dWx, lstm.dWh, lstm.db = np.zeros_like(lstm.Wx), np.zeros_like(lstm.Wh), np.zeros_like(lstm.b)
        return self.lstms[-1].backward(dout) @ self.lstms[0].Wx[:, :dout.shape[-1]].T
