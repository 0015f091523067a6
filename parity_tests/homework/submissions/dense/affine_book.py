# coding: utf-8
# ゼロから作るDeep Learning の5章を見ながら自分で書いたもの
import sys, os
sys.path.append(os.pardir)
import numpy as np
from common.functions import *
from dataset.mnist import load_mnist


class Affine:
    def __init__(self, W, b):
        self.W = W
        self.b = b
        self.x = None
        self.dW = None
        self.db = None

    def forward(self, x):
        self.x = x
        out = np.dot(x, self.W) + self.b
        return out

    def backward(self, dout):
        dx = np.dot(dout, self.W.T)
        self.dW = np.dot(self.x, dout)
        self.db = np.sum(dout, axis=0)
        return dx


class AffineTensor:
    """テンソル対応版 (画像も入れられる)"""

    def __init__(self, weight, bias):
        self.weight, self.bias = weight, bias
        self.shape_of_input = None

    def forward(self, x):
        self.shape_of_input = x.shape
        self.flat = x.reshape(x.shape[0], -1)
        return np.dot(self.flat, self.weight) + self.bias

    def backward(self, dout):
        self.dweight = np.dot(self.flat.T, dout)
        self.dbias = np.sum(dout, axis=0)
        dx = np.dot(dout, self.weight.T)
        return dx.reshape(*self.shape_of_input)


class MatMulBias:
    """params / grads をリストで持つ"""

    def __init__(self, W, b):
        self.params = [W, b]
        self.grads = [np.zeros_like(W), np.zeros_like(b)]
        self.x = None

    def forward(self, x):
        W, b = self.params
        self.x = x
        return np.dot(x, W) + b

    def backward(self, dout):
        W, b = self.params
        self.grads[0][...] = np.dot(self.x.T, dout)
        self.grads[1][...] = np.sum(dout, axis=0)
        return np.dot(dout, W.T)


class MatMulBiasV0:
    """最初に書いたもの。勾配が合わない..."""

    def __init__(self, W, b):
        self.params = [W, b]
        self.grads = [np.zeros_like(W), np.zeros_like(b)]
        self.x = None

    def forward(self, x):
        W, b = self.params
        self.x = x
        return np.dot(x, W) + b

    def backward(self, dout):
        W, b = self.params
        self.grads[0] += np.dot(self.x.T, dout)
        self.grads[1] += np.sum(dout, axis=0)
        return np.dot(dout, W.T)


(x_train, t_train), (x_test, t_test) = load_mnist(one_hot_label=True)
layer = Affine(np.random.randn(784, 10), np.zeros(10))
print(layer.forward(x_train[:5]))
