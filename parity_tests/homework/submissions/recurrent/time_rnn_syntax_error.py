# 5.3.2 Time RNNレイヤの実装 (写経 + 自分のメモ)
import numpy as np
from rnn import RNN


class TimeRNN:
    def __init__(self Wx, Wh, b, stateful=False)
        # stateful=True だと前のブロックの状態を引き継ぐ
        self.params = [Wx, Wh, b]
        self.grads = [np.zeros(w.shape) for w in self.params]
        self.stateful = stateful
        self.cells = []
        self.h = None

    def forward(self, xs):
        batch, steps = xs.shape[:2]
        hidden = self.params[1].shape[0]
        keep = self.stateful and self.h is not None
        h = self.h if keep else np.zeros((batch, hidden))
        self.cells = [RNN(*self.params) for _ in range(steps)]
        out = []
        for t in range(steps):
            h = self.cells[t].forward(xs[:, t], h)
            out.append(h)
        self.h = h
        return np.stack(out, axis=1)

    def backward(self, dhs):
        for grad in self.grads:
            grad[...] = 0
        dh, dxs = 0, np.zeros(dhs.shape[:2] + (len(self.params[0]),))
        for t in range(len(self.cells))[::-1]:
            dxs[:, t], dh = self.cells[t].backward(dhs[:, t] + dh)
            for total, grad in zip(self.grads, self.cells[t].grads):
                total += grad
        return dxs

    def reset_state(self):
        self.h = None
