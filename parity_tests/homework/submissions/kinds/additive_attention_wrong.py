"""seq2seq with attention, week 5: attempts at the alignment model"""
import numpy as np


def softmax(x, axis=-1):
    e = np.exp(x - x.max(axis=axis, keepdims=True))
    return e / e.sum(axis=axis, keepdims=True)


class AdditiveAttentionLinear:
    def __init__(self, key_size, query_size, num_hiddens):
        self.W_k = np.random.randn(key_size, num_hiddens) * 0.1
        self.W_q = np.random.randn(query_size, num_hiddens) * 0.1
        self.w_v = np.random.randn(num_hiddens, 1) * 0.1

    def forward(self, queries, keys, values):
        features = (queries @ self.W_q)[:, :, None] + (keys @ self.W_k)[:, None]
        return softmax((features @ self.w_v)[..., 0]) @ values


class AdditiveAttentionOverQueries(AdditiveAttentionLinear):
    def forward(self, queries, keys, values):
        features = np.tanh((queries @ self.W_q)[:, :, None] + (keys @ self.W_k)[:, None])
        return softmax((features @ self.w_v)[..., 0], axis=1) @ values


class BahdanauAttentionValues:
    """the gradient of the annotations as keys, not as values"""

    def __init__(self, dec_dim, enc_dim, units):
        self.Wa = np.random.randn(dec_dim, units) * 0.1
        self.Ua = np.random.randn(enc_dim, units) * 0.1
        self.va = np.random.randn(units) * 0.1

    def forward(self, s, h):
        self.s, self.h = s, h
        self.t = np.tanh((s @ self.Wa)[:, None, :] + h @ self.Ua)
        self.a = softmax(self.t @ self.va)
        return np.einsum("bt,btd->bd", self.a, h)

    def backward(self, dc):
        da = np.einsum("bd,btd->bt", dc, self.h)
        de = self.a * (da - (self.a * da).sum(axis=1, keepdims=True))
        self.dva = np.einsum("bt,btu->u", de, self.t)
        dz = de[:, :, None] * self.va * (1 - self.t ** 2)
        self.dWa = self.s.T @ dz.sum(axis=1)
        self.dUa = np.einsum("btd,btu->du", self.h, dz)
        return dz.sum(axis=1) @ self.Wa.T, dz @ self.Ua.T


class BahdanauAttentionSlope(BahdanauAttentionValues):
    """the derivative of the tanh, not squared"""

    def backward(self, dc):
        da = np.einsum("bd,btd->bt", dc, self.h)
        de = self.a * (da - (self.a * da).sum(axis=1, keepdims=True))
        self.dva = np.einsum("bt,btu->u", de, self.t)
        dz = de[:, :, None] * self.va * (1 - self.t)
        self.dWa = self.s.T @ dz.sum(axis=1)
        self.dUa = np.einsum("btd,btu->du", self.h, dz)
        return dz.sum(axis=1) @ self.Wa.T, self.a[:, :, None] * dc[:, None, :] + dz @ self.Ua.T


def additive_attention_masked_after(q, k, v, W_q, W_k, w_v, mask=None):
    weights = softmax(np.tanh((q @ W_q)[:, :, None] + (k @ W_k)[:, None]) @ w_v)
    if mask is not None:
        weights = weights * mask[:, None, :]
    return weights @ v


class BahdanauAttentionScores(BahdanauAttentionValues):
    """the annotations get their gradient as values alone"""

    def backward(self, dc):
        dq, _ = super().backward(dc)
        return dq, self.a[:, :, None] * dc[:, None, :]


def additive_attention_swapped(q, k, v, W_q, W_k, w_v):
    scores = np.tanh((q @ W_q)[:, :, None] - (k @ W_k)[:, None]) @ w_v
    return softmax(scores) @ v
