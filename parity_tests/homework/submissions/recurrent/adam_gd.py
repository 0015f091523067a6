import numpy as np


class AdamGD:
    """Adam gradient descent for a two hidden layer network.

    parameters: dict with W1, b1, W2, b2, ...; the gradients come as dW1, db1, ...
    """

    def __init__(self, lr, beta1, beta2, epsilon, params):
        self.lr = lr
        self.beta1 = beta1
        self.beta2 = beta2
        self.epsilon = epsilon
        self.params = params
        self.momentum = {}
        self.velocity = {}
        for key in self.params:
            self.momentum["d" + key] = np.zeros(self.params[key].shape)
            self.velocity["d" + key] = np.zeros(self.params[key].shape)

    def reset_params(self, params):
        self.params = params

    def update_params(self, grads):
        for key in self.params:
            g = grads["d" + key]
            m = self.momentum["d" + key]
            v = self.velocity["d" + key]
            m = self.beta1 * m + (1 - self.beta1) * g
            v = self.beta2 * v + (1 - self.beta2) * g ** 2
            self.momentum["d" + key] = m
            self.velocity["d" + key] = v
            self.params[key] = self.params[key] - self.lr * m / (np.sqrt(v) + self.epsilon)
        return self.params


if __name__ == "__main__":
    p = {"W1": np.ones((3, 2)), "b1": np.zeros(2)}
    opt = AdamGD(lr=0.001, beta1=0.9, beta2=0.999, epsilon=1e-8, params=p)
    for i in range(5):
        p = opt.update_params({"dW1": 2 * p["W1"], "db1": p["b1"] + 1})
        print(i, p["W1"][0], p["b1"])
