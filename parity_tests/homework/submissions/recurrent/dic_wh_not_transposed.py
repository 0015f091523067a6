import numpy as np
import copy


class XavierInitializer:
    def W(self, n1, n2):
        return np.random.randn(n1, n2) / np.sqrt(n1)

    def B(self, n2):
        return np.zeros(n2)


class GradientDescent:
    def __init__(self, lr=0.01):
        self.lr = lr

    def update(self, layer):
        layer.W_x = layer.W_x - self.lr * layer.dW_x
        layer.W_h = layer.W_h - self.lr * layer.dW_h
        layer.B = layer.B - self.lr * layer.dB
        return layer


class ScratchSimpleRNN:
    """Vanilla RNN layer, returns the hidden states of all the time steps."""

    def __init__(self, n_features, n_nodes, initializer=XavierInitializer(), optimizer=GradientDescent()):
        self.n_nodes = n_nodes
        self.W_x = initializer.W(n_features, n_nodes)
        self.W_h = initializer.W(n_nodes, n_nodes)
        self.B = initializer.B(n_nodes)
        self.optimizer = copy.copy(optimizer)
        self.h = None

    def forward(self, X):
        self.X = X
        N, T, D = X.shape
        self.H = np.zeros((N, T, self.n_nodes))
        h = np.zeros((N, self.n_nodes))
        for t in range(T):
            h = np.tanh(np.dot(X[:, t], self.W_x) + np.dot(h, self.W_h) + self.B)
            self.H[:, t] = h
        return self.H

    def backward(self, dH):
        N, T, D = self.X.shape
        self.dW_x = np.zeros(self.W_x.shape)
        self.dW_h = np.zeros(self.W_h.shape)
        self.dB = np.zeros(self.B.shape)
        dX = np.zeros(self.X.shape)
        dh_next = np.zeros((N, self.n_nodes))
        for t in reversed(range(T)):
            h_prev = self.H[:, t - 1] if t > 0 else np.zeros((N, self.n_nodes))
            dA = (dH[:, t] + dh_next) * (1 - self.H[:, t] ** 2)
            self.dW_x += np.dot(self.X[:, t].T, dA)
            self.dW_h += np.dot(h_prev.T, dA)
            self.dB += np.sum(dA, axis=0)
            dX[:, t] = np.dot(dA, self.W_x.T)
            dh_next = np.dot(dA, self.W_h)
        self.optimizer.update(self)
        return dX


if __name__ == "__main__":
    layer = ScratchSimpleRNN(3, 4)
    y = layer.forward(np.random.rand(2, 5, 3))
    print(y.shape, layer.backward(np.ones_like(y)).shape)
