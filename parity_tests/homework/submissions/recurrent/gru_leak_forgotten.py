import numpy as np
from functools import partial

# functional style, time-major, everything in a params dict


def sigmoid(x):
    return np.exp(x) / (1 + np.exp(x))


def linear(params, gate, x, h):
    return x @ params["W" + gate] + h @ params["U" + gate] + params["b" + gate]


def gru_forward(params, xs, h):
    """xs (T, N, D), h (N, H) -> states (T, N, H)"""
    states, tape = [], []
    for x in xs:
        z = sigmoid(linear(params, "z", x, h))
        r = sigmoid(linear(params, "r", x, h))
        n = np.tanh(linear(params, "n", x, r * h))
        tape.append((x, h, z, r, n))
        h = (1 - z) * h + z * n
        states.append(h)
    return np.array(states), tape


def gru_backward(params, tape, dstates):
    grads = {k: np.zeros_like(v) for k, v in params.items()}
    dh = np.zeros_like(dstates[0])
    dxs = []

    def collect(gate, d, x, h):
        grads["W" + gate] += x.T @ d
        grads["U" + gate] += h.T @ d
        grads["b" + gate] += d.sum(axis=0)
        return d @ params["W" + gate].T, d @ params["U" + gate].T

    for (x, h, z, r, n), dstate in zip(tape[::-1], dstates[::-1]):
        dh = dh + dstate
        dx_n, drh = collect("n", dh * z * (1 - n ** 2), x, r * h)
        dx_z, dh_z = collect("z", dh * (n - h) * z * (1 - z), x, h)
        dx_r, dh_r = collect("r", drh * h * r * (1 - r), x, h)
        dxs.append(dx_n + dx_z + dx_r)
        dh = drh * r + dh_z + dh_r
    return grads, np.array(dxs[::-1]), dh


def make_params(D, H, rng):
    normal = partial(rng.normal, 0, 0.3)
    return {**{"W" + g: normal((D, H)) for g in "zrn"}, **{"U" + g: normal((H, H)) for g in "zrn"},
            **{"b" + g: np.zeros(H) for g in "zrn"}}


params = make_params(3, 4, np.random.default_rng(1))
states, tape = gru_forward(params, np.random.randn(6, 2, 3), np.zeros((2, 4)))
print({k: v.shape for k, v in gru_backward(params, tape, np.ones_like(states))[0].items()})
