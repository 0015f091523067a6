import numpy as np


class SGD:
    def __init__(self, alpha):
        self.alpha = alpha

    def update(self, layer):
        # dB is one row per sample, so average here
        layer.W -= self.alpha * layer.dW
        layer.B -= self.alpha * layer.dB.mean(axis=0)
        return layer


class HeInit:
    def W(self, n1, n2):
        self.n1 = n1
        return np.random.randn(n1, n2) * np.sqrt(2 / n1)

    def B(self, n2):
        return np.random.randn(n2) * np.sqrt(2 / self.n1)


class FC:
    """Fully connected layer, n1 -> n2"""

    def __init__(self, n1, n2, initializer, optimizer):
        self.W = initializer.W(n1, n2)
        self.B = initializer.B(n2)
        self.optimizer = optimizer
        self.Z = 0
        self.dW = 0
        self.dB = 0

    def forward(self, Z):
        self.Z = Z
        return Z @ self.W + self.B

    def backward(self, dA):
        self.dB = dA
        self.dW = self.Z.T @ dA
        dZ = dA @ self.W.T
        self.optimizer.update(self)
        return dZ


class FC2(FC):
    # version 2: reduce in the layer, not in SGD. both averaged so that lr does not depend on the batch
    def backward(self, dA):
        m = dA.shape[0]
        self.dB = dA.sum(axis=0, keepdims=True) / m
        self.dW = (self.Z.T @ dA) / m
        dZ = dA @ self.W.T
        self.optimizer.update(self)
        return dZ


class FC3(FC):
    # version 3: update first, then the old name for the weights ...
    def backward(self, dA):
        self.dB = dA.sum(axis=0, keepdims=True)
        self.dW = self.Z.T @ dA
        self.optimizer.update(self)
        return dA @ self.W.T


if __name__ == "__main__":
    fc = FC(3, 2, HeInit(), SGD(0.1))
    x = np.arange(12).reshape(4, 3)
    print(fc.forward(x))
    print(fc.backward(np.ones((4, 2))))
