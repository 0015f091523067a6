import numpy as np


class RNN_layer:
    """forward_pass keeps everything; backward_pass returns lists with the gradients of each time step.
    The caller adds them up (see train)."""

    def __init__(self, input_dim, hidden_dim):
        self.U = np.random.normal(0, 0.3, (hidden_dim, input_dim))
        self.W = np.random.normal(0, 0.3, (hidden_dim, hidden_dim))
        self.b = np.zeros(hidden_dim)

    def forward_pass(self, x):
        # x (time, batch, input_dim)
        self.x = x
        self.s = [np.zeros((x.shape[1], self.b.size))]
        for x_t in x:
            self.s.append(np.tanh(x_t.dot(self.U.T) + self.s[-1].dot(self.W.T) + self.b))
        return np.array(self.s[1:])

    def backward_pass(self, ds):
        dU, dW, db, dx = [], [], [], []
        delta_next = 0
        for t in reversed(range(len(ds))):
            delta = (ds[t] + delta_next) * (1 - self.s[t + 1] ** 2)
            dU.append(delta.T.dot(self.x[t]))
            dW.append(delta.T.dot(self.s[t]))
            db.append(delta.sum(axis=0))
            dx.append(delta.dot(self.U))
            delta_next = delta.dot(self.W.T)
        return {"dU": dU[::-1], "dW": dW[::-1], "db": db[::-1], "dx": np.array(dx[::-1])}


def train(layer, xs, targets, lr=0.01, epochs=50):
    for epoch in range(epochs):
        s = layer.forward_pass(xs)
        grads = layer.backward_pass(s - targets)
        for name in ("U", "W", "b"):
            setattr(layer, name, getattr(layer, name) - lr * sum(grads["d" + name]))
        print(epoch, np.mean((s - targets) ** 2))


if __name__ == "__main__":
    train(RNN_layer(3, 5), np.random.randn(8, 4, 3), np.random.rand(8, 4, 5))
