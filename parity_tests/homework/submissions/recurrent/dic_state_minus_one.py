"""
Simple RNN (DIC Sprint) -- (batch, n_sequences, n_features)
"""
import numpy as np


class Initializer:
    def __init__(self, sigma=0.05):
        self.sigma = sigma

    def W_x(self, n_features, n_nodes):
        return np.random.normal(0, self.sigma, (n_features, n_nodes))

    def W_h(self, n_nodes):
        return np.random.normal(0, self.sigma, (n_nodes, n_nodes))

    def B(self, n_nodes):
        return np.random.normal(0, self.sigma, n_nodes)


class SGD:
    def __init__(self, lr):
        self.lr = lr

    def update(self, layer):
        layer.W_x -= self.lr * layer.dW_x
        layer.W_h -= self.lr * layer.dW_h
        layer.B -= self.lr * layer.dB
        return layer


class RNN:
    def __init__(self, n_features, n_nodes, initializer, optimizer):
        self.n_features, self.n_nodes = n_features, n_nodes
        self.W_x = initializer.W_x(n_features, n_nodes)
        self.W_h = initializer.W_h(n_nodes)
        self.B = initializer.B(n_nodes)
        self.optimizer = optimizer

    def forward(self, x, h_0=None):
        self.x = x
        n, seq = x.shape[0], x.shape[1]
        self.h = {}
        h = np.zeros((n, self.n_nodes)) if h_0 is None else h_0
        for t in range(seq):
            h = np.tanh(x[:, t, :].dot(self.W_x) + h.dot(self.W_h) + self.B)
            self.h[t] = h
        return np.stack([self.h[t] for t in range(seq)], axis=1)

    def backward(self, dout):
        n, seq, _ = self.x.shape
        states = np.stack([self.h[t] for t in range(seq)])
        dWx = np.zeros((self.n_features, self.n_nodes))
        dWh = np.zeros((self.n_nodes, self.n_nodes))
        dB = np.zeros(self.n_nodes)
        dx = np.zeros(self.x.shape)
        carry = np.zeros((n, self.n_nodes))
        for t in range(seq - 1, -1, -1):
            d = (dout[:, t] + carry) * (1.0 - states[t] * states[t])
            dWx += self.x[:, t].T.dot(d)
            dWh += states[t - 1].T.dot(d)      # previous state
            dB += d.sum(axis=0)
            dx[:, t] = d.dot(self.W_x.T)
            carry = d.dot(self.W_h.T)
        self.dW_x, self.dW_h, self.dB = dWx, dWh, dB
        self.optimizer.update(self)
        return dx


rng_check = np.random.RandomState(0)
test = RNN(5, 3, Initializer(), SGD(0.1))
print(test.forward(rng_check.randn(4, 6, 5))[0])
