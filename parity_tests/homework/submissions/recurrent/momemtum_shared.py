import numpy as np


class Momemtum:
    '''モメンタム'''

    def __init__(self, lr=0.01, alpha=0.9):
        self.lr = lr
        self.alpha = alpha
        self.V = 0

    def update(self, params, grads):
        for key in params:
            self.V = self.alpha * self.V - self.lr * grads[key]
            params[key] = params[key] + self.V
        return params


class NAG:
    '''ネステロフ'''

    def __init__(self, lr=0.01, alpha=0.9):
        self.lr = lr
        self.alpha = alpha
        self.V = {}

    def update(self, params, grads):
        for key in params:
            v = self.V.get(key, np.zeros_like(params[key]))
            v_new = self.alpha * v - self.lr * grads[key]
            # 一歩先の位置
            params[key] = params[key] - self.alpha * v + (1 + self.alpha) * v_new
            self.V[key] = v_new
        return params


params = {'W': np.random.randn(2, 3), 'b': np.random.randn(3)}
opt = NAG()
for _ in range(3):
    params = opt.update(params, {'W': params['W'] * 2, 'b': params['b'] * 2})
print(params)
