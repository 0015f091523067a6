"""transformer from scratch, week 3: self-attention and multi-head attention"""
import numpy as np
import matplotlib.pyplot as plt


def softmax(x, axis=-1):
    e = np.exp(x - np.max(x, axis=axis, keepdims=True))
    return e / np.sum(e, axis=axis, keepdims=True)


class SelfAttention:
    def __init__(self, d_model, d_k):
        self.W_q = np.random.randn(d_model, d_k) * 0.1
        self.W_k = np.random.randn(d_model, d_k) * 0.1
        self.W_v = np.random.randn(d_model, d_k) * 0.1

    def forward(self, x):
        Q = x @ self.W_q
        K = x @ self.W_k
        V = x @ self.W_v
        scores = Q @ K.transpose(0, 2, 1) / np.sqrt(K.shape[-1])
        self.attn = softmax(scores)
        return self.attn @ V


class SelfAttentionUnscaled(SelfAttention):
    def forward(self, x):
        Q, K, V = x @ self.W_q, x @ self.W_k, x @ self.W_v
        return softmax(Q @ K.transpose(0, 2, 1)) @ V


class SelfAttentionOverQueries(SelfAttention):
    def forward(self, x):
        Q, K, V = x @ self.W_q, x @ self.W_k, x @ self.W_v
        return softmax(Q @ K.transpose(0, 2, 1) / np.sqrt(K.shape[-1]), axis=1) @ V


class SelfAttentionSwapped(SelfAttention):
    def forward(self, x):
        Q, K, V = x @ self.W_q, x @ self.W_v, x @ self.W_k
        return softmax(Q @ K.transpose(0, 2, 1) / np.sqrt(K.shape[-1])) @ V


class Linear:
    def __init__(self, d_in, d_out):
        self.W = np.random.randn(d_in, d_out) / np.sqrt(d_in)
        self.b = np.zeros(d_out)

    def __call__(self, x):
        return x @ self.W + self.b


class Attention:
    # one sequence, with projections that are layers
    def __init__(self, dim):
        self.query = Linear(dim, dim)
        self.key = Linear(dim, dim)
        self.value = Linear(dim, dim)

    def __call__(self, x):
        q, k, v = self.query(x), self.key(x), self.value(x)
        return softmax(q @ k.T / np.sqrt(q.shape[-1])) @ v


class MultiHeadAttention:
    def __init__(self, d_model, num_heads):
        assert d_model % num_heads == 0
        self.d_model = d_model
        self.num_heads = num_heads
        self.d_k = d_model // num_heads
        self.W_q = np.random.randn(d_model, d_model)
        self.W_k = np.random.randn(d_model, d_model)
        self.W_v = np.random.randn(d_model, d_model)
        self.W_o = np.random.randn(d_model, d_model)

    def split_heads(self, x):
        B, T, _ = x.shape
        return x.reshape(B, T, self.num_heads, self.d_k).transpose(0, 2, 1, 3)

    def join(self, x):
        B, h, T, d = x.shape
        return x.transpose(0, 2, 1, 3).reshape(B, T, h * d)

    def attend(self, Q, K, V, mask):
        scores = Q @ K.transpose(0, 1, 3, 2) / np.sqrt(self.d_k)
        if mask is not None:
            scores = np.where(mask == 0, -1e9, scores)
        return softmax(scores) @ V

    def forward(self, q, k, v, mask=None):
        Q = self.split_heads(q @ self.W_q)
        K = self.split_heads(k @ self.W_k)
        V = self.split_heads(v @ self.W_v)
        return self.join(self.attend(Q, K, V, mask)) @ self.W_o


class MHAScaledByModel(MultiHeadAttention):
    def attend(self, Q, K, V, mask):
        scores = Q @ K.transpose(0, 1, 3, 2) / np.sqrt(self.d_model)
        if mask is not None:
            scores = np.where(mask == 0, -1e9, scores)
        return softmax(scores) @ V


class MHAMaskAfter(MultiHeadAttention):
    def attend(self, Q, K, V, mask):
        w = softmax(Q @ K.transpose(0, 1, 3, 2) / np.sqrt(self.d_k))
        if mask is not None:
            w = w + (mask - 1) * 1e9
        return w @ V


class MHAHeadsReshaped(MultiHeadAttention):
    def split_heads(self, x):
        B, T, _ = x.shape
        return x.reshape(B, self.num_heads, T, self.d_k)


class MHAHeadsInterleaved(MultiHeadAttention):
    def split_heads(self, x):
        B, T, _ = x.shape
        return x.reshape(B, T, self.d_k, self.num_heads).transpose(0, 3, 1, 2)


class MHANotJoined(MultiHeadAttention):
    def join(self, x):
        B, h, T, d = x.shape
        return x.reshape(B, T, h * d)


