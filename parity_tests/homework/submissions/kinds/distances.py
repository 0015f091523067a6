import numpy as np


def pairwise_distance(x1, x2, p=2, eps=1e-6):
    return np.power(np.sum(np.abs(x1 - x2 + eps) ** p, axis=1), 1 / p)


def pairwise_distance_backward(dout, x1, x2, p=2, eps=1e-6):
    d = x1 - x2 + eps
    norm = np.sum(np.abs(d) ** p, axis=1, keepdims=True) ** (1 / p)
    dx1 = dout.reshape(-1, 1) * np.sign(d) * np.abs(d) ** (p - 1) / norm ** (p - 1)
    return dx1, -dx1


def euclidean_distance(a, b):
    return np.sqrt(np.sum((a - b) ** 2))


def euclidean_distances(X, Y):
    sq = np.sum(X**2, axis=1)[:, None] + np.sum(Y**2, axis=1) - 2 * X @ Y.T
    return np.sqrt(np.maximum(sq, 0))


def l2_distance_loops(X_test, X_train):
    dists = np.zeros((X_test.shape[0], X_train.shape[0]))
    for i in range(X_test.shape[0]):
        for j in range(X_train.shape[0]):
            dists[i, j] = np.linalg.norm(X_test[i] - X_train[j])
    return dists


def manhattan_distance(p, q):
    total = 0
    for u, v in zip(p, q):
        total += abs(u - v)
    return total


def squared_euclidean_distance(x, y):
    return ((x - y) ** 2).sum(axis=-1)


class PairwiseDistance:
    def forward(self, a, b):
        self.diff = a - b
        self.norm = np.linalg.norm(self.diff, axis=-1, keepdims=True)
        return self.norm

    def backward(self, dy):
        da = dy * self.diff / self.norm
        return da, -da
