import numpy as np


def sigmoid(z):
    return np.where(z >= 0, 1 / (1 + np.exp(-np.abs(z))), np.exp(-np.abs(z)) / (1 + np.exp(-np.abs(z))))


class LSTM:
    """Layer with the weights of keras.layers.LSTM: kernel, recurrent_kernel, bias in the order i f c o.

    Only the last output is returned (return_sequences=False).
    """

    def __init__(self, units, input_dim, rng=None):
        rng = rng or np.random.RandomState(0)
        limit = np.sqrt(6 / (input_dim + 4 * units))
        self.units = units
        self.kernel = rng.uniform(-limit, limit, (input_dim, 4 * units))
        self.recurrent_kernel = np.linalg.qr(rng.randn(4 * units, units))[0].T
        self.bias = np.zeros(4 * units)
        self.bias[units:2 * units] = 1   # unit_forget_bias

    def set_weights(self, weights):
        self.kernel, self.recurrent_kernel, self.bias = weights

    def forward(self, x):
        batch, timesteps, _ = x.shape
        u = self.units
        self.x = x
        self.h = np.zeros((timesteps + 1, batch, u))
        self.c = np.zeros((timesteps + 1, batch, u))
        self.gates = []
        projected = x @ self.kernel + self.bias
        for t in range(timesteps):
            z = projected[:, t] + self.h[t] @ self.recurrent_kernel
            i, f, cc, o = sigmoid(z[:, :u]), sigmoid(z[:, u:2 * u]), np.tanh(z[:, 2 * u:3 * u]), sigmoid(z[:, 3 * u:])
            self.c[t + 1] = f * self.c[t] + i * cc
            self.h[t + 1] = o * np.tanh(self.c[t + 1])
            self.gates.append((i, f, cc, o))
        return self.h[timesteps].copy()

    def backward(self, grad):
        batch, timesteps, _ = self.x.shape
        dz = np.zeros((timesteps, batch, 4 * self.units))
        dh, dc = grad, np.zeros_like(grad)
        for t in reversed(range(timesteps)):
            i, f, cc, o = self.gates[t]
            tc = np.tanh(self.c[t + 1])
            dc = dc + dh * o * (1 - tc ** 2)
            dz[t] = np.concatenate([
                dc * cc * i * (1 - i), dc * self.c[t] * f * (1 - f), dc * i * (1 - cc ** 2), dh * tc * o * (1 - o)], 1)
            dh = dz[t] @ self.recurrent_kernel.T
            dc = dc * f
        self.grad_kernel = np.einsum('nti,tng->ig', self.x, dz)
        self.grad_recurrent_kernel = np.einsum('tnh,tng->hg', self.h[:-1], dz)
        self.grad_bias = dz.sum(axis=(0, 1)) / batch
        self.grad_kernel /= batch
        self.grad_recurrent_kernel /= batch
        return np.einsum('tng,ig->nti', dz, self.kernel)


if __name__ == "__main__":
    from keras.layers import LSTM as KerasLSTM
    layer = LSTM(8, 3)
    print(layer.forward(np.random.randn(4, 5, 3)).shape)
