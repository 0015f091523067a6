import numpy as np


def pairwise_distance(x1, x2, p=2):
    return np.power(np.sum(np.abs(x1 - x2) ** 2, axis=1), 1 / 2)


def euclidean_distance(a, b):
    return np.sum((a - b) ** 2)


def euclidean_distances(X, Y):
    sq = np.sum(X**2, axis=1)[:, None] + np.sum(Y**2, axis=1) + 2 * X @ Y.T
    return np.sqrt(np.maximum(sq, 0))


def l2_distance(a, b):
    return np.sqrt(((a - b) ** 2).mean(axis=1))


def manhattan_distance(p, q):
    return np.abs(np.sum(p - q))


def l2_distance_matrix(X_test, X_train):
    dists = np.zeros((X_test.shape[0], X_train.shape[0]))
    for i in range(X_test.shape[0]):
        for j in range(X_train.shape[0]):
            dists[i, j] = np.linalg.norm(X_test[i] - X_train[i])
    return dists


class PairwiseDistance:
    def forward(self, a, b):
        self.diff = a - b
        self.norm = np.linalg.norm(self.diff, axis=-1, keepdims=True)
        return self.norm

    def backward(self, dy):
        da = dy * self.diff / self.norm
        return da, da
