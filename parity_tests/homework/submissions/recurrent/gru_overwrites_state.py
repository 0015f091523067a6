"""GRUセル (1ステップ). params は辞書"""
import numpy as np


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def init_gru(n_in, n_hid, scale=0.1):
    params = {}
    for name in ("z", "r", "c"):
        params["Wx_" + name] = scale * np.random.randn(n_in, n_hid)
        params["Wh_" + name] = scale * np.random.randn(n_hid, n_hid)
        params["b_" + name] = np.zeros(n_hid)
    return params


class GRUCell:
    def __init__(self, n_in, n_hid):
        self.params = init_gru(n_in, n_hid)
        self.grads = {}

    def forward(self, x, h):
        p = self.params
        z = sigmoid(x @ p["Wx_z"] + h @ p["Wh_z"] + p["b_z"])
        r = sigmoid(x @ p["Wx_r"] + h @ p["Wh_r"] + p["b_r"])
        c = np.tanh(x @ p["Wx_c"] + (r * h) @ p["Wh_c"] + p["b_c"])
        self.memo = (x, h.copy(), z, r, c)
        # メモリ節約のため上書き
        h *= z
        h += (1 - z) * c
        return h

    def backward(self, dh):
        p = self.params
        x, h, z, r, c = self.memo
        dc = dh * (1 - z) * (1 - c ** 2)
        dz = dh * (h - c) * z * (1 - z)
        drh = dc @ p["Wh_c"].T
        dr = drh * h * r * (1 - r)
        for name, d, state in (("z", dz, h), ("r", dr, h), ("c", dc, r * h)):
            self.grads["Wx_" + name] = x.T @ d
            self.grads["Wh_" + name] = state.T @ d
            self.grads["b_" + name] = d.sum(axis=0)
        dx = dz @ p["Wx_z"].T + dr @ p["Wx_r"].T + dc @ p["Wx_c"].T
        dh_prev = dh * z + drh * r + dz @ p["Wh_z"].T + dr @ p["Wh_r"].T
        return dx, dh_prev


cell = GRUCell(3, 5)
state = np.zeros((2, 5))
for step in range(10):
    state = cell.forward(np.random.rand(2, 3), state)
print(state)
