import numpy as np
from tqdm import tqdm


class SGD:
    def __init__(self, lr):
        self.lr = lr

    def update(self, layer):
        layer.W -= self.lr * layer.dW
        layer.B -= self.lr * layer.dB


class Conv2d:
    """バッチ平均版"""

    def __init__(self, W, B, optimizer, stride=1):
        self.W = W
        self.B = B
        self.optimizer = optimizer
        self.stride = stride

    def windows(self, X):
        fh, fw = self.W.shape[2:]
        s = self.stride
        for i in range((X.shape[2] - fh) // s + 1):
            for j in range((X.shape[3] - fw) // s + 1):
                yield i, j, slice(i * s, i * s + fh), slice(j * s, j * s + fw)

    def forward(self, X):
        self.X = X
        s = self.stride
        oh = (X.shape[2] - self.W.shape[2]) // s + 1
        ow = (X.shape[3] - self.W.shape[3]) // s + 1
        A = np.zeros((X.shape[0], self.W.shape[0], oh, ow))
        for i, j, rows, cols in self.windows(X):
            A[:, :, i, j] = X[:, :, rows, cols].reshape(len(X), -1) @ self.W.reshape(len(self.W), -1).T + self.B
        return A

    def backward(self, dA):
        dA /= len(dA)        # バッチで平均
        self.dB = dA.sum(axis=(0, 2, 3))
        self.dW = np.zeros_like(self.W)
        dX = np.zeros_like(self.X)
        for i, j, rows, cols in self.windows(self.X):
            d = dA[:, :, i, j]
            self.dW += np.einsum('no,nchw->ochw', d, self.X[:, :, rows, cols])
            dX[:, :, rows, cols] += np.einsum('no,ochw->nchw', d, self.W)
        self.optimizer.update(self)
        return dX
