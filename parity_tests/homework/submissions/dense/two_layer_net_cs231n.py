import numpy as np
import matplotlib.pyplot as plt


class TwoLayerNet(object):
    """input - fully connected layer - ReLU - fully connected layer - softmax"""

    def __init__(self, input_size, hidden_size, output_size, std=1e-4):
        self.params = {}
        self.params['W1'] = std * np.random.randn(input_size, hidden_size)
        self.params['b1'] = np.zeros(hidden_size)
        self.params['W2'] = std * np.random.randn(hidden_size, output_size)
        self.params['b2'] = np.zeros(output_size)

    def loss(self, X, y=None, reg=0.0):
        W1, b1 = self.params['W1'], self.params['b1']
        W2, b2 = self.params['W2'], self.params['b2']
        N, D = X.shape
        h = np.maximum(0, X.dot(W1) + b1)
        scores = h.dot(W2) + b2
        if y is None:
            return scores
        scores = scores - scores.max(axis=1, keepdims=True)
        e = np.exp(scores)
        p = e / e.sum(axis=1, keepdims=True)
        loss = -np.log(p[range(N), y]).sum() / N
        loss += reg * (np.sum(W1 * W1) + np.sum(W2 * W2))
        grads = {}
        d = p
        d[range(N), y] -= 1
        d /= N
        grads['W2'] = h.T.dot(d) + 2 * reg * W2
        grads['b2'] = d.sum(axis=0)
        dh = d.dot(W2.T)
        # the ReLU only matters in the forward pass?
        grads['W1'] = X.T.dot(dh) + 2 * reg * W1
        grads['b1'] = dh.sum(axis=0)
        return loss, grads

    def predict(self, X):
        return np.argmax(self.loss(X), axis=1)


net = TwoLayerNet(32 * 32 * 3, 50, 10)
X_train = np.random.randn(100, 3072)
stats = []
for it in range(100):
    loss, grads = net.loss(X_train, np.random.randint(10, size=100), reg=0.25)
    for k in grads:
        net.params[k] -= 1e-4 * grads[k]
    stats.append(loss)
plt.plot(stats)
