"""Batch normalisation that is told in other words that it does not train."""

import numpy as np


class BatchNorm:
    """forward(Z, eval=False)"""

    def __init__(self, num_features, alpha=0.9):
        self.alpha = alpha
        self.eps = 1e-8
        self.BW = np.ones((1, num_features))
        self.Bb = np.zeros((1, num_features))
        self.running_M = np.zeros((1, num_features))
        self.running_V = np.ones((1, num_features))

    def known(self, Z):
        return (Z - self.running_M) / np.sqrt(self.running_V + self.eps)

    def forward(self, Z, eval=False):
        if eval:
            return self.known(Z) * self.BW + self.Bb
        self.Z = Z
        self.N = Z.shape[0]
        self.M = np.mean(Z, axis=0, keepdims=True)
        self.V = np.var(Z, axis=0, keepdims=True)
        self.NZ = (Z - self.M) / np.sqrt(self.V + self.eps)
        self.running_M = self.alpha * self.running_M + (1 - self.alpha) * self.M
        self.running_V = self.alpha * self.running_V + (1 - self.alpha) * self.V
        return self.NZ * self.BW + self.Bb

    def backward(self, dLdBZ):
        self.dLdBW = np.sum(dLdBZ * self.NZ, axis=0, keepdims=True)
        self.dLdBb = np.sum(dLdBZ, axis=0, keepdims=True)
        d = dLdBZ * self.BW
        root = np.sqrt(self.V + self.eps)
        return (d - d.mean(axis=0) - self.NZ * np.mean(d * self.NZ, axis=0)) / root


class BatchNormOfBatch(BatchNorm):
    def known(self, Z):
        return (Z - Z.mean(axis=0)) / np.sqrt(Z.var(axis=0) + self.eps)


class BatchNormNoRoot(BatchNorm):
    def known(self, Z):
        return (Z - self.running_M) / (self.running_V + self.eps)


class BatchNormWord(BatchNorm):
    """forward(x, mode="inference")"""

    def forward(self, x, mode="training"):
        if mode == "inference":
            return self.known(x) * self.BW + self.Bb
        assert mode == "training"
        return super().forward(x)


class BatchNormWordOfBatch(BatchNormWord):
    def known(self, Z):
        return (Z - Z.mean(axis=0)) / np.sqrt(Z.var(axis=0) + self.eps)


class BatchNormSwitch(BatchNorm):
    """An attribute says it, for layers that are all called forward(x)."""

    def __init__(self, num_features, alpha=0.9):
        super().__init__(num_features, alpha)
        self.is_test = False

    def forward(self, x):
        return super().forward(x, self.is_test)


class BatchNormSwitchOfBatch(BatchNormSwitch):
    def known(self, Z):
        return (Z - Z.mean(axis=0)) / np.sqrt(Z.var(axis=0) + self.eps)
