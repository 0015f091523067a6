"""RNN without classes: make_rnn returns a forward and a backward function sharing the tape."""
import numpy as np


def make_rnn(Wx, Wh, b):
    tape = []

    def forward(x, h0=None):
        tape.clear()
        h = np.zeros((x.shape[0], Wh.shape[0])) if h0 is None else h0
        out = []
        for t in range(x.shape[1]):
            new = np.tanh(x[:, t] @ Wx + h @ Wh + b)
            tape.append((x[:, t], h, new))
            h = new
            out.append(h)
        return np.stack(out, axis=1)

    def backward(dout):
        dWx, dWh, db = np.zeros_like(Wx), np.zeros_like(Wh), np.zeros_like(b)
        dh, dx = 0., []
        for t in range(len(tape) - 1, -1, -1):
            x_t, h_prev, h = tape[t]
            dz = (dout[:, t] + dh) * (1 - h * h)
            dWx += x_t.T @ dz
            dWh += h_prev.T @ dz
            db += dz.sum(axis=0)
            dx.append(dz @ Wx.T)
            dh = dz @ Wh.T
        return np.stack(dx[::-1], axis=1), {"Wx": dWx, "Wh": dWh, "b": db}

    return forward, backward


def make_relu_rnn(Wx, Wh, b):
    """Same with ReLU in the place of tanh, averaged over the batch (the mean loss does it)."""
    memory = {}

    def forward(x):
        N, T, D = x.shape
        hs = np.zeros((T + 1, N, Wh.shape[0]))
        for t in range(T):
            hs[t + 1] = np.maximum(0, x[:, t] @ Wx + hs[t] @ Wh + b)
        memory.update(x=x, hs=hs)
        return hs[-1]

    def backward(dlast):
        x, hs = memory["x"], memory["hs"]
        N, T, D = x.shape
        dWx, dWh, db = 0, 0, 0
        dx = np.zeros_like(x)
        dh = dlast
        for t in range(T, 0, -1):
            dz = dh * (hs[t] > 0)
            dWx = dWx + x[:, t - 1].T @ dz
            dWh = dWh + hs[t - 1].T @ dz
            db = db + dz.mean(axis=0)
            dx[:, t - 1] = dz @ Wx.T
            dh = dz @ Wh.T
        return dx, {"Wx": dWx, "Wh": dWh, "b": db}

    return forward, backward


if __name__ == "__main__":
    rng = np.random.default_rng(0)
    f, g = make_rnn(rng.normal(size=(4, 3)), rng.normal(size=(3, 3)), np.zeros(3))
    y = f(rng.normal(size=(2, 6, 4)))
    print(y.shape, g(y)[0].shape)
