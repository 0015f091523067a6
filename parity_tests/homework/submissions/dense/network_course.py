"""A network put together in fit from layers of its own, with validation data that nobody has to hand over."""

import numpy as np


class FC:
    def __init__(self, n_nodes1, n_nodes2, initializer, optimizer):
        self.optimizer = optimizer
        self.W = initializer.W(n_nodes1, n_nodes2)
        self.B = initializer.B(n_nodes2)

    def forward(self, X):
        self.X = X
        return X @ self.W + self.B

    def backward(self, dA):
        self.dW = self.X.T @ dA
        self.dB = dA.sum(axis=0)
        dZ = dA @ self.W.T
        self = self.optimizer.update(self)
        return dZ


class SimpleInitializer:
    def __init__(self, sigma):
        self.sigma = sigma

    def W(self, n_nodes1, n_nodes2):
        return self.sigma * np.random.randn(n_nodes1, n_nodes2)

    def B(self, n_nodes2):
        return np.zeros(n_nodes2)


class SGD:
    def __init__(self, lr):
        self.lr = lr

    def update(self, layer):
        layer.W -= self.lr * layer.dW
        layer.B -= self.lr * layer.dB
        return layer


class Tanh:
    def forward(self, A):
        self.Z = np.tanh(A)
        return self.Z

    def backward(self, dZ):
        return dZ * (1 - self.Z**2)


class Softmax:
    def forward(self, A):
        e = np.exp(A - A.max(axis=1, keepdims=True))
        self.Z = e / e.sum(axis=1, keepdims=True)
        return self.Z

    def backward(self, y):
        self.loss = -np.sum(y * np.log(self.Z + 1e-7)) / len(y)
        return (self.Z - y) / len(y)


class ScratchDeepNeuralNetrowkClassifier:
    def __init__(self, n_epoch=3, lr=0.01, n_nodes1=40, n_nodes2=20, sigma=0.02, verbose=False):
        self.n_epoch, self.lr, self.sigma, self.verbose = n_epoch, lr, sigma, verbose
        self.n_nodes1, self.n_nodes2 = n_nodes1, n_nodes2

    def fit(self, X, y, X_val=None, y_val=None):
        n_features, n_output = X.shape[1], y.shape[1]
        optimizer, initializer = SGD(self.lr), SimpleInitializer(self.sigma)
        self.FC1 = FC(n_features, self.n_nodes1, initializer, optimizer)
        self.activation1 = Tanh()
        self.FC2 = FC(self.n_nodes1, self.n_nodes2, initializer, optimizer)
        self.activation2 = Tanh()
        self.FC3 = FC(self.n_nodes2, n_output, initializer, optimizer)
        self.activation3 = Softmax()
        for _ in range(self.n_epoch):
            self.forward_propagation(X)
            self.back_propagation(y)
            if self.verbose:
                print(self.activation3.loss)

    def forward_propagation(self, X):
        A1 = self.FC1.forward(X)
        Z1 = self.activation1.forward(A1)
        A2 = self.FC2.forward(Z1)
        Z2 = self.activation2.forward(A2)
        A3 = self.FC3.forward(Z2)
        return self.activation3.forward(A3)

    def back_propagation(self, y):
        dA3 = self.activation3.backward(y)
        dZ2 = self.FC3.backward(dA3)
        dA2 = self.activation2.backward(dZ2)
        dZ1 = self.FC2.backward(dA2)
        dA1 = self.activation1.backward(dZ1)
        self.FC1.backward(dA1)

    def predict(self, X):
        return np.argmax(self.forward_propagation(X), axis=1)


class OneActivationLessNetrowkClassifier(ScratchDeepNeuralNetrowkClassifier):
    def forward_propagation(self, X):
        A1 = self.FC1.forward(X)
        Z1 = self.activation1.forward(A1)
        A2 = self.FC2.forward(Z1)
        self.activation2.forward(A2)
        A3 = self.FC3.forward(A2)
        return self.activation3.forward(A3)


class OneActivationLessBackNetrowkClassifier(ScratchDeepNeuralNetrowkClassifier):
    def back_propagation(self, y):
        dA3 = self.activation3.backward(y)
        dZ2 = self.FC3.backward(dA3)
        dZ1 = self.FC2.backward(dZ2)
        dA1 = self.activation1.backward(dZ1)
        self.FC1.backward(dA1)
