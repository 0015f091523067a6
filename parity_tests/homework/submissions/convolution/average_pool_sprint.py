import numpy as np
import pandas as pd


class AveragePool2D:
    """【問題9】平均プーリングの作成"""

    def __init__(self, p, q, S_h, S_w):
        self.p = p
        self.q = q
        self.S_h = S_h
        self.S_w = S_w

    def forward(self, X):
        self.X_shape = X.shape
        N, C, H, W = X.shape
        o_h = (H - self.p) // self.S_h + 1
        o_w = (W - self.q) // self.S_w + 1
        Z = np.empty((N, C, o_h, o_w))
        for i in range(o_h):
            for j in range(o_w):
                h0, w0 = i * self.S_h, j * self.S_w
                Z[..., i, j] = np.average(X[..., h0:h0 + self.p, w0:w0 + self.q], axis=(2, 3))
        return Z

    def backward(self, dZ):
        dX = np.zeros(self.X_shape)
        for i in range(dZ.shape[2]):
            for j in range(dZ.shape[3]):
                h0, w0 = i * self.S_h, j * self.S_w
                # every element of the window gets the gradient
                dX[..., h0:h0 + self.p, w0:w0 + self.q] += dZ[..., i:i + 1, j:j + 1]
        return dX


df = pd.read_csv('train.csv')
images = df.values[:, 1:].reshape(-1, 1, 28, 28)
print(AveragePool2D(2, 2, 2, 2).forward(images[:3]))
