import numpy as np


def sigmoid(x):
    return 1. / (1. + np.exp(-x))


def gru_step_forward(x, h_prev, Wx, Wh, b):
    """x (N, D), h_prev (N, H), Wx (D, 3H), Wh (H, 3H), b (3H,); order: update, reset, candidate"""
    H = h_prev.shape[1]
    u = sigmoid(x.dot(Wx[:, :H]) + h_prev.dot(Wh[:, :H]) + b[:H])
    r = sigmoid(x.dot(Wx[:, H:2*H]) + h_prev.dot(Wh[:, H:2*H]) + b[H:2*H])
    n = np.tanh(x.dot(Wx[:, 2*H:]) + (r * h_prev).dot(Wh[:, 2*H:]) + b[2*H:])
    h = u * h_prev + (1 - u) * n
    return h, (x, h_prev, Wx, Wh, u, r, n)


def gru_step_backward(dh, cache):
    x, h_prev, Wx, Wh, u, r, n = cache
    H = h_prev.shape[1]
    dn = dh * (1 - u) * (1 - n ** 2)
    du = dh * (n - h_prev) * u * (1 - u)
    drh = dn.dot(Wh[:, 2*H:].T)
    dr = drh * h_prev * r * (1 - r)
    da = np.concatenate([du, dr, dn], axis=1)
    dx = da.dot(Wx.T)
    dWx = x.T.dot(da)
    dWh = np.concatenate([h_prev.T.dot(du), h_prev.T.dot(dr), (r * h_prev).T.dot(dn)], axis=1)
    db = da.sum(axis=0)
    dh_prev = dh * u + drh * r + du.dot(Wh[:, :H].T) + dr.dot(Wh[:, H:2*H].T)
    return dx, dh_prev, dWx, dWh, db


def gru_forward(x, h0, Wx, Wh, b):
    h, hs, cache = h0, [], []
    for t in range(x.shape[1]):
        h, c = gru_step_forward(x[:, t], h, Wx, Wh, b)
        hs.append(h)
        cache.append(c)
    return np.stack(hs, axis=1), cache


def gru_backward(dhs, cache):
    grads = None
    dx = []
    dh = np.zeros_like(dhs[:, 0])
    for t in range(len(cache) - 1, -1, -1):
        dx_t, dh, *g = gru_step_backward(dhs[:, t] + dh, cache[t])
        dx.insert(0, dx_t)
        grads = g if grads is None else [a + b for a, b in zip(grads, g)]
    return np.stack(dx, axis=1), dh, grads[0], grads[1], grads[2]


N, D, H, T = 2, 3, 4, 5
out, cache = gru_forward(np.random.randn(N, T, D), np.zeros((N, H)), np.random.randn(D, 3 * H),
                         np.random.randn(H, 3 * H), np.zeros(3 * H))
print(out.shape)
