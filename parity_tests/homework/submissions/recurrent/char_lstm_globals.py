"""
Minimal character-level LSTM. Gates are computed on the stacked vector z = [x; h].
"""
import numpy as np
import sys

data = open('input.txt', 'r').read()
chars = sorted(set(data))
X_size = len(chars)
char_to_idx = {c: i for i, c in enumerate(chars)}

H_size = 100
T_steps = 25
learning_rate = 1e-1
z_size = X_size + H_size


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def dsigmoid(y):
    return y * (1 - y)


def dtanh(y):
    return 1 - y * y


Wf = np.random.randn(H_size, z_size) * 0.1
bf = np.zeros((H_size, 1))
Wi = np.random.randn(H_size, z_size) * 0.1
bi = np.zeros((H_size, 1))
Wc = np.random.randn(H_size, z_size) * 0.1
bc = np.zeros((H_size, 1))
Wo = np.random.randn(H_size, z_size) * 0.1
bo = np.zeros((H_size, 1))
Wy = np.random.randn(X_size, H_size) * 0.1
by = np.zeros((X_size, 1))


def lossFun(inputs, targets, hprev, cprev):
    zs, fs, gs, cands, os, ps = {}, {}, {}, {}, {}, {}
    hs, cs = {-1: np.copy(hprev)}, {-1: np.copy(cprev)}
    loss = 0
    for t in range(len(inputs)):
        x = np.zeros((X_size, 1))
        x[inputs[t]] = 1
        zs[t] = np.vstack((x, hs[t - 1]))
        fs[t] = sigmoid(np.dot(Wf, zs[t]) + bf)
        gs[t] = sigmoid(np.dot(Wi, zs[t]) + bi)
        cands[t] = np.tanh(np.dot(Wc, zs[t]) + bc)
        cs[t] = fs[t] * cs[t - 1] + gs[t] * cands[t]
        os[t] = sigmoid(np.dot(Wo, zs[t]) + bo)
        hs[t] = os[t] * np.tanh(cs[t])
        y = np.dot(Wy, hs[t]) + by
        ps[t] = np.exp(y) / np.sum(np.exp(y))
        loss += -np.log(ps[t][targets[t], 0])

    dWf, dWi, dWc, dWo, dWy = [np.zeros_like(w) for w in (Wf, Wi, Wc, Wo, Wy)]
    dbf, dbi, dbc, dbo, dby = [np.zeros_like(w) for w in (bf, bi, bc, bo, by)]
    dhnext, dcnext = np.zeros_like(hs[0]), np.zeros_like(cs[0])
    for t in reversed(range(len(inputs))):
        dy = np.copy(ps[t])
        dy[targets[t]] -= 1
        dWy += np.dot(dy, hs[t].T)
        dby += dy
        dh = np.dot(Wy.T, dy) + dhnext
        do = dh * np.tanh(cs[t]) * dsigmoid(os[t])
        dc = dcnext + dh * os[t] * dtanh(np.tanh(cs[t]))
        dcand = dc * gs[t] * dtanh(cands[t])
        di = dc * cands[t] * dsigmoid(gs[t])
        df = dc * cs[t - 1] * dsigmoid(fs[t])
        for dW, db, d in ((dWf, dbf, df), (dWi, dbi, di), (dWc, dbc, dcand), (dWo, dbo, do)):
            dW += np.dot(d, zs[t].T)
            db += d
        dz = np.dot(Wf.T, df) + np.dot(Wi.T, di) + np.dot(Wc.T, dcand) + np.dot(Wo.T, do)
        dhnext = dz[X_size:, :]
        dcnext = fs[t] * dc
    for d in [dWf, dWi, dWc, dWo, dWy, dbf, dbi, dbc, dbo, dby]:
        np.clip(d, -5, 5, out=d)
    return loss, dWf, dWi, dWc, dWo, dWy, dbf, dbi, dbc, dbo, dby, hs[len(inputs) - 1], cs[len(inputs) - 1]


hprev, cprev = np.zeros((H_size, 1)), np.zeros((H_size, 1))
for i in range(0, len(data) - T_steps - 1, T_steps):
    inputs = [char_to_idx[c] for c in data[i:i + T_steps]]
    targets = [char_to_idx[c] for c in data[i + 1:i + T_steps + 1]]
    out = lossFun(inputs, targets, hprev, cprev)
    hprev, cprev = out[-2:]
    sys.stdout.write("%f\n" % out[0])
