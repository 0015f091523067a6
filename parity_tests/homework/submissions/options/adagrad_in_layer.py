# the squares are kept in the layer, from 1 on
import numpy as np

class FC:
    """
    ノード数n_nodes1からn_nodes2への全結合層
    """
    def __init__(self, n_nodes1, n_nodes2, initializer, optimizer):
        self.optimizer = optimizer
        self.W = initializer.W(n_nodes1, n_nodes2)
        self.B = initializer.B(n_nodes2)
        self.HW = 1
        self.HB = 1

    def forward(self, X):
        self.Z = X
        A = X @ self.W + self.B
        return A

    def backward(self, dA):
        self.dB = np.sum(dA, axis=0)
        self.dW = self.Z.T @ dA
        dZ = dA @ self.W.T
        self.optimizer.update(self)
        return dZ

class AdaGrad:
    def __init__(self, lr):
        self.lr = lr
    def update(self, layer):
        layer.HW += layer.dW * layer.dW
        layer.HB += layer.dB * layer.dB
        layer.W -= self.lr * layer.dW / (np.sqrt(layer.HW) + 1e-7)
        layer.B -= self.lr * layer.dB / (np.sqrt(layer.HB) + 1e-7)
        return layer

