# coding: utf-8
# ゼロから作るDeep Learning2 4章 word2vecの高速化 (写経)
import sys
sys.path.append('..')
from common.np import *  # import numpy as np (cupy)
import numpy as np
from common.layers import Embedding as BookEmbedding
import collections


class Embedding:
    def __init__(self, W):
        self.params = [W]
        self.grads = [np.zeros_like(W)]
        self.idx = None

    def forward(self, idx):
        W, = self.params
        self.idx = idx
        out = W[idx]
        return out

    def backward(self, dout):
        dW, = self.grads
        dW[...] = 0
        np.add.at(dW, self.idx, self.dout)
        return None


class TimeEmbedding:
    """(N, T) の単語IDをまとめて処理する"""

    def __init__(self, W):
        self.params = [W]
        self.grads = [np.zeros_like(W)]
        self.xs = None

    def forward(self, xs):
        N, T = xs.shape
        V, D = self.params[0].shape
        out = np.empty((N, T, D))
        self.xs = xs
        for t in range(T):
            out[:, t, :] = self.params[0][xs[:, t]]
        return out

    def backward(self, dout):
        N, T, D = dout.shape
        grad = np.zeros_like(self.params[0])
        for t in range(T):
            for n, word_id in enumerate(self.xs[:, t]):
                grad[word_id] += dout[n, t]
        self.grads[0][...] = grad
        return None


class EmbeddingV1:
    # これでも動いた？ (重複があると?)
    def __init__(self, W):
        self.params = [W]
        self.grads = [np.zeros_like(W)]
        self.idx = None

    def forward(self, idx):
        self.idx = idx
        return self.params[0][idx]

    def backward(self, dout):
        dW, = self.grads
        dW[...] = 0
        dW[self.idx] = dout
        return None


class Softmax:
    def __init__(self):
        self.params, self.grads = [], []
        self.out = None

    def forward(self, x):
        x = x - x.max(axis=1, keepdims=True)
        self.out = np.exp(x)
        self.out /= self.out.sum(axis=1, keepdims=True)
        return self.out

    def backward(self, dout):
        dx = self.out * dout
        sumdx = np.sum(dx, axis=1, keepdims=True)
        dx -= self.out * sumdx
        return dx


W = np.arange(21).reshape(7, 3)
print(W[np.array([1, 0, 3, 0])])
