import numpy as np
from collections import defaultdict


class Adam:
    """params: dict of arrays, kept by reference; update_params(grads) takes a dict with the same keys"""

    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8):
        self.params = params
        self.lr = lr
        self.betas = betas
        self.eps = eps
        self.t = 0
        self.state = defaultdict(lambda: [0.0, 0.0])

    def update_params(self, grads):
        self.t += 1
        b1, b2 = self.betas
        for name, p in self.params.items():
            s = self.state[name]
            s[0] = b1 * s[0] + (1 - b1) * grads[name]
            s[1] = b2 * s[1] + (1 - b2) * grads[name] ** 2
            m = s[0] / (1 - b1 ** self.t)
            v = s[1] / (1 - b2 ** self.t)
            p -= self.lr * m / (np.sqrt(v) + self.eps)


class AdamW(Adam):
    """Adam with weight decay"""

    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=1e-2):
        super().__init__(params, lr, betas, eps)
        self.weight_decay = weight_decay

    def update_params(self, grads):
        for p in self.params.values():
            p *= 1 - self.lr * self.weight_decay
        super().update_params(grads)


class Lookahead:
    """not finished, do not use"""

    def __init__(self, optimizer, k=5):
        self.optimizer, self.k = optimizer, k


def test_quadratic():
    params = {"w": np.full((2, 3), 5.0), "b": np.full(3, -4.0)}
    opt = AdamW(params, lr=0.1)
    for _ in range(500):
        opt.update_params({"w": 2 * params["w"], "b": 2 * params["b"]})
    return params


if __name__ == "__main__":
    print(test_quadratic())
