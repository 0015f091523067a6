# scaled dot-product attention, as functions and as a class
import numpy as np


def softmax(x, axis=-1):
    e = np.exp(x - x.max(axis=axis, keepdims=True))
    return e / e.sum(axis=axis, keepdims=True)


def scaled_dot_product_attention(Q, K, V, mask=None):
    s = Q @ K.swapaxes(-1, -2) / np.sqrt(Q.shape[-1])
    if mask is not None:
        s = np.where(mask == 0, -1e9, s)
    w = softmax(s)
    return w @ V, w


def attention_hidden(q, k, v, mask=None):
    logits = q @ k.swapaxes(-1, -2) / np.sqrt(k.shape[-1])
    if mask is not None:
        logits += mask * -1e9
    return softmax(logits) @ v


def attention_one(query, key, value):
    return softmax(query @ key.T / np.sqrt(key.shape[-1])) @ value


def attention_masked_after(Q, K, V, mask=None):
    w = softmax(Q @ K.swapaxes(-1, -2) / np.sqrt(Q.shape[-1]))
    if mask is not None:
        w = w * mask
    return w @ V


def attention_by_keys(Q, K, V, mask=None):
    s = Q @ K.swapaxes(-1, -2) / np.sqrt(K.shape[1])
    if mask is not None:
        s = np.where(mask == 0, -1e9, s)
    return softmax(s) @ V


class ScaledDotProductAttention:
    def forward(self, q, k, v):
        self.q, self.k, self.v = q, k, v
        self.scale = 1 / np.sqrt(q.shape[-1])
        self.a = softmax(q @ k.transpose(0, 2, 1) * self.scale)
        return self.a @ v

    def backward(self, dy):
        dv = self.a.transpose(0, 2, 1) @ dy
        da = dy @ self.v.transpose(0, 2, 1)
        ds = self.a * (da - (da * self.a).sum(-1, keepdims=True)) * self.scale
        return ds @ self.k, ds.transpose(0, 2, 1) @ self.q, dv


class AttentionUnscaled(ScaledDotProductAttention):
    def backward(self, dy):
        dq, dk, dv = super().backward(dy)
        return dq / self.scale, dk, dv


class ScaledAttention:
    # made with the size of the keys; keeps what it was called with under plain names
    def __init__(self, d_k):
        self.d_k = d_k

    def forward(self, q, k, v):
        self.q, self.k, self.v = q, k, v
        self.weights = softmax(q @ k.transpose(0, 2, 1) / np.sqrt(self.d_k))
        return self.weights @ v


class DotAttention:
    # with a dropout that is off, and the root of the size as a temperature; the temperature is used twice
    def __init__(self, temperature, attn_dropout=0.1):
        self.temperature = temperature

    def forward(self, q, k, v, mask=None):
        attn = (q / self.temperature) @ k.transpose(0, 2, 1)
        if mask is not None:
            attn = np.where(mask == 0, -1e9, attn)
        return softmax(attn / self.temperature) @ v
