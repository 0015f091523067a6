# 文字レベルRNN (夏目漱石「こころ」で学習)
import numpy as np

text = open('kokoro.txt', encoding='utf-8').read()
vocab = sorted(set(text))
V = len(vocab)
c2i = {c: i for i, c in enumerate(vocab)}

# パラメータ
H = 64
T = 20
lr = 0.1

Wxh = 0.01 * np.random.randn(H, V)
Whh = 0.01 * np.random.randn(H, H)
Why = 0.01 * np.random.randn(V, H)
bh = np.zeros((H, 1))
by = np.zeros((V, 1))


def lossFun(inputs, targets, hprev):
    xs, hs, ys, ps = {}, {}, {}, {}
    hs[-1] = np.copy(hprev)
    loss = 0
    # forward
    for t in range(len(inputs)):
        xs[t] = np.zeros((V, 1))
        xs[t][inputs[t]] = 1
        hs[t] = np.tanh(np.dot(Wxh, xs[t]) + np.dot(Whh, hs[t - 1]) + bh)
        ys[t] = np.dot(Why, hs[t]) + by
        ps[t] = np.exp(ys[t]) / np.sum(np.exp(ys[t]))
        loss += -np.log(ps[t][targets[t], 0])
    # backward
    dWxh, dWhh, dWhy = np.zeros_like(Wxh), np.zeros_like(Whh), np.zeros_like(Why)
    dbh, dby = np.zeros_like(bh), np.zeros_like(by)
    for t in reversed(range(len(inputs))):
        dy = np.copy(ps[t])
        dy[targets[t]] -= 1
        dWhy += np.dot(dy, hs[t].T)
        dby += dy
        dh = np.dot(Why.T, dy)
        dhraw = (1 - hs[t] * hs[t]) * dh
        dbh += dhraw
        dWxh += np.dot(dhraw, xs[t].T)
        dWhh += np.dot(dhraw, hs[t - 1].T)
    for d in [dWxh, dWhh, dWhy, dbh, dby]:
        np.clip(d, -5, 5, out=d)
    return loss, dWxh, dWhh, dWhy, dbh, dby, hs[len(inputs) - 1]


mem = [np.zeros_like(w) for w in (Wxh, Whh, Why, bh, by)]
hprev = np.zeros((H, 1))
for it in range(10000):
    p = (it * T) % (len(text) - T - 1)
    ins = [c2i[c] for c in text[p:p + T]]
    outs = [c2i[c] for c in text[p + 1:p + T + 1]]
    loss, *grads, hprev = lossFun(ins, outs, hprev)
    for w, g, m in zip([Wxh, Whh, Why, bh, by], grads, mem):
        m += g * g
        w -= lr * g / np.sqrt(m + 1e-8)
    if it % 500 == 0:
        print(it, loss)
