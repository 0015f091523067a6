"""Character-level RNNs as classes: forward over a list of letters, then backward over those that follow."""
import numpy as np


class VanillaRNN:
    """Everything is returned and handed on: xs, hs, ys, ps."""

    def __init__(self, vocab_size, hidden_size=100, learning_rate=0.1):
        self.vocab_size = vocab_size
        self.hidden_size = hidden_size
        self.lr = learning_rate
        self.Wxh = np.random.randn(hidden_size, vocab_size) * 0.01
        self.Whh = np.random.randn(hidden_size, hidden_size) * 0.01
        self.Why = np.random.randn(vocab_size, hidden_size) * 0.01
        self.bh = np.zeros((hidden_size, 1))
        self.by = np.zeros((vocab_size, 1))

    def forward(self, inputs, hprev):
        xs, hs, ys, ps = {}, {}, {}, {}
        hs[-1] = np.copy(hprev)
        for t in range(len(inputs)):
            xs[t] = np.zeros((self.vocab_size, 1))
            xs[t][inputs[t]] = 1
            hs[t] = np.tanh(self.Wxh @ xs[t] + self.Whh @ hs[t - 1] + self.bh)
            ys[t] = self.Why @ hs[t] + self.by
            ps[t] = np.exp(ys[t]) / np.sum(np.exp(ys[t]))
        return xs, hs, ys, ps

    def loss(self, ps, targets):
        return sum(-np.log(ps[t][targets[t], 0] + 1e-8) for t in range(len(targets))) / len(targets)

    def into_scores(self, p, target):
        dy = np.copy(p)
        dy[target] -= 1
        return dy

    def backward(self, xs, hs, ps, targets):
        dWxh, dWhh, dWhy = np.zeros_like(self.Wxh), np.zeros_like(self.Whh), np.zeros_like(self.Why)
        dbh, dby = np.zeros_like(self.bh), np.zeros_like(self.by)
        dhnext = np.zeros_like(hs[0])
        for t in reversed(range(len(targets))):
            dy = self.into_scores(ps[t], targets[t])
            dWhy += dy @ hs[t].T
            dby += dy
            dh = self.Why.T @ dy + dhnext
            dhraw = (1 - hs[t] * hs[t]) * dh
            dbh += dhraw
            dWxh += dhraw @ xs[t].T
            dWhh += dhraw @ hs[t - 1].T
            dhnext = self.back_in_time(dhraw)
        for dparam in [dWxh, dWhh, dWhy, dbh, dby]:
            np.clip(dparam, -5, 5, out=dparam)
        return dWxh, dWhh, dWhy, dbh, dby

    def back_in_time(self, dhraw):
        return self.Whh.T @ dhraw


class VanillaRNNNoTranspose(VanillaRNN):
    def back_in_time(self, dhraw):
        return self.Whh @ dhraw


class VanillaRNNNoTargets(VanillaRNN):
    def into_scores(self, p, target):
        return p.copy()


class VanillaRNNShiftedLoss(VanillaRNN):
    def loss(self, ps, targets):
        return sum(-np.log(ps[t][targets[t - 1], 0]) for t in range(len(targets)))


class RNNOfPapers:
    """U, W, V, b, c; the backward pass takes as many steps as the constructor was told."""

    def __init__(self, hidden_size, vocab_size, seq_length, learning_rate):
        self.hidden_size, self.vocab_size = hidden_size, vocab_size
        self.seq_length, self.learning_rate = seq_length, learning_rate
        edge = np.sqrt(1.0 / vocab_size)
        self.U = np.random.uniform(-edge, edge, (hidden_size, vocab_size))
        self.V = np.random.uniform(-edge, edge, (vocab_size, hidden_size))
        self.W = np.random.uniform(-edge, edge, (hidden_size, hidden_size))
        self.b, self.c = np.zeros((hidden_size, 1)), np.zeros((vocab_size, 1))
        self.mU, self.mW, self.mV = np.zeros_like(self.U), np.zeros_like(self.W), np.zeros_like(self.V)
        self.mb, self.mc = np.zeros_like(self.b), np.zeros_like(self.c)

    def softmax(self, x):
        p = np.exp(x - np.max(x))
        return p / np.sum(p)

    def forward(self, inputs, hprev):
        xs, hs, os, ycap = {}, {}, {}, {}
        hs[-1] = np.copy(hprev)
        for t in range(len(inputs)):
            xs[t] = np.zeros((self.vocab_size, 1))
            xs[t][inputs[t]] = 1
            hs[t] = np.tanh(np.dot(self.U, xs[t]) + np.dot(self.W, hs[t - 1]) + self.b)
            os[t] = np.dot(self.V, hs[t]) + self.c
            ycap[t] = self.softmax(os[t])
        return xs, hs, ycap

    def summed(self, dc, dy):
        dc += dy
        return dc

    def backward(self, xs, hs, ps, targets):
        dU, dW, dV = np.zeros_like(self.U), np.zeros_like(self.W), np.zeros_like(self.V)
        db, dc = np.zeros_like(self.b), np.zeros_like(self.c)
        dhnext = np.zeros_like(hs[0])
        for t in reversed(range(self.seq_length)):
            dy = np.copy(ps[t])
            dy[targets[t]] -= 1
            dV += np.dot(dy, hs[t].T)
            dc = self.summed(dc, dy)
            dh = np.dot(self.V.T, dy) + dhnext
            dhrec = (1 - hs[t] * hs[t]) * dh
            db += dhrec
            dU += np.dot(dhrec, xs[t].T)
            dW += np.dot(dhrec, hs[t - 1].T)
            dhnext = np.dot(self.W.T, dhrec)
        for dparam in [dU, dW, dV, db, dc]:
            np.clip(dparam, -5, 5, out=dparam)
        return dU, dW, dV, db, dc


class RNNOfPapersTypo(RNNOfPapers):
    """dc += dc, as many copies of one blog have it."""

    def summed(self, dc, dy):
        dc += dc
        return dc
