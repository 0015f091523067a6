import numpy as np

# メモ: Truncated BPTT 用


class RNNCell:
    def __init__(self, Wx, Wh, b):
        self.params = [Wx, Wh, b]
        self.grads = [np.zeros_like(Wx), np.zeros_like(Wh), np.zeros_like(b)]
        self.cache = None

    def forward(self, x, h_prev):
        Wx, Wh, b = self.params
        h_next = np.tanh(x.dot(Wx) + h_prev.dot(Wh) + b)
        self.cache = (x, h_prev, h_next)
        return h_next

    def backward(self, dh_next):
        Wx, Wh, b = self.params
        x, h_prev, h_next = self.cache
        dt = dh_next * (1 - h_next ** 2)
        self.grads = [x.T.dot(dt), h_prev.T.dot(dt), dt]
        return dt.dot(Wx.T), dt.dot(Wh.T)


class RNNStep:
    def __init__(self, Wx, Wh, b):
        self.params = [Wx, Wh, b]
        self.grads = [np.zeros_like(Wx), np.zeros_like(Wh), np.zeros_like(b)]

    def forward(self, x, h_prev):
        self.x, self.h_prev = x, h_prev
        self.h = np.tanh(x.dot(self.params[0]) + h_prev.dot(self.params[1]) + self.params[2])
        return self.h

    def backward(self, dh):
        dt = dh * (1 - self.h ** 2)
        self.grads = [self.x.T.dot(dt), self.h_prev.T.dot(dt), dt.sum(0)]
        return dt.dot(self.params[0].T), dt.dot(self.params[1].T)


class TimeRNN:
    def __init__(self, Wx, Wh, b, stateful=False):
        self.params = [Wx, Wh, b]
        self.grads = [np.zeros_like(Wx), np.zeros_like(Wh), np.zeros_like(b)]
        self.h, self.dh = None, None
        self.stateful = stateful

    def forward(self, xs):
        Wx, Wh, b = self.params
        N, T, D = xs.shape
        H = Wh.shape[0]
        self.steps = [RNNStep(Wx, Wh, b) for _ in range(T)]
        hs = np.empty((N, T, H))
        if self.h is None:
            self.h = np.zeros((N, H))
        for t, step in enumerate(self.steps):
            self.h = step.forward(xs[:, t, :], self.h)
            hs[:, t, :] = self.h
        return hs

    def backward(self, dhs):
        dxs = []
        self.dh = np.zeros_like(dhs[:, 0])
        for g in self.grads:
            g.fill(0)
        for t in range(len(self.steps) - 1, -1, -1):
            dx, self.dh = self.steps[t].backward(dhs[:, t, :] + self.dh)
            dxs.append(dx)
            for g, dg in zip(self.grads, self.steps[t].grads):
                g += dg
        return np.stack(dxs[::-1], axis=1)
