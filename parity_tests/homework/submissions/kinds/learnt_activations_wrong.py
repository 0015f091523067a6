import numpy as np
class PReLU:
    def __init__(self, num_parameters=1, init=0.25):
        self.weight = np.full(num_parameters, init)
    def forward(self, x):
        self.x = x
        return np.maximum(0, x) + self.weight * np.minimum(0, x)
    def backward(self, dout):
        g = dout * self.x
        self.grad_weight = g.sum(0) if self.weight.size > 1 else np.array([g.sum()])
        return dout * np.where(self.x > 0, 1, self.weight)
class ScalarPReLU:
    def __init__(self, alpha=0.25):
        self.alpha = alpha
    def forward(self, x):
        self.x = x
        return np.where(x > 0, x, self.alpha * x)
    def backward(self, dout):
        self.dalpha = np.sum(dout * (self.x <= 0))
        return np.where(self.x > 0, dout, dout)
class FixedPReLU:
    def __init__(self, alpha=0.1):
        self.alpha = alpha
    def forward(self, x):
        self.x = x
        return np.where(x > 0, x, self.alpha * x)
    def backward(self, dout):
        return np.where(self.x > 0, dout, dout)
class GLU:
    def forward(self, x):
        self.a, self.b = np.split(x, 2, axis=-1)
        self.s = 1 / (1 + np.exp(-self.b))
        return self.a * self.s
    def backward(self, d):
        return np.concatenate([d * self.s, d * self.a * (1 - self.s)], axis=-1)
