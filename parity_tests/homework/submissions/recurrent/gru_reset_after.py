"""GRU with the equations of torch.nn.GRU: two biases, the reset gate is applied after the hidden matrix."""
import numpy as np


def sigmoid(x):
    return 0.5 * (1 + np.tanh(0.5 * x))


class GRULayer:
    def __init__(self, input_size, hidden_size):
        bound = 1 / np.sqrt(hidden_size)
        u = lambda *shape: np.random.uniform(-bound, bound, shape)
        self.H = hidden_size
        # r, z, n stacked along axis 0
        self.W_ih = u(3 * hidden_size, input_size)
        self.W_hh = u(3 * hidden_size, hidden_size)
        self.b_ih = u(3 * hidden_size)
        self.b_hh = u(3 * hidden_size)

    def forward(self, x, h0=None):
        B, T, _ = x.shape
        h = np.zeros((B, self.H)) if h0 is None else h0
        outputs, self.cache = [], []
        for t in range(T):
            xr, xz, xn = np.split(x[:, t] @ self.W_ih.T + self.b_ih, 3, axis=1)
            hr, hz, hn = np.split(h @ self.W_hh.T + self.b_hh, 3, axis=1)
            r, z = sigmoid(xr + hr), sigmoid(xz + hz)
            n = np.tanh(xn + r * hn)
            self.cache.append((x[:, t], h, r, z, n, hn))
            h = (1 - z) * n + z * h
            outputs.append(h)
        return np.stack(outputs, axis=1)

    def backward(self, grad):
        T = grad.shape[1]
        self.dW_ih, self.dW_hh = np.zeros_like(self.W_ih), np.zeros_like(self.W_hh)
        self.db_ih, self.db_hh = np.zeros_like(self.b_ih), np.zeros_like(self.b_hh)
        dx = [None] * T
        dh = np.zeros_like(grad[:, 0])
        for t in reversed(range(T)):
            x, h, r, z, n, hn = self.cache[t]
            dh = dh + grad[:, t]
            dn = dh * (1 - z) * (1 - n * n)
            dz = dh * (h - n) * z * (1 - z)
            dr = dn * hn * r * (1 - r)
            d_ih = np.concatenate((dr, dz, dn), axis=1)
            d_hh = np.concatenate((dr, dz, dn * r), axis=1)
            self.dW_ih += d_ih.T @ x
            self.dW_hh += d_hh.T @ h
            self.db_ih += d_ih.sum(axis=0)
            self.db_hh += d_hh.sum(axis=0)
            dx[t] = d_ih @ self.W_ih
            dh = dh * z + d_hh @ self.W_hh
        return np.stack(dx, axis=1), dh


def compare():
    import torch

    mine, theirs = GRULayer(3, 4), torch.nn.GRU(3, 4, batch_first=True).double()
    mine.W_ih, mine.W_hh, mine.b_ih, mine.b_hh = (p.detach().numpy() for p in theirs.parameters())
    x = np.random.randn(2, 5, 3)
    print(np.allclose(mine.forward(x), theirs(torch.tensor(x))[0].detach().numpy()))


if __name__ == "__main__":
    compare()
