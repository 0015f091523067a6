import numpy as np
from tensorflow.keras.datasets import mnist

LR = 0.05


class SimpleRNN:
    """RNN layer; weights are updated in backward with plain SGD (no optimizer object).

    The gradients are averaged over the batch.
    """

    def __init__(self, n_features, n_nodes, lr=LR):
        self.lr = lr
        self.n_nodes = n_nodes
        self.W_x = 0.1 * np.random.randn(n_features, n_nodes)
        self.W_h = 0.1 * np.random.randn(n_nodes, n_nodes)
        self.B = np.zeros(n_nodes)

    def forward(self, x):
        self.x = x
        batch_size, self.n_sequences, _ = x.shape
        self.h = np.zeros((batch_size, self.n_sequences + 1, self.n_nodes))
        for t in range(self.n_sequences):
            self.h[:, t + 1] = np.tanh(x[:, t] @ self.W_x + self.h[:, t] @ self.W_h + self.B)
        return self.h[:, -1].copy()

    def backward(self, dh):
        batch_size = len(dh)
        dWx = np.zeros_like(self.W_x)
        dWh = np.zeros_like(self.W_h)
        dB = np.zeros_like(self.B)
        das = []
        for t in range(self.n_sequences - 1, -1, -1):
            da = dh * (1 - self.h[:, t + 1] ** 2)
            dWx += self.x[:, t].T @ da / batch_size
            dWh += self.h[:, t].T @ da / batch_size
            dB += da.mean(axis=0)
            dh = da @ self.W_h.T
            das.insert(0, da)
        # gradient descent
        self.W_x -= self.lr * dWx
        self.W_h -= self.lr * dWh
        self.B -= self.lr * dB
        # gradient for the layer below
        dx = np.array([da @ self.W_x.T for da in das])
        return dx.transpose(1, 0, 2)


class FC:
    def __init__(self, n_nodes1, n_nodes2, lr=LR):
        self.lr = lr
        self.W = 0.1 * np.random.randn(n_nodes1, n_nodes2)
        self.B = np.zeros(n_nodes2)

    def forward(self, X):
        self.X = X
        return X @ self.W + self.B

    def backward(self, dA):
        dX = dA @ self.W.T
        self.W -= self.lr * self.X.T @ dA / len(dA)
        self.B -= self.lr * dA.mean(axis=0)
        return dX


(x_train, y_train), (x_test, y_test) = mnist.load_data()
rnn, fc = SimpleRNN(28, 64), FC(64, 10)
for epoch in range(3):
    for i in range(0, len(x_train), 100):
        xb = x_train[i:i + 100] / 255.
        tb = np.eye(10)[y_train[i:i + 100]]
        z = fc.forward(rnn.forward(xb))
        p = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
        rnn.backward(fc.backward(p - tb))
    print(epoch, -np.mean(np.log(p[tb == 1])))
