import numpy as np


class Optimizer:
    def update(self, parameters, grad):
        raise NotImplementedError


class Adam(Optimizer):
    # one Adam object per weight matrix
    def __init__(self, learning_rate=0.001, beta1=0.9, beta2=0.999):
        self.lr = learning_rate
        self.beta1, self.beta2 = beta1, beta2
        self.m = None
        self.v = None

    def update(self, parameters, grad):
        if self.m is None:
            self.m = np.zeros(grad.shape)
            self.v = np.zeros(grad.shape)
        # first moment
        self.m = self.beta1 * self.m + (1 - self.beta1) * grad
        # second moment
        self.v = self.beta2 * self.v + (1 - self.beta2) * np.power(grad, 2)
        # TODO bias correction?
        return parameters - self.lr * self.m / (np.sqrt(self.v) + 1e-8)


def rosenbrock_gradient(p):
    x, y = p
    return np.array([-2 * (1 - x) - 400 * x * (y - x * x), 200 * (y - x * x)])


opt = Adam(0.01)
p = np.array([-1.5, 2.0])
for i in range(2000):
    p = opt.update(p, rosenbrock_gradient(p))
print("minimum at", p)
