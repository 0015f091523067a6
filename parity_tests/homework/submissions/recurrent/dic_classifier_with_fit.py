import numpy as np
from sklearn.metrics import accuracy_score


class GetMiniBatch:
    """ミニバッチを取得するイテレータ"""

    def __init__(self, X, y, batch_size=20, seed=None):
        self.batch_size = batch_size
        np.random.seed(seed)
        shuffle_index = np.random.permutation(np.arange(X.shape[0]))
        self._X, self._y = X[shuffle_index], y[shuffle_index]
        self._stop = np.ceil(X.shape[0] / self.batch_size).astype(np.int)

    def __len__(self):
        return self._stop

    def __getitem__(self, item):
        p0 = item * self.batch_size
        return self._X[p0:p0 + self.batch_size], self._y[p0:p0 + self.batch_size]


class SimpleInitializer:
    def __init__(self, sigma):
        self.sigma = sigma

    def W(self, *shape):
        return self.sigma * np.random.randn(*shape)

    def B(self, *shape):
        return self.sigma * np.random.randn(*shape)


class SGD:
    def __init__(self, lr):
        self.lr = lr

    def update(self, layer):
        for name in layer.weights:
            W = getattr(layer, name)
            setattr(layer, name, W - self.lr * getattr(layer, "d" + name))


class FC:
    weights = ("W", "B")

    def __init__(self, n1, n2, initializer, optimizer):
        self.W, self.B = initializer.W(n1, n2), initializer.B(n2)
        self.optimizer = optimizer

    def forward(self, X):
        self.X = X
        return X @ self.W + self.B

    def backward(self, dA):
        self.dW, self.dB = self.X.T @ dA / len(dA), dA.mean(axis=0)
        dX = dA @ self.W.T
        self.optimizer.update(self)
        return dX


class SimpleRNN:
    weights = ("W_x", "W_h", "B")

    def __init__(self, n_features, n_nodes, initializer, optimizer):
        self.W_x = initializer.W(n_features, n_nodes)
        self.W_h = initializer.W(n_nodes, n_nodes)
        self.B = initializer.B(n_nodes)
        self.optimizer = optimizer

    def forward(self, X):
        N, T, _ = X.shape
        self.X, self.H = X, [np.zeros((N, self.B.size))]
        for t in range(T):
            self.H.append(np.tanh(X[:, t] @ self.W_x + self.H[-1] @ self.W_h + self.B))
        return self.H[-1]

    def backward(self, dH):
        N, T, _ = self.X.shape
        self.dW_x, self.dW_h, self.dB = (np.zeros_like(w) for w in (self.W_x, self.W_h, self.B))
        dX = np.zeros_like(self.X, dtype=float)
        for t in range(T - 1, -1, -1):
            dA = dH * (1 - self.H[t + 1] ** 2)
            self.dB += dA.mean(axis=0)
            self.dW_x += self.X[:, t].T @ dA / N
            self.dW_h += self.H[t].T @ dA / N
            dX[:, t] = dA @ self.W_x.T
            dH = dA @ self.W_h.T
        self.optimizer.update(self)
        return dX


class ScratchSimpleRNNClassifier:
    def __init__(self, n_nodes=50, n_output=10, lr=0.1, sigma=0.05, epochs=5, batch_size=20):
        self.n_nodes, self.n_output, self.lr, self.sigma = n_nodes, n_output, lr, sigma
        self.epochs, self.batch_size = epochs, batch_size

    def fit(self, X, y):
        init, opt = SimpleInitializer(self.sigma), SGD(self.lr)
        self.rnn = SimpleRNN(X.shape[2], self.n_nodes, init, opt)
        self.fc = FC(self.n_nodes, self.n_output, init, opt)
        for _ in range(self.epochs):
            for xb, yb in GetMiniBatch(X, y, self.batch_size, seed=0):
                z = self._proba(xb)
                self.rnn.backward(self.fc.backward(z - yb))
        return self

    def _proba(self, X):
        a = self.fc.forward(self.rnn.forward(X))
        e = np.exp(a - a.max(axis=1, keepdims=True))
        return e / e.sum(axis=1, keepdims=True)

    def predict(self, X):
        return self._proba(X).argmax(axis=1)
