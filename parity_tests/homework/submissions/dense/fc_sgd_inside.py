# Sprint: ディープラーニングスクラッチ  深層ニューラルネットワーク
# author: k.m
import numpy as np
import pandas as pd
import matplotlib.pyplot as plt
from keras.datasets import mnist

(X_train, y_train), (X_test, y_test) = mnist.load_data()
X_train = X_train.reshape(-1, 784).astype(np.float64) / 255
X_test = X_test.reshape(-1, 784).astype(np.float64) / 255
print(X_train.shape)


class SimpleInitializer:
    """ガウス分布によるシンプルな初期化"""

    def __init__(self, sigma):
        self.sigma = sigma

    def W(self, n_nodes1, n_nodes2):
        W = self.sigma * np.random.randn(n_nodes1, n_nodes2)
        return W

    def B(self, n_nodes2):
        B = self.sigma * np.random.randn(n_nodes2)
        return B


class SGD:
    """確率的勾配降下法"""

    def __init__(self, lr):
        self.lr = lr

    def update(self, layer):
        layer.W = layer.W - self.lr * layer.dW
        layer.B = layer.B - self.lr * layer.dB
        return layer


class FC:
    """
    ノード数n_nodes1からn_nodes2への全結合層
    """

    def __init__(self, n_nodes1, n_nodes2, initializer, optimizer):
        self.optimizer = optimizer
        self.initializer = initializer
        self.W = initializer.W(n_nodes1, n_nodes2)
        self.B = initializer.B(n_nodes2)

    def forward(self, X):
        self.X = X
        A = np.dot(X, self.W) + self.B
        return A

    def backward(self, dA):
        self.dB = np.sum(dA, axis=0)
        self.dW = np.dot(self.X.T, dA)
        dZ = np.dot(dA, self.W.T)
        # 更新 (dZ を計算した後)
        self = self.optimizer.update(self)
        return dZ


optimizer = SGD(0.01)
fc1 = FC(784, 400, SimpleInitializer(0.01), optimizer)
a = fc1.forward(X_train[:20])
print(a.shape)
for i in range(3):
    a = fc1.forward(X_train[20 * i:20 * i + 20])
    fc1.backward(a - 1)
    plt.plot(a.mean(axis=0))
plt.show()
