"""RNNs made of RNNs, (batch, time, features)"""
import numpy as np


class RNN:
    def __init__(self, n_in, n_hidden):
        self.Wx = np.random.randn(n_in, n_hidden) * 0.1
        self.Wh = np.random.randn(n_hidden, n_hidden) * 0.1
        self.b = np.zeros(n_hidden)

    def forward(self, x):
        self.x = x
        self.h = np.zeros((len(x), x.shape[1] + 1, len(self.b)))
        for t in range(x.shape[1]):
            self.h[:, t + 1] = np.tanh(x[:, t] @ self.Wx + self.h[:, t] @ self.Wh + self.b)
        return self.h[:, 1:].copy()

    def backward(self, dh):
        self.dWx, self.dWh, self.db = np.zeros_like(self.Wx), np.zeros_like(self.Wh), np.zeros_like(self.b)
        dx, carry = np.zeros_like(self.x), 0
        for t in reversed(range(dh.shape[1])):
            da = (dh[:, t] + carry) * (1 - self.h[:, t + 1] ** 2)
            self.dWx += self.x[:, t].T @ da
            self.dWh += self.h[:, t].T @ da
            self.db += da.sum(axis=0)
            dx[:, t] = da @ self.Wx.T
            carry = da @ self.Wh.T
        return dx


class BiRNN:
    def __init__(self, input_size, hidden_size):
        self.fwd, self.bwd = RNN(input_size, hidden_size), RNN(input_size, hidden_size)
        self.H = hidden_size

    def forward(self, x):
        return np.concatenate([self.fwd.forward(x), self.bwd.forward(x[:, ::-1])[:, ::-1]], axis=2)

    def backward(self, dout):
        return self.fwd.backward(dout[:, :, :self.H]) + self.bwd.backward(dout[:, ::-1, self.H:])[:, ::-1]


class BidirectionalRNN:
    """the two directions are added up; weights of its own"""

    def __init__(self, n_in, n_hidden):
        for end in ("f", "b"):
            setattr(self, "Wx_" + end, np.random.randn(n_in, n_hidden) * 0.1)
            setattr(self, "Wh_" + end, np.random.randn(n_hidden, n_hidden) * 0.1)
            setattr(self, "b_" + end, np.random.randn(n_hidden))

    def forward(self, x):
        self.cells = []
        for end in ("f", "b"):
            cell = RNN(*getattr(self, "Wx_" + end).shape)
            cell.Wx, cell.Wh, cell.b = (getattr(self, w + end) for w in ("Wx_", "Wh_", "b_"))
            self.cells.append(cell)
        f, b = self.cells
        return f.forward(x) + b.forward(x[:, ::-1])[:, ::-1]

    def backward(self, dout):
        f, b = self.cells
        dx = f.backward(dout) + b.backward(dout[:, ::-1])[:, ::-1]
        for end, cell in zip("fb", self.cells):
            for name in ("Wx", "Wh", "b"):
                setattr(self, "d" + name + "_" + end, getattr(cell, "d" + name))
        return dx


class StackedRNN:
    def __init__(self, n_in, n_hidden, n_layers):
        self.layers = [RNN(n_in if i == 0 else n_hidden, n_hidden) for i in range(n_layers)]

    def forward(self, x):
        for layer in self.layers:
            x = layer.forward(x)
        return x

    def backward(self, d):
        for layer in reversed(self.layers):
            d = layer.backward(d)
        return d


class DeepRNN(StackedRNN):
    """the last step only"""

    def forward(self, x):
        self.T = x.shape[1]
        return super().forward(x)[:, -1]

    def backward(self, d):
        dh = np.zeros((len(d), self.T, d.shape[1]))
        dh[:, -1] = d
        return super().backward(dh)


# ---- wrong ones


class BiRNNNotTurnedBack(BiRNN):
    def forward(self, x):
        return np.concatenate([self.fwd.forward(x), self.bwd.forward(x[:, ::-1])], axis=2)


class BiRNNGradientNotTurned(BiRNN):
    def backward(self, dout):
        return self.fwd.backward(dout[:, :, :self.H]) + self.bwd.backward(dout[:, :, self.H:])


class BiRNNForwardOnlyDx(BiRNN):
    def backward(self, dout):
        dx = self.fwd.backward(dout[:, :, :self.H])
        self.bwd.backward(dout[:, ::-1, self.H:])
        return dx


class BiRNNHalvesSwapped(BiRNN):
    def backward(self, dout):
        return self.fwd.backward(dout[:, :, self.H:]) + self.bwd.backward(dout[:, ::-1, :self.H])[:, ::-1]


class StackedRNNSameInput(StackedRNN):
    """every layer is given what goes out on top"""

    def backward(self, d):
        dx = d
        for layer in reversed(self.layers):
            dx = layer.backward(d)
        return dx


class StackedRNNForwardOrder(StackedRNN):
    """through the layers from below"""

    def backward(self, d):
        self.layers[0].backward(d)
        return self.layers[0].backward(self.layers[1].backward(d) * 0.5)


class DeepRNNAllSteps(DeepRNN):
    """the gradient of the last step is handed to every step"""

    def backward(self, d):
        return StackedRNN.backward(self, np.repeat(d[:, None], self.T, axis=1))
