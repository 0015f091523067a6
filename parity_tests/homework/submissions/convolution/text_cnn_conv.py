import numpy as np
from gensim.models import word2vec   # embeddings for later

VOCAB = 5000
EMB = 64


class TextConv:
    """convolution over the words of a sentence: (batch, words, emb) -> (batch, words - k + 1, filters)"""

    def __init__(self, W, b):
        self.W = W      # (k, emb, filters)
        self.b = b      # (filters,)
        self.dW = None
        self.db = None

    def forward(self, x):
        k = self.W.shape[0]
        self.x = x
        n = x.shape[1] - k + 1
        windows = np.stack([x[:, i:i + n] for i in range(k)], axis=2)   # (batch, n, k, emb)
        self.windows = windows
        return np.tensordot(windows, self.W, axes=2) + self.b

    def backward(self, dout):
        k = self.W.shape[0]
        n = dout.shape[1]
        self.dW = np.tensordot(self.windows, dout, axes=([0, 1], [0, 1]))
        # bias is shared by the batch
        self.db = np.sum(dout, axis=0)
        dwin = np.tensordot(dout, self.W, axes=(2, 2))
        dx = np.zeros_like(self.x)
        for i in range(k):
            dx[:, i:i + n] += dwin[:, :, i]
        return dx


model = word2vec.Word2Vec.load('jawiki.model')
conv = TextConv(np.random.randn(3, EMB, 16) * 0.1, np.zeros(16))
