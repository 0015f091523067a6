# an LSTM over letters whose output gate is sent back the cell without its tanh
import numpy as np

text = open('book.txt', encoding='utf8').read()
letters = sorted(set(text))
to_index = {letter: k for k, letter in enumerate(letters)}
X_size, H_size = len(letters), 100
z_size = H_size + X_size


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


class Param:
    def __init__(self, *shape):
        self.v = 0.1 * np.random.randn(*shape) if shape[1] > 1 else np.zeros(shape)
        self.d = np.zeros_like(self.v)


class Parameters:
    def __init__(self):
        self.W_f, self.b_f = Param(H_size, z_size), Param(H_size, 1)
        self.W_i, self.b_i = Param(H_size, z_size), Param(H_size, 1)
        self.W_C, self.b_C = Param(H_size, z_size), Param(H_size, 1)
        self.W_o, self.b_o = Param(H_size, z_size), Param(H_size, 1)
        self.W_v, self.b_v = Param(X_size, H_size), Param(X_size, 1)

    def all(self):
        return list(vars(self).values())


parameters = Parameters()


def forward(x, h_prev, C_prev, p=parameters):
    z = np.vstack((h_prev, x))
    f, i, o = (sigmoid(W.v @ z + b.v) for W, b in ((p.W_f, p.b_f), (p.W_i, p.b_i), (p.W_o, p.b_o)))
    C_bar = np.tanh(p.W_C.v @ z + p.b_C.v)
    C = f * C_prev + i * C_bar
    h = o * np.tanh(C)
    e = np.exp(p.W_v.v @ h + p.b_v.v)
    return z, f, i, C_bar, C, o, h, e / e.sum()


def seen_by_output_gate(C):
    return C


def backward(target, dh_next, dC_next, C_prev, kept, p=parameters):
    z, f, i, C_bar, C, o, h, y = kept
    dv = y.copy()
    dv[target] -= 1
    p.W_v.d += dv @ h.T
    p.b_v.d += dv
    dh = p.W_v.v.T @ dv + dh_next
    dC = dC_next + dh * o * (1 - np.tanh(C) ** 2)
    slopes = (
        (p.W_o, p.b_o, dh * seen_by_output_gate(C) * o * (1 - o)),
        (p.W_C, p.b_C, dC * i * (1 - C_bar ** 2)),
        (p.W_i, p.b_i, dC * C_bar * i * (1 - i)),
        (p.W_f, p.b_f, dC * C_prev * f * (1 - f)),
    )
    dz = np.zeros_like(z)
    for W, b, d in slopes:
        W.d += d @ z.T
        b.d += d
        dz += W.v.T @ d
    return dz[:H_size], f * dC


def clear_gradients(params=parameters):
    for p in params.all():
        p.d.fill(0)


def clip_gradients(params=parameters):
    for p in params.all():
        np.clip(p.d, -1, 1, out=p.d)


def forward_backward(inputs, targets, h_prev, C_prev):
    h, C, kept, loss = {-1: h_prev}, {-1: C_prev}, {}, 0
    for t in range(len(inputs)):
        x = np.zeros((X_size, 1))
        x[inputs[t]] = 1
        kept[t] = forward(x, h[t - 1], C[t - 1])
        C[t], h[t] = kept[t][4], kept[t][6]
        loss -= np.log(kept[t][-1][targets[t], 0])
    clear_gradients()
    dh, dC = np.zeros_like(h[0]), np.zeros_like(C[0])
    for t in reversed(range(len(inputs))):
        dh, dC = backward(targets[t], dh, dC, C[t - 1], kept[t])
    clip_gradients()
    return loss, h[len(inputs) - 1], C[len(inputs) - 1]
