# coding: utf-8
import sys, os
sys.path.append(os.pardir)
import numpy as np
from collections import OrderedDict
from common.util import im2col, col2im
from common.gradient import numerical_gradient
from dataset.mnist import load_mnist


class Convolution:
    def __init__(self, W, b):
        self.W, self.b = W, b

    def forward(self, x):
        FN, C, FH, FW = self.W.shape
        self.x_shape = x.shape
        self.col = im2col(x, FH, FW, 1, 0)
        out = self.col @ self.W.reshape(FN, -1).T + self.b
        return out.reshape(len(x), x.shape[2] - FH + 1, x.shape[3] - FW + 1, FN).transpose(0, 3, 1, 2)

    def backward(self, dout):
        FN, C, FH, FW = self.W.shape
        d = dout.transpose(0, 2, 3, 1).reshape(-1, FN)
        self.dW = (d.T @ self.col).reshape(self.W.shape)
        self.db = d.sum(axis=0)
        return col2im(d @ self.W.reshape(FN, -1), self.x_shape, FH, FW, 1, 0)


class Relu:
    def forward(self, x):
        self.mask = x <= 0
        out = x.copy()
        out[self.mask] = 0
        return out

    def backward(self, dout):
        return np.where(self.mask, 0, dout)


class MaxPool2:
    def forward(self, x):
        n, c, h, w = x.shape
        self.shape = x.shape
        v = x[:, :, :h // 2 * 2, :w // 2 * 2].reshape(n, c, h // 2, 2, w // 2, 2).transpose(0, 1, 2, 4, 3, 5)
        v = v.reshape(n, c, h // 2, w // 2, 4)
        self.arg = v.argmax(axis=4)
        return v.max(axis=4)

    def backward(self, dout):
        dx = np.zeros(self.shape)
        n, c, i, j = np.indices(dout.shape)
        dx[n, c, 2 * i + self.arg // 2, 2 * j + self.arg % 2] = dout
        return dx


class Affine:
    def __init__(self, W, b):
        self.W, self.b = W, b

    def forward(self, x):
        self.shape = x.shape
        self.x = x.reshape(len(x), -1)
        return self.x @ self.W + self.b

    def backward(self, dout):
        self.dW = self.x.T @ dout
        self.db = dout.sum(axis=0)
        return (dout @ self.W.T).reshape(self.shape)


class ConvNet:
    """conv - relu - pool - conv - relu - pool - affine - softmax"""

    def __init__(self, image_size=28, filters=(20, 50), class_num=10, kernel=5, weight_init_std=0.01):
        side = ((image_size - kernel + 1) // 2 - kernel + 1) // 2
        f1, f2 = filters
        self.params = {
            'W1': weight_init_std * np.random.randn(f1, 1, kernel, kernel), 'b1': np.zeros(f1),
            'W2': weight_init_std * np.random.randn(f2, f1, kernel, kernel), 'b2': np.zeros(f2),
            'W3': weight_init_std * np.random.randn(f2 * side * side, class_num), 'b3': np.zeros(class_num),
        }
        p = self.params
        self.layers = OrderedDict(
            Conv1=Convolution(p['W1'], p['b1']), Relu1=Relu(), Pool1=MaxPool2(),
            Conv2=Convolution(p['W2'], p['b2']), Relu2=Relu(), Pool2=MaxPool2(),
            Affine1=Affine(p['W3'], p['b3']))

    def predict(self, x):
        for layer in self.layers.values():
            x = layer.forward(x)
        return x

    def loss(self, x, t):
        z = self.predict(x)
        z = z - z.max(axis=1, keepdims=True)
        self.y = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
        return -np.log(self.y[np.arange(len(t)), t] + 1e-12).mean()

    def gradient(self, x, t):
        self.loss(x, t)
        dout = self.y.copy()
        dout[np.arange(len(t)), t] -= 1
        dout /= len(t)
        for layer in reversed(self.layers.values()):
            dout = layer.backward(dout)
        grads = {}
        for i, name in enumerate(('Conv1', 'Conv2', 'Affine1'), 1):
            grads['W%d' % i], grads['b%d' % i] = self.layers[name].dW, self.layers[name].db
        return grads


(x_train, t_train), (x_test, t_test) = load_mnist(flatten=False)
network = ConvNet()
for i in range(100):
    batch = np.random.choice(60000, 100)
    for key, g in network.gradient(x_train[batch], t_train[batch]).items():
        network.params[key] -= 0.1 * g
