"""Character-level RNNs that keep what they need: forward(inputs, h_prev), backward(targets)."""
import numpy as np


class DictRNN:
    """The targets are handed to the forward pass, which gives the loss; gradients come in a dict."""

    def __init__(self, vocab_size, hidden_size):
        self.vocab_size, self.hidden_size = vocab_size, hidden_size
        self.params = {
            "W_xh": np.random.randn(hidden_size, vocab_size) * 0.01,
            "W_hh": np.random.randn(hidden_size, hidden_size) * 0.01,
            "W_hy": np.random.randn(vocab_size, hidden_size) * 0.01,
            "b_h": np.zeros((hidden_size, 1)),
            "b_y": np.zeros((vocab_size, 1)),
        }

    def forward(self, inputs, targets, h_prev):
        p = self.params
        xs, hs, ps = {}, {-1: h_prev.copy()}, {}
        loss = 0.0
        for t, ch in enumerate(inputs):
            xs[t] = np.zeros((self.vocab_size, 1))
            xs[t][ch] = 1
            hs[t] = np.tanh(p["W_xh"] @ xs[t] + p["W_hh"] @ hs[t - 1] + p["b_h"])
            y = p["W_hy"] @ hs[t] + p["b_y"]
            e = np.exp(y - y.max())
            ps[t] = e / e.sum()
            loss += -np.log(ps[t][targets[t], 0])
        return loss, hs[len(inputs) - 1], (xs, hs, ps)

    def before(self, hs, t):
        return hs[t - 1]

    def backward(self, targets, cache):
        p = self.params
        xs, hs, ps = cache
        grads = {k: np.zeros_like(v) for k, v in p.items()}
        dh_next = np.zeros((self.hidden_size, 1))
        for t in reversed(range(len(targets))):
            dy = ps[t].copy()
            dy[targets[t]] -= 1
            grads["W_hy"] += dy @ hs[t].T
            grads["b_y"] += dy
            draw = (1 - hs[t] ** 2) * (p["W_hy"].T @ dy + dh_next)
            grads["b_h"] += draw
            grads["W_xh"] += draw @ xs[t].T
            grads["W_hh"] += draw @ self.before(hs, t).T
            dh_next = p["W_hh"].T @ draw
        for g in grads.values():
            np.clip(g, -5, 5, out=g)
        return grads


class DictRNNSameState(DictRNN):
    def before(self, hs, t):
        return hs[t]


class MovingRNN:
    """Rows. backward(targets, lr) counts the loss and moves the weights."""

    def __init__(self, input_size, hidden_size):
        self.input_size, self.hidden_size = input_size, hidden_size
        self.W_xh = np.random.randn(input_size, hidden_size) * 0.01
        self.W_hh = np.random.randn(hidden_size, hidden_size) * 0.01
        self.b_h = np.zeros((1, hidden_size))
        self.W_hq = np.random.randn(hidden_size, input_size) * 0.01
        self.b_q = np.zeros((1, input_size))

    def forward(self, inputs, h_prev):
        self.xs, self.hs, self.ps = [], {-1: np.copy(h_prev)}, {}
        for t in range(len(inputs)):
            x = np.zeros((1, self.input_size))
            x[0, inputs[t]] = 1
            self.xs.append(x)
            self.hs[t] = np.tanh(x @ self.W_xh + self.hs[t - 1] @ self.W_hh + self.b_h)
            ys = self.hs[t] @ self.W_hq + self.b_q
            self.ps[t] = np.exp(ys) / np.sum(np.exp(ys))
        return self.ps

    def slope(self, h):
        return 1 - h**2

    def backward(self, targets, lr):
        self.loss = 0
        dWxh, dWhh, dWhq = np.zeros_like(self.W_xh), np.zeros_like(self.W_hh), np.zeros_like(self.W_hq)
        dbh, dbq = np.zeros_like(self.b_h), np.zeros_like(self.b_q)
        dh_next = np.zeros_like(self.hs[0])
        for t in reversed(range(len(self.xs))):
            self.loss += -np.log(self.ps[t][0, targets[t]])
            dy = self.ps[t].copy()
            dy[0, targets[t]] -= 1
            dWhq += self.hs[t].T @ dy
            dbq += dy
            da = self.slope(self.hs[t]) * (dy @ self.W_hq.T + dh_next)
            dbh += da
            dWxh += self.xs[t].T @ da
            dWhh += self.hs[t - 1].T @ da
            dh_next = da @ self.W_hh.T
        for p, g in zip((self.W_xh, self.W_hh, self.W_hq, self.b_h, self.b_q), (dWxh, dWhh, dWhq, dbh, dbq)):
            p -= lr * np.clip(g, -5, 5)
        return self.loss


class MovingRNNTanhTwice(MovingRNN):
    def slope(self, h):
        return 1 - np.tanh(h) ** 2


class SummingRNN:
    """One-hot columns come in; bptt calls forward, and adds to the gradients it has."""

    def __init__(self, input_dim, hidden_dim, output_dim):
        self.hidden_dim = hidden_dim
        self.Wxh = np.random.randn(hidden_dim, input_dim) * 0.01
        self.Whh = np.random.randn(hidden_dim, hidden_dim) * 0.01
        self.Why = np.random.randn(output_dim, hidden_dim) * 0.01
        self.bh, self.by = np.zeros((hidden_dim, 1)), np.zeros((output_dim, 1))
        self.grads = {k: np.zeros_like(getattr(self, k)) for k in ("Wxh", "Whh", "Why", "bh", "by")}

    def forward(self, inputs, h_prev):
        xs, hs, ps = {}, {-1: np.copy(h_prev)}, {}
        for t, x in enumerate(inputs):
            xs[t] = x
            hs[t] = np.tanh(self.Wxh @ x + self.Whh @ hs[t - 1] + self.bh)
            y = self.Why @ hs[t] + self.by
            e = np.exp(y - np.max(y))
            ps[t] = e / e.sum()
        return xs, hs, ps

    def anew(self):
        for g in self.grads.values():
            g.fill(0)

    def bptt(self, inputs, targets, h_prev):
        xs, hs, ps = self.forward(inputs, h_prev)
        self.anew()
        loss, dh_next, grads = 0.0, np.zeros((self.hidden_dim, 1)), self.grads
        for t in reversed(range(len(inputs))):
            loss -= np.log(ps[t][targets[t], 0])
            dy = np.copy(ps[t])
            dy[targets[t]] -= 1
            grads["Why"] += dy @ hs[t].T
            grads["by"] += dy
            dhraw = (1 - hs[t] ** 2) * (self.Why.T @ dy + dh_next)
            grads["bh"] += dhraw
            grads["Wxh"] += dhraw @ xs[t].T
            grads["Whh"] += dhraw @ hs[t - 1].T
            dh_next = self.Whh.T @ dhraw
        return loss, hs[len(inputs) - 1]


class SummingRNNForever(SummingRNN):
    def anew(self):
        return self.grads
