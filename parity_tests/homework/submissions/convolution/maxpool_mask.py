import numpy as np


class MaxPool2D:
    """最大プーリング (プールの大きさ = ストライド)"""

    def __init__(self, pool):
        self.sh, self.sw = pool

    def forward(self, X):
        self.X = X
        N, C, H, W = X.shape
        self.OH, self.OW = H // self.sh, W // self.sw
        self.Aij = np.zeros((self.OH, self.OW, 2), dtype=int)
        out = np.zeros((N, C, self.OH, self.OW))
        for n in range(N):
            for c in range(C):
                for i in range(self.OH):
                    for j in range(self.OW):
                        part = X[n, c, i * self.sh:(i + 1) * self.sh, j * self.sw:(j + 1) * self.sw]
                        out[n, c, i, j] = part.max()
                        self.Aij[i, j] = np.unravel_index(part.argmax(), part.shape)
        return out

    def backward(self, dA):
        mask = np.zeros_like(self.X)
        for i in range(self.OH):
            for j in range(self.OW):
                a, b = self.Aij[i, j]
                mask[:, :, i * self.sh + a, j * self.sw + b] = 1
        # 最大値の位置だけ勾配を流す
        return mask * dA


if __name__ == "__main__":
    X = np.random.randint(0, 9, size=36).reshape(1, 1, 6, 6)
    print(X)
    print(MaxPool2D((2, 2)).forward(X))
