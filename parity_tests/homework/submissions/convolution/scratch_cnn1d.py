import numpy as np
from sklearn.datasets import fetch_mldata
from sklearn.metrics import accuracy_score


class SimpleInitializer:
    def __init__(self, sigma=0.05):
        self.sigma = sigma

    def W(self, *shape):
        return np.random.normal(0, self.sigma, shape)

    def B(self, n):
        return np.random.normal(0, self.sigma, n)


class SGD:
    """plain SGD, gets the gradients handed over"""

    def __init__(self, lr=0.01):
        self.lr = lr

    def update(self, layer, dW, dB):
        layer.W = layer.W - self.lr * dW
        layer.B = layer.B - self.lr * dB


class Conv1DBatch:
    def __init__(self, filter_size, n_input, n_output, optimizer=SGD(), initializer=SimpleInitializer(), padding=0):
        self.fs = filter_size
        self.n_input = n_input
        self.n_output = n_output
        self.optimizer = optimizer
        self.padding = padding
        self.W = initializer.W(n_output, n_input, filter_size)
        self.B = initializer.B(n_output)

    def forward(self, X):
        # X (batch, n_input, width)
        self.X = np.pad(X, [(0, 0), (0, 0), (self.padding, self.padding)], mode="constant")
        self.n_win = self.X.shape[2] - self.fs + 1
        out = np.empty((X.shape[0], self.n_output, self.n_win))
        for n, xn in enumerate(self.X):
            for j in range(self.n_win):
                win = xn[:, j:j + self.fs]
                out[n, :, j] = np.tensordot(self.W, win, axes=([1, 2], [0, 1])) + self.B
        return out

    def backward(self, dA):
        W = self.W.copy()  # weights of the forward pass
        batch, _, n_win = dA.shape
        # dX is a full convolution of dA with the turned kernel, with the roles of in and out exchanged
        Wr = W[:, :, ::-1].reshape(self.n_input, self.n_output, self.fs)
        dA_pad = np.pad(dA, [(0, 0), (0, 0), (self.fs - 1, self.fs - 1)], mode="constant")
        dX = np.zeros_like(self.X)
        for n in range(batch):
            for j in range(self.X.shape[2]):
                dX[n, :, j] = np.sum(Wr * dA_pad[n][None, :, j:j + self.fs], axis=(1, 2))
            dW = np.zeros_like(W)
            for j in range(n_win):
                dW += dA[n, :, j][:, None, None] * self.X[n, :, j:j + self.fs][None]
            # one sample, one step
            self.optimizer.update(self, dW, dA[n].sum(axis=1))
        if self.padding:
            dX = dX[:, :, self.padding:-self.padding]
        return dX


mnist = fetch_mldata('MNIST original')
conv = Conv1DBatch(3, 1, 4)
print(conv.forward(mnist.data[:5, None, :]).shape)
