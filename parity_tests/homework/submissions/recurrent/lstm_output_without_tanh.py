import numpy as np

# LSTM for time series (air passengers), batch first. Gate order: o i f g


class Sigmoid:
    @staticmethod
    def f(x):
        return 1 / (1 + np.exp(-x))

    @staticmethod
    def df(y):
        return y * (1 - y)


class LSTM_layer:
    def __init__(self, nb_features, nb_units, learning_rate=0.01):
        self.units = nb_units
        self.lr = learning_rate
        self.WX = np.random.randn(nb_features, nb_units * 4) * 0.05
        self.WH = np.random.randn(nb_units, nb_units * 4) * 0.05
        self.B = np.zeros((1, nb_units * 4))

    def forward_propagation(self, X):
        n, T = X.shape[:2]
        u = self.units
        self.X = X
        self.H = [np.zeros((n, u))]
        self.C = [np.zeros((n, u))]
        self.G = []
        for t in range(T):
            a = np.dot(X[:, t, :], self.WX) + np.dot(self.H[t], self.WH) + self.B
            o, i, f = (Sigmoid.f(a[:, k * u:(k + 1) * u]) for k in range(3))
            g = np.tanh(a[:, 3 * u:])
            self.C.append(f * self.C[t] + i * g)
            self.H.append(o * self.C[t + 1])
            self.G.append((o, i, f, g))
        return np.stack(self.H[1:], axis=1)

    def back_propagation(self, dH):
        n, T, u = dH.shape
        self.dWX, self.dWH, self.dB = np.zeros_like(self.WX), np.zeros_like(self.WH), np.zeros_like(self.B)
        dX = np.zeros_like(self.X, dtype=float)
        dh, dc = 0, 0
        for t in range(T - 1, -1, -1):
            o, i, f, g = self.G[t]
            dh = dh + dH[:, t]
            dc = dc + dh * o
            da = np.hstack([dh * self.C[t + 1] * Sigmoid.df(o), dc * g * Sigmoid.df(i),
                            dc * self.C[t] * Sigmoid.df(f), dc * i * (1 - g ** 2)])
            self.dWX += np.dot(self.X[:, t].T, da)
            self.dWH += np.dot(self.H[t].T, da)
            self.dB += da.sum(axis=0, keepdims=True)
            dX[:, t] = np.dot(da, self.WX.T)
            dh, dc = np.dot(da, self.WH.T), dc * f
        self.WX -= self.lr * self.dWX
        self.WH -= self.lr * self.dWH
        self.B -= self.lr * self.dB
        return dX
