import numpy as np


def rnn_step_forward(x, prev_h, Wx, Wh, b):
    act = np.dot(x, Wx) + np.dot(prev_h, Wh) + b
    next_h = np.tanh(act)
    cache = {"x": x, "prev_h": prev_h, "Wx": Wx, "Wh": Wh, "next_h": next_h}
    return next_h, cache


def rnn_step_backward(dnext_h, cache):
    x, prev_h, Wx, Wh, next_h = cache["x"], cache["prev_h"], cache["Wx"], cache["Wh"], cache["next_h"]
    dact = (1 - np.power(next_h, 2)) * dnext_h
    dx = np.dot(dact, Wx.T)
    dprev_h = np.dot(dact, Wh.T)
    dWx = np.dot(x.T, dact)
    dWh = np.dot(prev_h.T, dact)
    db = dact.sum(axis=0)
    return dx, dprev_h, dWx, dWh, db


def rnn_forward(x, h0, Wx, Wh, b):
    """
    - x: (N, T, D), h0: (N, H)
    returns h: (N, T, H), cache
    """
    N, T, _ = x.shape
    h = np.zeros((N, T, h0.shape[1]))
    caches = []
    for t in range(T):
        prev = h0 if t == 0 else h[:, t - 1, :]
        h[:, t, :], cache = rnn_step_forward(x[:, t, :], prev, Wx, Wh, b)
        caches.append(cache)
    return h, caches


def rnn_backward(dh, caches):
    N, T, H = dh.shape
    dx = np.zeros((N, T, caches[0]["x"].shape[1]))
    dWx = np.zeros_like(caches[0]["Wx"])
    dWh = np.zeros_like(caches[0]["Wh"])
    db = np.zeros(H)
    dprev_h = np.zeros((N, H))
    for t in range(T - 1, -1, -1):
        dcur_h = dh[:, t, :] + dprev_h
        dx[:, t, :], dprev_h, dWx_, dWh_, db_ = rnn_step_backward(dcur_h, caches[t])
        dWx += dWx_
        dWh += dWh_
        db += db_
    dh0 = dcur_h
    return dx, dh0, dWx, dWh, db


np.random.seed(231)
N, D, T, H = 2, 3, 10, 5
x, h0 = np.random.randn(N, T, D), np.random.randn(N, H)
Wx, Wh, b = np.random.randn(D, H), np.random.randn(H, H), np.random.randn(H)
out, cache = rnn_forward(x, h0, Wx, Wh, b)
dout = np.random.randn(*out.shape)
for name, g in zip(("dx", "dh0", "dWx", "dWh", "db"), rnn_backward(dout, cache)):
    print(name, g.shape)
