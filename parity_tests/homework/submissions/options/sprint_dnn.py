# sprint: deep neural network scratch
import numpy as np

class FC:
    """
    ノード数n_nodes1からn_nodes2への全結合層
    """
    def __init__(self, n_nodes1, n_nodes2, initializer, optimizer):
        self.optimizer = optimizer
        self.W = initializer.W(n_nodes1, n_nodes2)
        self.B = initializer.B(n_nodes2)
        self.HW = 0
        self.HB = 0

    def forward(self, X):
        self.Z = X
        A = X @ self.W + self.B
        return A

    def backward(self, dA):
        self.dB = np.sum(dA, axis=0)
        self.dW = self.Z.T @ dA
        dZ = dA @ self.W.T
        self = self.optimizer.update(self)
        return dZ

class FC_dZ_after:
    def __init__(self, n_nodes1, n_nodes2, initializer, optimizer):
        self.optimizer = optimizer
        self.W = initializer.W(n_nodes1, n_nodes2)
        self.B = initializer.B(n_nodes2)

    def forward(self, X):
        self.Z = X
        return X @ self.W + self.B

    def backward(self, dA):
        self.dB = np.sum(dA, axis=0)
        self.dW = self.Z.T @ dA
        self.optimizer.update(self)
        return dA @ self.W.T

class SimpleInitializer:
    def __init__(self, sigma):
        self.sigma = sigma
    def W(self, n_nodes1, n_nodes2):
        return self.sigma * np.random.randn(n_nodes1, n_nodes2)
    def B(self, n_nodes2):
        return self.sigma * np.random.randn(n_nodes2)

class XavierInitializer:
    def W(self, n_nodes1, n_nodes2):
        self.sigma = 1 / np.sqrt(n_nodes1)
        return self.sigma * np.random.randn(n_nodes1, n_nodes2)
    def B(self, n_nodes2):
        return np.zeros(n_nodes2)

class HeInitializer:
    def W(self, n_nodes1, n_nodes2):
        sigma = np.sqrt(2 / n_nodes2)
        return sigma * np.random.randn(n_nodes1, n_nodes2)
    def B(self, n_nodes2):
        return np.zeros(n_nodes2)

class SGD:
    def __init__(self, lr):
        self.lr = lr
    def update(self, layer):
        layer.W -= self.lr * layer.dW
        layer.B -= self.lr * layer.dB
        return layer

class AdaGrad:
    def __init__(self, lr):
        self.lr = lr
    def update(self, layer):
        layer.HW += layer.dW * layer.dW
        layer.HB += layer.dB * layer.dB
        layer.W -= self.lr * layer.dW / (np.sqrt(layer.HW) + 1e-7)
        layer.B -= self.lr * layer.dB / (np.sqrt(layer.HB) + 1e-7)
        return layer

class Tanh:
    def forward(self, A):
        self.A = A
        return np.tanh(A)
    def backward(self, dZ):
        return dZ * (1 - np.tanh(self.A) ** 2)

class Sigmoid:
    def forward(self, A):
        self.A = A
        return 1 / (1 + np.exp(-A))
    def backward(self, dZ):
        sigma = 1 / (1 + np.exp(-self.A))
        return dZ * (1 - sigma) + sigma

class ReLU:
    def forward(self, A):
        self.A = A
        return np.clip(A, 0, None)
    def backward(self, dZ):
        return dZ * np.clip(np.sign(self.A), 0, None)

class Softmax:
    def forward(self, A):
        e = np.exp(A - np.max(A, axis=1).reshape(-1, 1))
        self.Z = e / np.sum(e, axis=1).reshape(-1, 1)
        return self.Z
    def backward(self, Y):
        self.loss = -np.sum(Y * np.log(self.Z + 1e-7)) / len(Y)
        return self.Z - Y

class SoftmaxBatchMean:
    def forward(self, A):
        e = np.exp(A - np.max(A))
        self.Z = e / np.sum(e, axis=1, keepdims=True)
        return self.Z
    def backward(self, Z, Y):
        n = Y.shape[1]
        return (Z - Y) / n
