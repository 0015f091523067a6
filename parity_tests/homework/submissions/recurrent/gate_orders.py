import numpy as np


def sig(a):
    return 1 / (1 + np.exp(-a))


class GRUBase:
    """gates z, r, then the candidate; h = z * h_prev + (1 - z) * g, reset before the product"""

    def __init__(self, Wx, Wh, b):
        self.Wx, self.Wh, self.b = Wx, Wh, b

    def forward(self, x):
        n, T, _ = x.shape
        H = self.Wh.shape[0]
        h = np.zeros((n, H))
        self.x, self.steps, out = x, [], []
        Uz, Ur, Ug = np.split(self.Wh, 3, axis=1)
        for t in range(T):
            az, ar, ag = np.split(x[:, t] @ self.Wx + self.b, 3, axis=1)
            z, r = sig(az + h @ Uz), sig(ar + h @ Ur)
            g = np.tanh(ag + (r * h) @ Ug)
            self.steps.append((h, z, r, g))
            h = z * h + (1 - z) * g
            out.append(h)
        return np.stack(out, axis=1)

    def step_back(self, dh, t, order):
        h, z, r, g = self.steps[t]
        Uz, Ur, Ug = np.split(self.Wh, 3, axis=1)
        dg = dh * (1 - z) * (1 - g ** 2)
        drh = dg @ Ug.T
        dz = dh * (h - g) * z * (1 - z)
        dr = drh * h * r * (1 - r)
        d = {'z': dz, 'r': dr, 'g': dg}
        da = np.hstack([d[k] for k in order])
        self.dWx += self.x[:, t].T @ da
        hs = {'z': h, 'r': h, 'g': r * h}
        self.dWh += np.hstack([hs[k].T @ d[k] for k in order])
        self.db += da.sum(axis=0)
        return da @ self.Wx.T, dh * z + drh * r + dz @ Uz.T + dr @ Ur.T

    def back(self, dy, order):
        self.dWx, self.dWh, self.db = np.zeros_like(self.Wx), np.zeros_like(self.Wh), np.zeros_like(self.b)
        dx = np.zeros_like(self.x)
        dh = 0
        for t in range(dy.shape[1])[::-1]:
            dx[:, t], dh = self.step_back(dy[:, t] + dh, t, order)
        return dx


class GRU(GRUBase):
    def backward(self, dy):
        return self.back(dy, 'zrg')


class GRUSwapped(GRUBase):
    def backward(self, dy):
        return self.back(dy, 'rzg')
