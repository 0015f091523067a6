import numpy as np

# 活性化関数たち


class Softmax:
    """backward にはone-hotの正解 Y を渡す (softmax と交差エントロピー誤差をまとめて)"""

    def forward(self, A):
        self.Z = np.exp(A) / np.sum(np.exp(A), axis=1, keepdims=True)
        return self.Z

    def backward(self, Y):
        return self.Z - Y


class SoftmaxMean:
    def forward(self, A):
        self.Z = np.exp(A - A.max()) / np.sum(np.exp(A - A.max()), axis=1, keepdims=True)
        return self.Z

    def backward(self, Y):
        self.loss = -np.mean(np.sum(Y * np.log(self.Z), axis=1))
        # 平均
        return (self.Z - Y) / Y.shape[0]


class SoftmaxAll:
    def forward(self, A):
        self.Z = np.exp(A) / np.sum(np.exp(A))
        return self.Z

    def backward(self, Y):
        return self.Z - Y


class SoftmaxMinus:
    def forward(self, A):
        self.Z = np.exp(A) / np.sum(np.exp(A), axis=1, keepdims=True)
        return self.Z

    def backward(self, Y):
        return Y - self.Z
