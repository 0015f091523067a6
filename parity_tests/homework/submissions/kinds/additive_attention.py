"""seq2seq with attention, week 5: the alignment model, without a framework"""
import numpy as np


def softmax(x, axis=-1):
    e = np.exp(x - x.max(axis=axis, keepdims=True))
    return e / e.sum(axis=axis, keepdims=True)


class AdditiveAttention:
    """queries (batch, no. of queries, q), keys (batch, no. of pairs, k)"""

    def __init__(self, key_size, query_size, num_hiddens):
        self.W_k = np.random.randn(key_size, num_hiddens) * 0.1
        self.W_q = np.random.randn(query_size, num_hiddens) * 0.1
        self.w_v = np.random.randn(num_hiddens, 1) * 0.1

    def forward(self, queries, keys, values):
        queries, keys = queries @ self.W_q, keys @ self.W_k
        features = np.tanh(np.expand_dims(queries, 2) + np.expand_dims(keys, 1))
        scores = (features @ self.w_v).squeeze(-1)
        self.attention_weights = softmax(scores)
        return self.attention_weights @ values


class BahdanauAttention:
    """one state of the decoder against all of the encoder's, with the backward pass by hand"""

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
        dh = self.a[:, :, None] * dc[:, None, :] + dz @ self.Ua.T
        return dz.sum(axis=1) @ self.Wa.T, dh


def additive_attention(q, k, v, W_q, W_k, w_v, mask=None):
    scores = np.tanh((q @ W_q)[:, :, None] + (k @ W_k)[:, None]) @ w_v
    if mask is not None:
        scores = np.where(mask[:, None, :], scores, -1e9)
    return softmax(scores) @ v


def bahdanau_attention_one(query, keys, W_q, W_k, v):
    """a single query, no batch"""
    scores = np.tanh(W_q @ query + keys @ W_k.T) @ v
    weights = softmax(scores)
    return weights @ keys


def bahdanau_attention_bias(q, k, v, W_q, W_k, w_v, b):
    return softmax(np.tanh((q @ W_q)[:, :, None] + (k @ W_k)[:, None] + b) @ w_v) @ v


class BahdanauAttentionWeights:
    """as in the translation tutorial: the context and its weights"""

    def __init__(self, units, query_dim, value_dim):
        self.W1 = np.random.randn(query_dim, units)
        self.W2 = np.random.randn(value_dim, units)
        self.V = np.random.randn(units, 1)

    def __call__(self, query, values):
        score = np.tanh((query @ self.W1)[:, None] + values @ self.W2) @ self.V
        attention_weights = softmax(score, axis=1)
        return (attention_weights * values).sum(axis=1), attention_weights
