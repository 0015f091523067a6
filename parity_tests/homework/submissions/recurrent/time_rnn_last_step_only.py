import numpy as np


class RNN(object):
    def __init__(self, Wx, Wh, b):
        self.params = [Wx, Wh, b]
        self.grads = [np.zeros_like(p) for p in self.params]

    def forward(self, x, h_prev):
        Wx, Wh, b = self.params
        self.x, self.h_prev = x, h_prev
        self.h_next = np.tanh(x @ Wx + h_prev @ Wh + b)
        return self.h_next

    def backward(self, dh_next):
        Wx, Wh, b = self.params
        dt = dh_next * (1 - np.square(self.h_next))
        self.grads[0][...] = self.x.T @ dt
        self.grads[1][...] = self.h_prev.T @ dt
        self.grads[2][...] = np.sum(dt, axis=0)
        return dt @ Wx.T, dt @ Wh.T


class TimeRNN(object):
    """Unrolls the RNN layer T times."""

    def __init__(self, Wx, Wh, b, stateful=False):
        self.params = [Wx, Wh, b]
        self.grads = [np.zeros_like(p) for p in self.params]
        self.stateful = stateful
        self.h = None
        self.dh = None

    def forward(self, xs):
        N, T, D = xs.shape
        H = self.params[1].shape[0]
        if self.h is None or not self.stateful:
            self.h = np.zeros((N, H))
        self.layers, hs = [], np.zeros((N, T, H))
        for t in range(T):
            self.layers.append(RNN(*self.params))
            self.h = self.layers[-1].forward(xs[:, t], self.h)
            hs[:, t] = self.h
        return hs

    def backward(self, dhs):
        N, T, H = dhs.shape
        dxs = np.zeros((N, T, self.params[0].shape[0]))
        dh = np.zeros((N, H))
        for t in reversed(range(T)):
            dxs[:, t], dh = self.layers[t].backward(dhs[:, t] + dh)
            for grad, layer_grad in zip(self.grads, self.layers[t].grads):
                grad[...] = layer_grad
        self.dh = dh
        return dxs

    def reset_state(self):
        self.h = None


def numerical_check():
    rnn = TimeRNN(np.random.rand(2, 3), np.random.rand(3, 3), np.random.rand(3))
    x = np.random.rand(1, 1, 2)
    y = rnn.forward(x)
    rnn.backward(np.ones_like(y))
    eps = 1e-4
    rnn.params[0][0, 0] += eps
    print(rnn.grads[0][0, 0], np.sum(rnn.forward(x) - y) / eps)


numerical_check()
