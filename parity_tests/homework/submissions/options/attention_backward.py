# self-attention with its gradients, by hand
import numpy as np


def softmax(z):
    z = z - z.max(-1, keepdims=True)
    return np.exp(z) / np.exp(z).sum(-1, keepdims=True)


class SelfAttention(object):

    def __init__(self, d_model, causal=False):
        s = 1 / np.sqrt(d_model)
        self.params = {n: s * np.random.randn(d_model, d_model) for n in ('Wq', 'Wk', 'Wv', 'Wo')}
        self.grads = {}
        self.causal = causal

    def forward(self, x):
        p = self.params
        q, k, v = x @ p['Wq'], x @ p['Wk'], x @ p['Wv']
        s = q @ k.swapaxes(1, 2) / np.sqrt(q.shape[-1])
        if self.causal:
            T = x.shape[1]
            s = s + np.triu(np.full((T, T), -1e9), 1)
        a = softmax(s)
        h = a @ v
        self.cache = x, q, k, v, a, h
        return h @ p['Wo']

    def backward(self, dout):
        x, q, k, v, a, h = self.cache
        p, g = self.params, self.grads
        g['Wo'] = np.einsum('btd,bte->de', h, dout)
        dh = dout @ p['Wo'].T
        dv = a.swapaxes(1, 2) @ dh
        da = dh @ v.swapaxes(1, 2)
        ds = a * (da - (a * da).sum(-1, keepdims=True)) / np.sqrt(q.shape[-1])
        dq, dk = ds @ k, ds.swapaxes(1, 2) @ q
        for n, d in (('Wq', dq), ('Wk', dk), ('Wv', dv)):
            g[n] = np.einsum('btd,bte->de', x, d)
        return dq @ p['Wq'].T + dk @ p['Wk'].T + dv @ p['Wv'].T


class SelfAttentionKeysLost(SelfAttention):
    def backward(self, dout):
        dx = super().backward(dout)
        x, q, k, v, a, h = self.cache
        dh = dout @ self.params['Wo'].T
        da = dh @ v.swapaxes(1, 2)
        ds = a * (da - (a * da).sum(-1, keepdims=True)) / np.sqrt(q.shape[-1])
        return dx - ds.swapaxes(1, 2) @ q @ self.params['Wk'].T


class SelfAttentionDiagonal(SelfAttention):
    """softmax derivative a (1 - a)"""

    def backward(self, dout):
        x, q, k, v, a, h = self.cache
        p, g = self.params, self.grads
        g['Wo'] = np.einsum('btd,bte->de', h, dout)
        dh = dout @ p['Wo'].T
        dv = a.swapaxes(1, 2) @ dh
        ds = a * (1 - a) * (dh @ v.swapaxes(1, 2)) / np.sqrt(q.shape[-1])
        dq, dk = ds @ k, ds.swapaxes(1, 2) @ q
        for n, d in (('Wq', dq), ('Wk', dk), ('Wv', dv)):
            g[n] = np.einsum('btd,bte->de', x, d)
        return dq @ p['Wq'].T + dk @ p['Wk'].T + dv @ p['Wv'].T


class SelfAttentionCausalIgnored(SelfAttention):
    def forward(self, x):
        self.causal = False
        return super().forward(x)


class MultiHeadAttention:
    """weights as lists, padding mask (batch, time), 1 where there is a word"""

    def __init__(self, embed_dim, num_heads, bias=True):
        self.h, self.d = num_heads, embed_dim // num_heads
        make = lambda: np.random.normal(0, embed_dim ** -0.5, (embed_dim, embed_dim))
        self.q_proj, self.k_proj, self.v_proj, self.out_proj = make(), make(), make(), make()
        self.q_bias, self.k_bias, self.v_bias, self.out_bias = (np.zeros(embed_dim) for _ in range(4))

    def _heads(self, x):
        return x.reshape(len(x), -1, self.h, self.d).transpose(0, 2, 1, 3)

    def forward(self, x, mask=None):
        q = self._heads(x @ self.q_proj.T + self.q_bias)
        k = self._heads(x @ self.k_proj.T + self.k_bias)
        v = self._heads(x @ self.v_proj.T + self.v_bias)
        s = np.einsum('bhqd,bhkd->bhqk', q, k) / np.sqrt(self.d)
        if mask is not None:
            s = np.where(mask[:, None, None, :] == 0, -1e9, s)
        y = np.einsum('bhqk,bhkd->bqhd', softmax(s), v).reshape(x.shape)
        return y @ self.out_proj.T + self.out_bias


class MultiHeadAttentionMaskRows(MultiHeadAttention):
    # hides queries, not keys
    def forward(self, x, mask=None):
        q = self._heads(x @ self.q_proj.T + self.q_bias)
        k = self._heads(x @ self.k_proj.T + self.k_bias)
        v = self._heads(x @ self.v_proj.T + self.v_bias)
        s = np.einsum('bhqd,bhkd->bhqk', q, k) / np.sqrt(self.d)
        if mask is not None:
            s = np.where(mask[:, None, :, None] == 0, -1e9, s)
        y = np.einsum('bhqk,bhkd->bqhd', softmax(s), v).reshape(x.shape)
        return y @ self.out_proj.T + self.out_bias
