import numpy as np

# LayerNorm as in the transformer exercise. x: (tokens, features)


class LayerNormBase:
    def __init__(self, features, eps=1e-5):
        self.gamma = np.ones(features)
        self.beta = np.zeros(features)
        self.eps = eps

    def forward(self, x):
        mu = np.mean(x, axis=1, keepdims=True)
        self.inv = 1.0 / np.sqrt(np.mean((x - mu) ** 2, axis=1, keepdims=True) + self.eps)
        self.n = (x - mu) * self.inv
        return self.n * self.gamma + self.beta


class LayerNorm(LayerNormBase):
    def backward(self, dout):
        self.dgamma = np.sum(dout * self.n, axis=0)
        self.dbeta = np.sum(dout, axis=0)
        g = dout * self.gamma
        a = np.mean(g, axis=1, keepdims=True)
        b = np.mean(g * self.n, axis=1, keepdims=True)
        return self.inv * (g - a - b * self.n)


class LayerNormGammaLast(LayerNormBase):
    """gamma multiplied in at the end, as in batch norm"""

    def backward(self, dout):
        self.dgamma = np.sum(dout * self.n, axis=0)
        self.dbeta = np.sum(dout, axis=0)
        a = np.mean(dout, axis=1, keepdims=True)
        b = np.mean(dout * self.n, axis=1, keepdims=True)
        return self.gamma * self.inv * (dout - a - b * self.n)


class LayerNormInPlace(LayerNormBase):
    """saves one array: gamma is multiplied into dout first"""

    def backward(self, dout):
        dout *= self.gamma
        self.dgamma = np.sum(dout * self.n, axis=0)
        self.dbeta = np.sum(dout, axis=0)
        a = np.mean(dout, axis=1, keepdims=True)
        b = np.mean(dout * self.n, axis=1, keepdims=True)
        return self.inv * (dout - a - b * self.n)


class BatchNorm1d:
    """the same over the batch"""

    def __init__(self, features, eps=1e-5):
        self.gamma, self.beta, self.eps = np.ones(features), np.zeros(features), eps

    def forward(self, x):
        self.inv = 1.0 / np.sqrt(x.var(axis=0) + self.eps)
        self.n = (x - x.mean(axis=0)) * self.inv
        return self.n * self.gamma + self.beta

    def backward(self, dout):
        self.dgamma = np.sum(dout * self.n, axis=0)
        self.dbeta = np.sum(dout, axis=0)
        # gamma may well come last here: it is the same for the whole batch
        m = dout - dout.mean(axis=0) - self.n * np.mean(dout * self.n, axis=0)
        return self.gamma * self.inv * m


class BatchNorm1dMeanGamma(BatchNorm1d):
    def backward(self, dout):
        super().backward(dout)
        m = dout - dout.mean(axis=0) - self.n * np.mean(dout * self.n, axis=0)
        return self.gamma.mean() * self.inv * m


ln = LayerNorm(6)
print(ln.backward(ln.forward(np.random.rand(3, 6))).shape)
