# LeNet-5 in numpy (course project). Every parameter is a dictionary {"val", "grad"}
import numpy as np
import pickle


class Conv:
    def __init__(self, nb_filters, filter_size, nb_channels, stride=1, padding=0):
        self.stride, self.padding, self.k = stride, padding, filter_size
        self.W = {"val": np.random.randn(nb_filters, nb_channels, filter_size, filter_size) * 0.1,
                  "grad": np.zeros((nb_filters, nb_channels, filter_size, filter_size))}
        self.b = {"val": np.random.randn(nb_filters) * 0.1, "grad": np.zeros(nb_filters)}

    def forward(self, X):
        P = self.padding
        self.X = np.pad(X, ((0,), (0,), (P,), (P,)), mode="constant")
        N, _, H, W = self.X.shape
        F = self.W["val"].shape[0]
        H2, W2 = (H - self.k) // self.stride + 1, (W - self.k) // self.stride + 1
        # one column for each window
        col = np.empty((N, H2 * W2, self.W["val"][0].size))
        t = 0
        for r in range(H2):
            for c in range(W2):
                y0, x0 = r * self.stride, c * self.stride
                col[:, t] = self.X[:, :, y0:y0 + self.k, x0:x0 + self.k].reshape(N, -1)
                t += 1
        self.col = col
        Y = col @ self.W["val"].reshape(F, -1).T + self.b["val"]
        return Y.transpose(0, 2, 1).reshape(N, F, H2, W2)

    def backward(self, dY):
        N, F, H2, W2 = dY.shape
        D = dY.reshape(N, F, H2 * W2)
        self.W["grad"] = np.einsum("nft,ntk->fk", D, self.col).reshape(self.W["val"].shape)
        self.b["grad"] = D.sum(axis=2).sum(axis=0)
        dcol = D.transpose(0, 2, 1) @ self.W["val"].reshape(F, -1)
        dX = np.zeros_like(self.X)
        for t in range(H2 * W2):
            y0, x0 = (t // W2) * self.stride, (t % W2) * self.stride
            dX[:, :, y0:y0 + self.k, x0:x0 + self.k] += dcol[:, t].reshape(N, -1, self.k, self.k)
        P = self.padding
        if P > 0:
            dX = dX[:, :, P:-P, P:-P]
        return dX, self.W["grad"], self.b["grad"]


class AvgPool:
    def __init__(self, filter_size, stride):
        self.f = filter_size
        self.s = stride

    def forward(self, X):
        self.cache = X
        m, n_C, n_H_prev, n_W_prev = X.shape
        n_H = (n_H_prev - self.f) // self.s + 1
        n_W = (n_W_prev - self.f) // self.s + 1
        A = np.zeros((m, n_C, n_H, n_W))
        for i in range(m):
            for c in range(n_C):
                for h in range(n_H):
                    for w in range(n_W):
                        A[i, c, h, w] = np.mean(X[i, :, h * self.s:h * self.s + self.f, w * self.s:w * self.s + self.f])
        return A

    def backward(self, dA):
        X = self.cache
        m, n_C, n_H, n_W = dA.shape
        dX = np.copy(X)
        for i in range(m):
            for c in range(n_C):
                for h in range(n_H):
                    for w in range(n_W):
                        average = dA[i, c, h, w] / (n_H * n_W)
                        dX[i, c, h * self.s:h * self.s + self.f, w * self.s:w * self.s + self.f] += average
        return dX


def save(net, path):
    with open(path, "wb") as f:
        pickle.dump(net, f)
