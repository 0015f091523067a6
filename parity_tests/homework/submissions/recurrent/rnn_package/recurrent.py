import numpy as np

from layer import Layer
from activation import FUNCTIONS


class Recurrent(Layer):
    """h_t = f(x_t Wx + h_{t-1} Wh + b), all the states come out"""

    def __init__(self, n_in, n_out, activation="tanh", scale=0.2):
        super().__init__()
        self.f, self.f_prime = FUNCTIONS[activation]
        self.add("Wx", scale * np.random.randn(n_in, n_out))
        self.add("Wh", scale * np.random.randn(n_out, n_out))
        self.add("b", np.zeros(n_out))

    def feed_forward(self, x):
        p = self.params
        self.x = x
        self.states = [np.zeros((len(x), len(p["b"])))]
        for t in range(x.shape[1]):
            self.states.append(self.f(x[:, t] @ p["Wx"] + self.states[t] @ p["Wh"] + p["b"]))
        return np.stack(self.states[1:], axis=1)

    def feed_back(self, dy):
        p, g = self.params, self.grads
        self.zero_grad()
        dx = np.zeros_like(self.x)
        dh = np.zeros_like(self.states[0])
        for t in range(dy.shape[1] - 1, -1, -1):
            da = (dy[:, t] + dh) * self.f_prime(self.states[t + 1])
            g["Wx"] += self.x[:, t].T @ da
            g["Wh"] += self.states[t].T @ da
            g["b"] += da.sum(axis=0)
            dx[:, t] = da @ p["Wx"].T
            dh = da @ p["Wh"].T
        return dx


class LeakyRecurrent(Layer):
    """Same, but I wanted to see what happens without the recurrent path of the first step"""

    def __init__(self, n_in, n_out, activation="tanh", scale=0.2):
        super().__init__()
        self.f, self.f_prime = FUNCTIONS[activation]
        self.add("Wx", scale * np.random.randn(n_in, n_out))
        self.add("Wh", scale * np.random.randn(n_out, n_out))
        self.add("b", np.zeros(n_out))

    def feed_forward(self, x):
        p = self.params
        self.x = x
        h = np.zeros((len(x), len(p["b"])))
        self.states = [h]
        for t in range(x.shape[1]):
            h = self.f(x[:, t] @ p["Wx"] + h @ p["Wh"] + p["b"])
            self.states.append(h)
        return np.stack(self.states[1:], axis=1)

    def feed_back(self, dy):
        p, g = self.params, self.grads
        self.zero_grad()
        dx = np.zeros_like(self.x)
        dh = np.zeros_like(self.states[0])
        for t in range(dy.shape[1] - 1, 0, -1):
            da = (dy[:, t] + dh) * self.f_prime(self.states[t + 1])
            g["Wx"] += self.x[:, t].T @ da
            g["Wh"] += self.states[t].T @ da
            g["b"] += da.sum(axis=0)
            dx[:, t] = da @ p["Wx"].T
            dh = da @ p["Wh"].T
        return dx
