# GRUレイヤとTimeGRUレイヤ
import numpy as np


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


class GRU:
    def __init__(self, Wx, Wh, b):
        '''
        Wx: (D, 3H), Wh: (H, 3H), b: (3H,)
        z (更新ゲート), r (リセットゲート), h~ の順
        '''
        self.params = [Wx, Wh, b]
        self.grads = [np.zeros_like(Wx), np.zeros_like(Wh), np.zeros_like(b)]
        self.cache = None

    def forward(self, x, h_prev):
        Wx, Wh, b = self.params
        H = Wh.shape[0]
        a = x @ Wx + b
        z = sigmoid(a[:, :H] + h_prev @ Wh[:, :H])
        r = sigmoid(a[:, H:2 * H] + h_prev @ Wh[:, H:2 * H])
        h_hat = np.tanh(a[:, 2 * H:] + (r * h_prev) @ Wh[:, 2 * H:])
        h_next = (1 - z) * h_prev + z * h_hat
        self.cache = (x, h_prev, z, r, h_hat)
        return h_next

    def backward(self, dh_next):
        Wx, Wh, b = self.params
        H = Wh.shape[0]
        x, h_prev, z, r, h_hat = self.cache

        # tanh
        dt = dh_next * z * (1 - h_hat ** 2)
        drh = dt @ Wh[:, 2 * H:].T
        # update gate
        dz = dh_next * (h_hat - h_prev) * z * (1 - z)
        # reset gate
        dr = drh * h_prev * r * (1 - r)

        da = np.hstack((dz, dr, dt))
        dWh = np.hstack((h_prev.T @ dz, h_prev.T @ dr, (r * h_prev).T @ dt))
        for g, d in zip(self.grads, (x.T @ da, dWh, da.sum(axis=0))):
            g[...] = d
        dh_prev = dh_next * (1 - z) + r * drh + dz @ Wh[:, :H].T + dr @ Wh[:, H:2 * H].T
        return da @ Wx.T, dh_prev


class TimeGRU:
    def __init__(self, Wx, Wh, b, stateful=False):
        self.params = [Wx, Wh, b]
        self.grads = [np.zeros_like(w) for w in self.params]
        self.layers, self.h, self.dh, self.stateful = None, None, None, stateful

    def forward(self, xs):
        N, T, D = xs.shape
        H = self.params[1].shape[0]
        if not self.stateful or self.h is None:
            self.h = np.zeros((N, H))
        hs, self.layers = np.empty((N, T, H)), []
        for t in range(T):
            layer = GRU(*self.params)
            self.h = layer.forward(xs[:, t, :], self.h)
            hs[:, t, :] = self.h
            self.layers.append(layer)
        return hs

    def backward(self, dhs):
        N, T, H = dhs.shape
        dxs = np.empty((N, T, self.params[0].shape[0]))
        for g in self.grads:
            g[...] = 0
        dh = 0
        for t in reversed(range(T)):
            dxs[:, t, :], dh = self.layers[t].backward(dhs[:, t, :] + dh)
            # 重みは全時刻で共有
            self.grads[0] += self.layers[t].grads[0]
            self.grads[1] += self.layers[t].grads[1]
            self.grads[2] = self.layers[t].grads[2]
        self.dh = dh
        return dxs
