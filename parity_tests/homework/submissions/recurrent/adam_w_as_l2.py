import numpy as np


class AdamW:
    """Decoupled weight decay (Loshchilov & Hutter). Lists of parameters and gradients."""

    def __init__(self, lr=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-8, weight_decay=0.01):
        self.lr = lr
        self.beta_1 = beta_1
        self.beta_2 = beta_2
        self.epsilon = epsilon
        self.weight_decay = weight_decay
        self.iterations = 0
        self.ms = None
        self.vs = None

    def step(self, params, grads):
        if self.ms is None:
            self.ms = [np.zeros_like(p) for p in params]
            self.vs = [np.zeros_like(p) for p in params]
        self.iterations += 1
        for p, g, m, v in zip(params, grads, self.ms, self.vs):
            g = g + self.weight_decay * p
            m[...] = self.beta_1 * m + (1 - self.beta_1) * g
            v[...] = self.beta_2 * v + (1 - self.beta_2) * g * g
            m_hat = m / (1 - self.beta_1 ** self.iterations)
            v_hat = v / (1 - self.beta_2 ** self.iterations)
            p -= self.lr * m_hat / (np.sqrt(v_hat) + self.epsilon)


class Adam:
    def __init__(self, lr=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-8):
        self.lr = lr
        self.beta_1 = beta_1
        self.beta_2 = beta_2
        self.epsilon = epsilon
        self.iterations = 0
        self.ms = None
        self.vs = None

    def step(self, params, grads):
        if self.ms is None:
            self.ms = [np.zeros_like(p) for p in params]
            self.vs = [np.zeros_like(p) for p in params]
        for p, g, m, v in zip(params, grads, self.ms, self.vs):
            self.iterations += 1
            m[...] = self.beta_1 * m + (1 - self.beta_1) * g
            v[...] = self.beta_2 * v + (1 - self.beta_2) * g * g
            m_hat = m / (1 - self.beta_1 ** self.iterations)
            v_hat = v / (1 - self.beta_2 ** self.iterations)
            p -= self.lr * m_hat / (np.sqrt(v_hat) + self.epsilon)


weights = [np.random.randn(4, 3), np.random.randn(3)]
optimizer = AdamW(lr=0.01)
for _ in range(100):
    optimizer.step(weights, [2 * w for w in weights])
print(sum(np.sum(w ** 2) for w in weights))
