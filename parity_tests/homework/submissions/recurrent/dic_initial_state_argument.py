# -*- coding: utf-8 -*-
"""RNN 問題1, 問題2 (フォワードのみ)"""
import numpy as np
import seaborn as sns
import matplotlib.pyplot as plt

sns.set()


class Tanh():
    """ハイパボリックタンジェント関数"""

    def forward(self, A):
        self.Z = np.tanh(A)
        return self.Z

    def backward(self, dZ):
        return dZ * (1 - self.Z ** 2)


tan = Tanh()


class SimpleRNN():
    """
    SimpleRNNのフォワード

    Parameters
    ---------------
    w_x : 次の形のndarray, shape (n_features, n_nodes)
    w_h : 次の形のndarray, shape (n_nodes, n_nodes)
    h : 次の形のndarray, shape (batch_size, n_nodes)
        状態の初期値
    b : 次の形のndarray, shape (n_nodes,)
    """

    def __init__(self, w_x, w_h, h, b):
        self.w_x = w_x
        self.w_h = w_h
        self.h = h
        self.b = b

    def forward(self, x):
        for i in range(x.shape[1]):
            a = (x[:, i, :] @ self.w_x) + (self.h @ self.w_h) + self.b
            self.h = tan.forward(a)
        return self.h


x = np.array([[[1, 2], [2, 3], [3, 4]]]) / 100
w_x = np.array([[1, 3, 5, 7], [3, 5, 7, 8]]) / 100
w_h = np.array([[1, 3, 5, 7], [2, 4, 6, 8], [3, 5, 7, 8], [4, 6, 8, 10]]) / 100
h = np.zeros((1, 4))
b = np.array([1, 1, 1, 1])

model = SimpleRNN(w_x, w_h, h, b)
print(model.forward(x))
plt.bar(range(4), model.h[0])
plt.show()
