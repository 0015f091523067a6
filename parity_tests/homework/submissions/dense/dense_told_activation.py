"""Dense layers with the activation in them, by a word that has a default; features first."""
import numpy as np


class Fully_Connected_Layer():
    def __init__(self, n_prev, n_cur, act='relu'):
        self.W = np.random.randn(n_cur, n_prev)*np.sqrt(2./n_prev)
        self.b = np.zeros((n_cur, 1))
        self.act = act

    def forward_pass(self, A_prev):
        self.A_prev = A_prev
        self.Z = self.W @ A_prev + self.b
        if self.act == 'relu':
            return np.where(self.Z > 0, self.Z, 0)
        elif self.act == 'sigmoid':
            return 1/(1+np.exp(-self.Z))
        return self.Z

    def slope(self):
        if self.act == 'relu':
            return self.Z > 0
        elif self.act == 'sigmoid':
            s = 1/(1+np.exp(-self.Z))
            return s*(1-s)
        return 1

    def backward_pass(self, dA):
        m = dA.shape[1]
        dZ = dA*self.slope()
        self.dW = dZ @ self.A_prev.T / m
        self.db = np.sum(dZ, axis=1, keepdims=True)/m
        return self.W.T @ dZ


class FullyConnectedNoSlope(Fully_Connected_Layer):
    def slope(self):
        return 1


class FullyConnectedOneSlope(Fully_Connected_Layer):
    """Right for its default only."""

    def slope(self):
        return self.Z > 0


class DenseRows:
    """Rows, and tanh by default; gradients are sums."""

    def __init__(self, n_in, n_out, activation="tanh"):
        self.w, self.b = np.random.randn(n_in, n_out) * 0.1, np.zeros(n_out)
        self.activation = activation

    def forward(self, x):
        self.x = x
        z = x @ self.w + self.b
        self.y = np.tanh(z) if self.activation == "tanh" else np.maximum(z, 0) if self.activation == "relu" else z
        return self.y

    def backward(self, dy):
        dz = dy * (1 - self.y**2) if self.activation == "tanh" else dy * (self.y > 0)
        self.dw, self.db = self.x.T @ dz, dz.sum(axis=0)
        return dz @ self.w.T
