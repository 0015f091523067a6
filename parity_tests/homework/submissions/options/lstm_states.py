# an LSTM that takes and gives its states as a pair, with two biases
import numpy as np


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


class LSTM:
    def __init__(self, input_size, hidden_size):
        k = 1 / np.sqrt(hidden_size)
        self.hidden_size = hidden_size
        self.W_ih = np.random.uniform(-k, k, (4 * hidden_size, input_size))
        self.W_hh = np.random.uniform(-k, k, (4 * hidden_size, hidden_size))
        self.b_ih = np.random.uniform(-k, k, 4 * hidden_size)
        self.b_hh = np.random.uniform(-k, k, 4 * hidden_size)

    def forward(self, x, state=None):
        T, N, _ = x.shape
        h, c = state if state is not None else (np.zeros((N, self.hidden_size)), np.zeros((N, self.hidden_size)))
        outs, self.tape = [], []
        for t in range(T):
            z = x[t] @ self.W_ih.T + self.b_ih + h @ self.W_hh.T + self.b_hh
            i, f, g, o = np.split(z, 4, axis=1)
            i, f, g, o = sigmoid(i), sigmoid(f), np.tanh(g), sigmoid(o)
            before, c = c, f * c + i * g
            self.tape.append((x[t], h, before, i, f, g, o, c))
            h = o * np.tanh(c)
            outs.append(h)
        return np.stack(outs), (h, c)

    def carried(self, dc, f):
        return dc * f

    def backward(self, dh_seq):
        self.dW_ih, self.dW_hh = np.zeros_like(self.W_ih), np.zeros_like(self.W_hh)
        self.db_ih = np.zeros_like(self.b_ih)
        dh, dc, dx = 0, 0, [None] * len(self.tape)
        for t in reversed(range(len(self.tape))):
            x, hp, cp, i, f, g, o, c = self.tape[t]
            dh = dh + dh_seq[t]
            tc = np.tanh(c)
            dc = dc + dh * o * (1 - tc**2)
            parts = [dc * g * i * (1 - i), dc * cp * f * (1 - f), dc * i * (1 - g**2), dh * tc * o * (1 - o)]
            dz = np.concatenate(parts, axis=1)
            self.dW_ih += dz.T @ x
            self.dW_hh += dz.T @ hp
            self.db_ih += dz.sum(0)
            dx[t], dh, dc = dz @ self.W_ih, dz @ self.W_hh, self.carried(dc, f)
        self.db_hh = self.db_ih.copy()
        return np.stack(dx)


class LSTMForgetless(LSTM):
    def carried(self, dc, f):
        return dc
