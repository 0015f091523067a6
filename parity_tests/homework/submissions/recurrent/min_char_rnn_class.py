"""
Character level vanilla RNN, wrapped into a class.
"""
import numpy as np

data = open('input.txt', 'r').read()
chars = sorted(set(data))
vocab_size = len(chars)
print(f'{len(data)} letters of {vocab_size} kinds')
char_to_ix = dict(zip(chars, range(vocab_size)))

# settings
hidden_size = 100
seq_length = 25
learning_rate = 1e-1


class Min_char_rnn:
    def __init__(self):
        self.Wxh = np.random.randn(hidden_size, vocab_size) * 0.01
        self.Whh = np.random.randn(hidden_size, hidden_size) * 0.01
        self.Why = np.random.randn(vocab_size, hidden_size) * 0.01
        self.bh = np.zeros((hidden_size, 1))
        self.by = np.zeros((vocab_size, 1))

    def lossFun(self, inputs, targets, hprev):
        """inputs, targets: lists of integers; hprev: (H, 1). Returns loss, gradients and the last hidden state"""
        xs, hs, ps = {}, {-1: hprev.copy()}, {}
        loss = 0.
        for t, ch in enumerate(inputs):
            xs[t] = np.zeros((vocab_size, 1))
            xs[t][ch] = 1
            hs[t] = np.tanh(self.Wxh @ xs[t] + self.Whh @ hs[t - 1] + self.bh)
            y = self.Why @ hs[t] + self.by
            e = np.exp(y - y.max())
            ps[t] = e / e.sum()
            loss -= np.log(ps[t][targets[t], 0])
        dWxh, dWhh, dWhy = np.zeros_like(self.Wxh), np.zeros_like(self.Whh), np.zeros_like(self.Why)
        dbh, dby = np.zeros((hidden_size, 1)), np.zeros((vocab_size, 1))
        dhnext = np.zeros((hidden_size, 1))
        for t in reversed(range(len(inputs))):
            dy = ps[t].copy()
            dy[targets[t]] -= 1.
            dWhy += dy @ hs[t].T
            dby += dy
            draw = (1. - hs[t] ** 2) * (self.Why.T @ dy + dhnext)
            dbh += draw
            dWxh += draw @ xs[t].T
            dWhh += draw @ hs[t - 1].T
            dhnext = self.Whh.T @ draw
        for g in (dWxh, dWhh, dWhy, dbh, dby):
            np.clip(g, -5, 5, out=g)  # exploding gradients
        return loss, dWxh, dWhh, dWhy, dbh, dby, hs[len(inputs) - 1]

    def sample(self, h, seed_ix, n):
        ix, out = seed_ix, []
        for _ in range(n):
            x = np.zeros((vocab_size, 1))
            x[ix] = 1
            h = np.tanh(self.Wxh @ x + self.Whh @ h + self.bh)
            p = np.exp(self.Why @ h + self.by)
            ix = np.random.choice(range(vocab_size), p=(p / p.sum()).ravel())
            out.append(ix)
        return out


rnn = Min_char_rnn()
n, p = 0, 0
average = np.log(vocab_size) * seq_length
while True:
    if n == 0 or p > len(data) - seq_length - 2:
        p, state = 0, np.zeros((hidden_size, 1))
    window = [char_to_ix[ch] for ch in data[p:p + seq_length + 1]]
    loss, *grads, state = rnn.lossFun(window[:-1], window[1:], state)
    for name, grad in zip(("Wxh", "Whh", "Why", "bh", "by"), grads):
        setattr(rnn, name, getattr(rnn, name) - learning_rate * grad)
    average += 0.001 * (loss - average)
    if n % 100 == 0:
        print('iteration', n, 'loss', average)
    n, p = n + 1, p + seq_length
