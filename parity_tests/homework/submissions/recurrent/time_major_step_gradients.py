import numpy as np
import matplotlib.pyplot as plt


class MSELoss:
    """Mean over everything."""

    def forward(self, pred, target):
        self.diff = pred - target
        return np.mean(self.diff ** 2)

    def backward(self):
        return 2 * self.diff / self.diff.size


class RNN:
    """
    s_t = tanh(W x_t + R s_{t-1} + bs),  y_t = V s_t + by

    time-major: x is (T, N, D), s is (T, N, H), y is (T, N, O)
    W (H, D), R (H, H), V (O, H), bs (H, 1), by (O, 1)
    """

    def __init__(self, n_in, n_hidden, n_out, seed=None):
        rs = np.random.RandomState(seed)
        self.W = rs.randn(n_hidden, n_in) / np.sqrt(n_in)
        self.R = rs.randn(n_hidden, n_hidden) / np.sqrt(n_hidden)
        self.V = rs.randn(n_out, n_hidden) / np.sqrt(n_hidden)
        self.bs = np.zeros((n_hidden, 1))
        self.by = np.zeros((n_out, 1))

    def forward(self, x):
        T, N, _ = x.shape
        self.x = x
        self.s = np.zeros((T + 1, N, self.R.shape[0]))   # s[-1] stays 0: the state before the beginning
        for t in range(T):
            self.s[t] = np.tanh((self.W @ x[t].T + self.R @ self.s[t - 1].T + self.bs).T)
        return self.s[:T] @ self.V.T + self.by.T

    def backward(self, dy):
        """dy (T, N, O). The gradients are returned per time step, sum them over axis 0."""
        T = len(dy)
        names = {"dW": self.W, "dR": self.R, "dV": self.V, "dbs": self.bs, "dby": self.by}
        grads = {k: np.zeros((T,) + w.shape) for k, w in names.items()}
        grads["dx"] = np.zeros_like(self.x)
        future = np.zeros_like(self.s[0])
        for t in range(T - 1, -1, -1):
            grads["dV"][t] = dy[t].T @ self.s[t]
            grads["dby"][t] = dy[t].sum(axis=0)[:, None]
            delta = (dy[t] @ self.V + future) * (1 - self.s[t] ** 2)
            grads["dW"][t] = delta.T @ self.x[t]
            grads["dR"][t] = delta.T @ self.s[t - 1]
            grads["dbs"][t] = delta.sum(axis=0)[:, None]
            grads["dx"][t] = delta @ self.W
            future = delta @ self.R
        return grads

    def step(self, grads, lr):
        for name in ("W", "R", "V", "bs", "by"):
            setattr(self, name, getattr(self, name) - lr * grads["d" + name].sum(axis=0))


net, criterion = RNN(1, 20, 1, seed=3), MSELoss()
series = np.sin(np.arange(200) / 5.)[:, None, None]
losses = []
for i in range(300):
    losses.append(criterion.forward(net.forward(series[:-1]), series[1:]))
    net.step(net.backward(criterion.backward()), 0.05)
plt.plot(losses)
plt.savefig("loss.png")
