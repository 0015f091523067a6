"""RNN over time, batch first. Written without looking at the book."""
import numpy as np


class RNNBase:
    def __init__(self, Wx, Wh, b):
        self.Wx, self.Wh, self.b = Wx, Wh, b

    def forward(self, xs):
        N, T, _ = xs.shape
        H = self.Wh.shape[0]
        self.xs = xs
        self.hs = np.zeros((N, T + 1, H))  # hs[:, 0] is the start
        for t in range(T):
            self.hs[:, t + 1] = np.tanh(xs[:, t] @ self.Wx + self.hs[:, t] @ self.Wh + self.b)
        return self.hs[:, 1:].copy()

    def zero(self):
        self.dWx, self.dWh, self.db = np.zeros_like(self.Wx), np.zeros_like(self.Wh), np.zeros_like(self.b)
        return np.zeros_like(self.xs), np.zeros_like(self.hs[:, 0])


class RNN(RNNBase):
    def backward(self, dhs):
        dxs, carry = self.zero()
        for t in reversed(range(dhs.shape[1])):
            da = (dhs[:, t] + carry) * (1 - self.hs[:, t + 1] ** 2)
            self.dWx += self.xs[:, t].T @ da
            self.dWh += self.hs[:, t].T @ da
            self.db += da.sum(axis=0)
            dxs[:, t] = da @ self.Wx.T
            carry = da @ self.Wh.T
        return dxs


class RNNCarryPlain(RNNBase):
    """the carried gradient does not go through Wh"""

    def backward(self, dhs):
        dxs, carry = self.zero()
        for t in reversed(range(dhs.shape[1])):
            da = (dhs[:, t] + carry) * (1 - self.hs[:, t + 1] ** 2)
            self.dWx += self.xs[:, t].T @ da
            self.dWh += self.hs[:, t].T @ da
            self.db += da.sum(axis=0)
            dxs[:, t] = da @ self.Wx.T
            carry = da
        return dxs


class RNNCarryBefore(RNNBase):
    """carries the gradient of h, not that of the sum inside of tanh"""

    def backward(self, dhs):
        dxs, carry = self.zero()
        for t in reversed(range(dhs.shape[1])):
            dh = dhs[:, t] + carry
            da = dh * (1 - self.hs[:, t + 1] ** 2)
            self.dWx += self.xs[:, t].T @ da
            self.dWh += self.hs[:, t].T @ da
            self.db += da.sum(axis=0)
            dxs[:, t] = da @ self.Wx.T
            carry = dh @ self.Wh.T
        return dxs


class RNNSquare(RNNBase):
    """dWh the wrong way round, which fits since Wh is square"""

    def backward(self, dhs):
        dxs, carry = self.zero()
        for t in reversed(range(dhs.shape[1])):
            da = (dhs[:, t] + carry) * (1 - self.hs[:, t + 1] ** 2)
            self.dWx += self.xs[:, t].T @ da
            self.dWh += da.T @ self.hs[:, t]
            self.db += da.sum(axis=0)
            dxs[:, t] = da @ self.Wx.T
            carry = da @ self.Wh.T
        return dxs


class RNNStateAfter(RNNBase):
    def backward(self, dhs):
        dxs, carry = self.zero()
        for t in reversed(range(dhs.shape[1])):
            h = self.hs[:, t + 1]
            da = (dhs[:, t] + carry) * (1 - h ** 2)
            self.dWx += self.xs[:, t].T @ da
            self.dWh += h.T @ da
            self.db += da.sum(axis=0)
            dxs[:, t] = da @ self.Wx.T
            carry = da @ self.Wh.T
        return dxs


class RNNForwardInTime(RNNBase):
    """the loop of backward runs forward"""

    def backward(self, dhs):
        dxs, carry = self.zero()
        for t in range(dhs.shape[1]):
            da = (dhs[:, t] + carry) * (1 - self.hs[:, t + 1] ** 2)
            self.dWx += self.xs[:, t].T @ da
            self.dWh += self.hs[:, t].T @ da
            self.db += da.sum(axis=0)
            dxs[:, t] = da @ self.Wx.T
            carry = da @ self.Wh.T
        return dxs


if __name__ == '__main__':
    r = RNN(np.random.randn(3, 4), np.random.randn(4, 4), np.zeros(4))
    print(r.backward(r.forward(np.random.randn(2, 5, 3))).shape)
