"""sequences of different lengths: mask (batch, time) is 1 where there is a word"""
import numpy as np


class MaskedRNN:
    """a skipped step leaves the state as it was"""

    def __init__(self, Wx, Wh, b):
        self.Wx, self.Wh, self.b = Wx, Wh, b

    def step(self, new, old, m):
        return m * new + (1 - m) * old

    def split(self, dh, m):
        return dh * m, dh * (1 - m)

    def forward(self, x, mask):
        self.x, self.mask = x, mask
        n, T, _ = x.shape
        self.h = np.zeros((T + 1, n, len(self.b)))
        self.a = np.zeros((T, n, len(self.b)))
        for t in range(T):
            self.a[t] = np.tanh(x[:, t] @ self.Wx + self.h[t] @ self.Wh + self.b)
            self.h[t + 1] = self.step(self.a[t], self.h[t], mask[:, t:t + 1])
        return self.h[1:].transpose(1, 0, 2).copy()

    def backward(self, dout):
        self.dWx, self.dWh, self.db = np.zeros_like(self.Wx), np.zeros_like(self.Wh), np.zeros_like(self.b)
        dx, dh = np.zeros_like(self.x), 0
        for t in reversed(range(dout.shape[1])):
            dnew, dold = self.split(dout[:, t] + dh, self.mask[:, t:t + 1])
            dz = dnew * (1 - self.a[t] ** 2)
            self.dWx += self.x[:, t].T @ dz
            self.dWh += self.h[t].T @ dz
            self.db += dz.sum(axis=0)
            dx[:, t] = dz @ self.Wx.T
            dh = dz @ self.Wh.T + dold
        return dx


class MaskedRNNZero(MaskedRNN):
    """what comes out at a skipped step is zero; the mask may be left out"""

    def forward(self, x, mask=None):
        mask = np.ones(x.shape[:2]) if mask is None else mask
        return super().forward(x, mask) * mask[:, :, None]

    def backward(self, dout):
        return super().backward(dout * self.mask[:, :, None])


class MaskedRNNNoCarry(MaskedRNN):
    """the gradient stops at a skipped step"""

    def split(self, dh, m):
        return dh * m, 0


class MaskedRNNWholeGradient(MaskedRNN):
    """the gradient of a skipped step goes through its tanh as well"""

    def split(self, dh, m):
        return dh, dh * (1 - m)


class MaskedRNNIgnored(MaskedRNN):
    def step(self, new, old, m):
        return new

    def split(self, dh, m):
        return dh, 0


class MaskedRNNInverted(MaskedRNN):
    def step(self, new, old, m):
        return (1 - m) * new + m * old

    def split(self, dh, m):
        return dh * (1 - m), dh * m


class MaskedRNNZeroForgets(MaskedRNNZero):
    """the mask on the output, and not on its gradient"""

    def backward(self, dout):
        return MaskedRNN.backward(self, dout)


class MaskedRNNDropout(MaskedRNN):
    """another mask: of the inputs' elements, which may be left out"""

    def forward(self, x, dropout_mask=None):
        self.scale = 1.0 if dropout_mask is None else dropout_mask
        return super().forward(x * self.scale, np.ones(x.shape[:2]))

    def backward(self, dout):
        return super().backward(dout) * self.scale
