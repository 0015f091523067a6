"""wildml / karpathy style RNN, GRU and LSTM steps"""
import numpy as np

def sigmoid(x):
    return 1 / (1 + np.exp(-x))

def rnn_step_forward(x, prev_h, Wx, Wh, b):
    next_h = np.tanh(prev_h.dot(Wh) + x.dot(Wx) + b)
    cache = (x, Wx, Wh, prev_h, next_h)
    return next_h, cache

def rnn_step_backward(dnext_h, cache):
    x, Wx, Wh, prev_h, next_h = cache
    da = dnext_h * (1 - next_h * next_h)
    return da.dot(Wx.T), da.dot(Wh.T), x.T.dot(da), prev_h.T.dot(da), da.sum(axis=0)

def rnn_forward(x, h0, Wx, Wh, b):
    N, T, D = x.shape
    h = np.zeros((N, T, h0.shape[1]))
    cache = []
    prev = h0
    for t in range(T):
        prev, c = rnn_step_forward(x[:, t], prev, Wx, Wh, b)
        h[:, t] = prev
        cache.append(c)
    return h, cache

def rnn_backward(dh, cache):
    N, T, H = dh.shape
    D = cache[0][0].shape[1]
    dx, dWx, dWh, db = np.zeros((N, T, D)), 0, 0, 0
    dprev = np.zeros((N, H))
    for t in range(T - 1, 0, -1):
        dx[:, t], dprev, a, b_, c = rnn_step_backward(dh[:, t] + dprev, cache[t])
        dWx += a
        dWh += b_
        db += c
    return dx, dprev, dWx, dWh, db

def lstm_step_forward(x, prev_h, prev_c, Wx, Wh, b):
    H = prev_h.shape[1]
    a = x @ Wx + prev_h @ Wh + b
    i, f, o, g = sigmoid(a[:, :H]), sigmoid(a[:, H:2*H]), sigmoid(a[:, 2*H:3*H]), np.tanh(a[:, 3*H:])
    next_c = f * prev_c + i * g
    tc = np.tanh(next_c)
    next_h = o * tc
    return next_h, next_c, (x, prev_h, prev_c, Wx, Wh, i, f, o, g, tc)

def lstm_step_backward(dnext_h, dnext_c, cache):
    x, prev_h, prev_c, Wx, Wh, i, f, o, g, tc = cache
    dc = dnext_c + dnext_h * o * (1 - tc ** 2)
    da = np.hstack((dc * g * i * (1 - i), dc * prev_c * f * (1 - f), dnext_h * tc * o * (1 - o), dc * i * (1 - g ** 2)))
    return da @ Wx.T, da @ Wh.T, dc * f, x.T @ da, prev_h.T @ da, da.sum(0)

class GRUCell:
    def __init__(self, input_size, hidden_size):
        s = 1 / np.sqrt(hidden_size)
        self.Wz = np.random.uniform(-s, s, (input_size, hidden_size))
        self.Wr = np.random.uniform(-s, s, (input_size, hidden_size))
        self.Wh = np.random.uniform(-s, s, (input_size, hidden_size))
        self.Uz = np.random.uniform(-s, s, (hidden_size, hidden_size))
        self.Ur = np.random.uniform(-s, s, (hidden_size, hidden_size))
        self.Uh = np.random.uniform(-s, s, (hidden_size, hidden_size))
        self.bz = np.zeros(hidden_size)
        self.br = np.zeros(hidden_size)
        self.bh = np.zeros(hidden_size)
    def forward(self, x, h):
        z = sigmoid(x @ self.Wz + h @ self.Uz + self.bz)
        r = sigmoid(x @ self.Wr + h @ self.Ur + self.br)
        n = np.tanh(x @ self.Wh + (r * h) @ self.Uh + self.bh)
        return (1 - z) * h + z * n

class Embedding:
    def __init__(self, vocab_size, dim):
        self.W = np.random.randn(vocab_size, dim) * 0.01
    def forward(self, idx):
        self.idx = idx
        return self.W[idx]
    def backward(self, dout):
        self.dW = np.zeros_like(self.W)
        self.dW[self.idx] += dout

class EmbeddingAdd(Embedding):
    def backward(self, dout):
        self.dW = np.zeros_like(self.W)
        np.add.at(self.dW, self.idx, dout)
        return None
