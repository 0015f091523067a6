"""Layers and networks that are told how strongly large weights are punished when they are made."""

import numpy as np


class DenseRegularised:
    def __init__(self, n_in, n_out, l1_weights=0, l2_weights=0, l1_biases=0, l2_biases=0):
        self.weights = 0.05 * np.random.randn(n_in, n_out)
        self.biases = np.zeros((1, n_out))
        self.l1_weights, self.l2_weights = l1_weights, l2_weights
        self.l1_biases, self.l2_biases = l1_biases, l2_biases

    def forward(self, inputs):
        self.inputs = inputs
        return inputs @ self.weights + self.biases

    def backward(self, dvalues):
        self.dweights = self.inputs.T @ dvalues
        self.dbiases = dvalues.sum(axis=0, keepdims=True)
        if self.l1_weights > 0:
            self.dweights += self.l1_weights * np.sign(self.weights)
        if self.l2_weights > 0:
            self.dweights += 2 * self.l2_weights * self.weights
        if self.l1_biases > 0:
            slope = np.ones_like(self.biases)
            slope[self.biases < 0] = -1
            self.dbiases += self.l1_biases * slope
        if self.l2_biases > 0:
            self.dbiases += 2 * self.l2_biases * self.biases
        return dvalues @ self.weights.T


class LossWithPenalty:
    def regularization_loss(self, layer):
        punished = layer.l1_weights * np.abs(layer.weights).sum() + layer.l2_weights * (layer.weights**2).sum()
        punished += layer.l1_biases * np.abs(layer.biases).sum() + layer.l2_biases * (layer.biases**2).sum()
        return punished


class LinearDecayed:
    """weight_decay as in PyTorch: half the squares."""

    def __init__(self, n_in, n_out, weight_decay=0.0):
        self.W = np.random.randn(n_in, n_out) * np.sqrt(1 / n_in)
        self.b = np.zeros(n_out)
        self.weight_decay = weight_decay

    def forward(self, x):
        self.x = x
        return np.dot(x, self.W) + self.b

    def backward(self, dout):
        self.dW = np.dot(self.x.T, dout) + self.weight_decay * self.W
        self.db = dout.sum(0)
        return np.dot(dout, self.W.T)


class TwoLayerNet:
    def __init__(self, input_dim=3072, hidden_dim=100, num_classes=10, weight_scale=1e-3, reg=0.0):
        self.reg = reg
        self.params = {
            "W1": weight_scale * np.random.randn(input_dim, hidden_dim),
            "b1": np.zeros(hidden_dim),
            "W2": weight_scale * np.random.randn(hidden_dim, num_classes),
            "b2": np.zeros(num_classes),
        }

    def loss(self, X, y=None):
        W1, b1, W2, b2 = (self.params[key] for key in ("W1", "b1", "W2", "b2"))
        h = np.maximum(X @ W1 + b1, 0)
        scores = h @ W2 + b2
        if y is None:
            return scores
        N = X.shape[0]
        p = np.exp(scores - scores.max(axis=1, keepdims=True))
        p /= p.sum(axis=1, keepdims=True)
        loss = -np.log(p[np.arange(N), y]).mean() + 0.5 * self.reg * ((W1**2).sum() + (W2**2).sum())
        p[np.arange(N), y] -= 1
        p /= N
        dh = p @ W2.T * (h > 0)
        grads = {"W2": h.T @ p + self.reg * W2, "b2": p.sum(axis=0)}
        grads |= {"W1": X.T @ dh + self.reg * W1, "b1": dh.sum(axis=0)}
        return loss, grads


class DeepNet:
    """In float32, with as many layers as are asked for."""

    def __init__(self, hidden_dims, input_dim=3072, num_classes=10, reg=0.0, weight_scale=1e-2, dtype=np.float32):
        self.reg, self.L = reg, len(hidden_dims) + 1
        sizes = [input_dim, *hidden_dims, num_classes]
        self.params = {}
        for i in range(1, self.L + 1):
            self.params[f"W{i}"] = (weight_scale * np.random.randn(sizes[i - 1], sizes[i])).astype(dtype)
            self.params[f"b{i}"] = np.zeros(sizes[i], dtype=dtype)

    def loss(self, X, y=None):
        a, inputs = X.astype(self.params["W1"].dtype), []
        for i in range(1, self.L + 1):
            inputs.append(a)
            a = a @ self.params[f"W{i}"] + self.params[f"b{i}"]
            if i < self.L:
                a = np.maximum(a, 0)
        if y is None:
            return a
        N = len(X)
        p = np.exp(a - a.max(axis=1, keepdims=True))
        p /= p.sum(axis=1, keepdims=True)
        loss = -np.log(p[np.arange(N), y]).sum() / N
        p[np.arange(N), y] -= 1
        d, grads = p / N, {}
        for i in range(self.L, 0, -1):
            loss += 0.5 * self.reg * np.sum(self.params[f"W{i}"] ** 2)
            grads[f"W{i}"] = inputs[i - 1].T @ d + self.reg * self.params[f"W{i}"]
            grads[f"b{i}"] = d.sum(axis=0)
            d = d @ self.params[f"W{i}"].T * (inputs[i - 1] > 0)
        return loss, grads