class MHAWithoutOutput(MultiHeadAttention):
    def forward(self, q, k, v, mask=None):
        Q = self.split_heads(q @ self.W_q)
        K = self.split_heads(k @ self.W_k)
        V = self.split_heads(v @ self.W_v)
        return self.join(self.attend(Q, K, V, mask))


class MHASwapped(MultiHeadAttention):
    def forward(self, q, k, v, mask=None):
        Q = self.split_heads(q @ self.W_q)
        K = self.split_heads(v @ self.W_k)
        V = self.split_heads(k @ self.W_v)
        return self.join(self.attend(Q, K, V, mask)) @ self.W_o


class CausalSelfAttention:
    # after nanoGPT: one weight for queries, keys and values
    def __init__(self, n_embd, n_head, block_size=64):
        self.n_head = n_head
        self.c_attn_w = np.random.randn(n_embd, 3 * n_embd) * 0.02
        self.c_attn_b = np.zeros(3 * n_embd)
        self.c_proj_w = np.random.randn(n_embd, n_embd) * 0.02
        self.c_proj_b = np.zeros(n_embd)
        self.tril = np.tril(np.ones((block_size, block_size)))

    def forward(self, x):
        B, T, C = x.shape
        qkv = x @ self.c_attn_w + self.c_attn_b
        q, k, v = np.split(qkv, 3, axis=-1)
        q, k, v = [a.reshape(B, T, self.n_head, C // self.n_head).transpose(0, 2, 1, 3) for a in (q, k, v)]
        att = q @ k.swapaxes(-1, -2) / np.sqrt(k.shape[-1])
        att = np.where(self.tril[:T, :T] == 0, -np.inf, att)
        y = softmax(att) @ v
        return y.transpose(0, 2, 1, 3).reshape(B, T, C) @ self.c_proj_w + self.c_proj_b


class CausalSelfAttentionForward(CausalSelfAttention):
    # the mask the wrong way round: sees the future
    def forward(self, x):
        B, T, C = x.shape
        qkv = x @ self.c_attn_w + self.c_attn_b
        q, k, v = np.split(qkv, 3, axis=-1)
        q, k, v = [a.reshape(B, T, self.n_head, C // self.n_head).transpose(0, 2, 1, 3) for a in (q, k, v)]
        att = q @ k.swapaxes(-1, -2) / np.sqrt(k.shape[-1])
        att = np.where(self.tril[:T, :T].T == 0, -np.inf, att)
        y = softmax(att) @ v
        return y.transpose(0, 2, 1, 3).reshape(B, T, C) @ self.c_proj_w + self.c_proj_b


class CausalAttention(SelfAttention):
    # does not hide anything
    def __call__(self, x):
        return self.forward(x)


def self_attention(X, Wq, Wk, Wv):
    Q, K, V = X @ Wq, X @ Wk, X @ Wv
    A = softmax(Q @ K.T / np.sqrt(K.shape[1]))
    return A @ V


def multi_head_attention(x, w_query, w_key, w_value, w_out, n_heads):
    batch, steps, d = x.shape
    heads = []
    size = d // n_heads
    q, k, v = x @ w_query, x @ w_key, x @ w_value
    for h in range(n_heads):
        s = slice(h * size, (h + 1) * size)
        a = softmax(np.einsum('bqd,bkd->bqk', q[:, :, s], k[:, :, s]) / size ** 0.5)
        heads.append(np.einsum('bqk,bkd->bqd', a, v[:, :, s]))
    return np.concatenate(heads, axis=-1) @ w_out


def multi_head_attention_overwritten(x, w_query, w_key, w_value, w_out, n_heads):
    batch, steps, d = x.shape
    size = d // n_heads
    q, k, v = x @ w_query, x @ w_key, x @ w_value
    out = np.zeros_like(x)
    for h in range(n_heads):
        s = slice(h * size, (h + 1) * size)
        a = softmax(np.einsum('bqd,bkd->bqk', q[:, :, s], k[:, :, s]) / size ** 0.5)
        out[:, :, s] = np.einsum('bqk,bkd->bqd', a, v[:, :, 0:size])
    return out @ w_out


class Head:
    def __init__(self, d_model, head_size):
        self.W_q = np.random.randn(d_model, head_size)
        self.W_k = np.random.randn(d_model, head_size)
        self.W_v = np.random.randn(d_model, head_size)

    def forward(self, x):
        q, k, v = x @ self.W_q, x @ self.W_k, x @ self.W_v
        return softmax(q @ k.transpose(0, 2, 1) * q.shape[-1] ** -0.5) @ v


class MultiHeadSelfAttention:
    def __init__(self, d_model, n_heads):
        self.heads = [Head(d_model, d_model // n_heads) for _ in range(n_heads)]
        self.Wo = np.random.randn(d_model, d_model)

    def forward(self, x):
        return np.concatenate([h.forward(x) for h in self.heads], axis=-1) @ self.Wo


plt.imshow(softmax(np.random.randn(4, 4)))
