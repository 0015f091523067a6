"""Networks that make their weights in fit, one with all settings in the constructor, one with mini-batches."""

import numpy as np


class NeuralNet:
    def __init__(self, layers=[13, 8, 1], learning_rate=0.001, iterations=100):
        self.params = {}
        self.learning_rate = learning_rate
        self.iterations = iterations
        self.loss = []
        self.layers = layers
        self.X = None
        self.y = None
    def init_weights(self):
        np.random.seed(1)
        self.params["W1"] = np.random.randn(self.layers[0], self.layers[1])
        self.params["b1"] = np.random.randn(self.layers[1],)
        self.params["W2"] = np.random.randn(self.layers[1], self.layers[2])
        self.params["b2"] = np.random.randn(self.layers[2],)
    def relu(self, Z):
        return np.maximum(0, Z)
    def sigmoid(self, Z):
        return 1/(1+np.exp(-Z))
    def forward_propagation(self):
        Z1 = self.X.dot(self.params["W1"]) + self.params["b1"]
        A1 = self.relu(Z1)
        Z2 = A1.dot(self.params["W2"]) + self.params["b2"]
        yhat = self.sigmoid(Z2)
        self.params["Z1"] = Z1; self.params["Z2"] = Z2; self.params["A1"] = A1
        return yhat
    def back_propagation(self, yhat):
        dl_z2 = (yhat - self.y) / len(self.y)
        dl_a1 = dl_z2.dot(self.params["W2"].T)
        dl_w2 = self.params["A1"].T.dot(dl_z2)
        dl_b2 = np.sum(dl_z2, axis=0)
        dl_z1 = dl_a1 * (self.params["Z1"] > 0)
        dl_w1 = self.X.T.dot(dl_z1)
        dl_b1 = np.sum(dl_z1, axis=0)
        self.params["W1"] = self.params["W1"] - self.learning_rate * dl_w1
        self.params["W2"] = self.params["W2"] - self.learning_rate * dl_w2
        self.params["b1"] = self.params["b1"] - self.learning_rate * dl_b1
        self.params["b2"] = self.params["b2"] - self.learning_rate * dl_b2
    def fit(self, X, y):
        self.X = X
        self.y = y
        self.init_weights()
        for i in range(self.iterations):
            yhat = self.forward_propagation()
            self.back_propagation(yhat)
    def predict(self, X):
        Z1 = X.dot(self.params["W1"]) + self.params["b1"]
        A1 = self.relu(Z1)
        return np.round(self.sigmoid(A1.dot(self.params["W2"]) + self.params["b2"]))


class OpenNeuralNet:
    def __init__(self, layers=[13, 8, 1], learning_rate=0.001, iterations=100):
        self.params = {}
        self.learning_rate = learning_rate
        self.iterations = iterations
        self.loss = []
        self.layers = layers
        self.X = None
        self.y = None
    def init_weights(self):
        np.random.seed(1)
        self.params["W1"] = np.random.randn(self.layers[0], self.layers[1])
        self.params["b1"] = np.random.randn(self.layers[1],)
        self.params["W2"] = np.random.randn(self.layers[1], self.layers[2])
        self.params["b2"] = np.random.randn(self.layers[2],)
    def relu(self, Z):
        return np.maximum(0, Z)
    def sigmoid(self, Z):
        return 1/(1+np.exp(-Z))
    def forward_propagation(self):
        Z1 = self.X.dot(self.params["W1"]) + self.params["b1"]
        A1 = self.relu(Z1)
        Z2 = A1.dot(self.params["W2"]) + self.params["b2"]
        yhat = self.sigmoid(Z2)
        self.params["Z1"] = Z1; self.params["Z2"] = Z2; self.params["A1"] = A1
        return yhat
    def back_propagation(self, yhat):
        dl_z2 = (yhat - self.y) / len(self.y)
        dl_a1 = dl_z2.dot(self.params["W2"].T)
        dl_w2 = self.params["A1"].T.dot(dl_z2)
        dl_b2 = np.sum(dl_z2, axis=0)
        dl_z1 = dl_a1
        dl_w1 = self.X.T.dot(dl_z1)
        dl_b1 = np.sum(dl_z1, axis=0)
        self.params["W1"] = self.params["W1"] - self.learning_rate * dl_w1
        self.params["W2"] = self.params["W2"] - self.learning_rate * dl_w2
        self.params["b1"] = self.params["b1"] - self.learning_rate * dl_b1
        self.params["b2"] = self.params["b2"] - self.learning_rate * dl_b2
    def fit(self, X, y):
        self.X = X
        self.y = y
        self.init_weights()
        for i in range(self.iterations):
            yhat = self.forward_propagation()
            self.back_propagation(yhat)
    def predict(self, X):
        Z1 = X.dot(self.params["W1"]) + self.params["b1"]
        A1 = self.relu(Z1)
        return np.round(self.sigmoid(A1.dot(self.params["W2"]) + self.params["b2"]))


class SummedNeuralNet:
    def __init__(self, layers=[13, 8, 1], learning_rate=0.001, iterations=100):
        self.params = {}
        self.learning_rate = learning_rate
        self.iterations = iterations
        self.loss = []
        self.layers = layers
        self.X = None
        self.y = None
    def init_weights(self):
        np.random.seed(1)
        self.params["W1"] = np.random.randn(self.layers[0], self.layers[1])
        self.params["b1"] = np.random.randn(self.layers[1],)
        self.params["W2"] = np.random.randn(self.layers[1], self.layers[2])
        self.params["b2"] = np.random.randn(self.layers[2],)
    def relu(self, Z):
        return np.maximum(0, Z)
    def sigmoid(self, Z):
        return 1/(1+np.exp(-Z))
    def forward_propagation(self):
        Z1 = self.X.dot(self.params["W1"]) + self.params["b1"]
        A1 = self.relu(Z1)
        Z2 = A1.dot(self.params["W2"]) + self.params["b2"]
        yhat = self.sigmoid(Z2)
        self.params["Z1"] = Z1; self.params["Z2"] = Z2; self.params["A1"] = A1
        return yhat
    def back_propagation(self, yhat):
        dl_z2 = (yhat - self.y) / len(self.y)
        dl_a1 = dl_z2.dot(self.params["W2"].T)
        dl_w2 = self.params["A1"].T.dot(dl_z2)
        dl_b2 = np.sum(dl_z2, axis=0)
        dl_z1 = dl_a1 * (self.params["Z1"] > 0)
        dl_w1 = self.X.T.dot(dl_z1)
        dl_b1 = np.sum(dl_z1)
        self.params["W1"] = self.params["W1"] - self.learning_rate * dl_w1
        self.params["W2"] = self.params["W2"] - self.learning_rate * dl_w2
        self.params["b1"] = self.params["b1"] - self.learning_rate * dl_b1
        self.params["b2"] = self.params["b2"] - self.learning_rate * dl_b2
    def fit(self, X, y):
        self.X = X
        self.y = y
        self.init_weights()
        for i in range(self.iterations):
            yhat = self.forward_propagation()
            self.back_propagation(yhat)
    def predict(self, X):
        Z1 = X.dot(self.params["W1"]) + self.params["b1"]
        A1 = self.relu(Z1)
        return np.round(self.sigmoid(A1.dot(self.params["W2"]) + self.params["b2"]))


class TurnedNeuralNet:
    def __init__(self, layers=[13, 8, 1], learning_rate=0.001, iterations=100):
        self.params = {}
        self.learning_rate = learning_rate
        self.iterations = iterations
        self.loss = []
        self.layers = layers
        self.X = None
        self.y = None
    def init_weights(self):
        np.random.seed(1)
        self.params["W1"] = np.random.randn(self.layers[0], self.layers[1])
        self.params["b1"] = np.random.randn(self.layers[1],)
        self.params["W2"] = np.random.randn(self.layers[1], self.layers[2])
        self.params["b2"] = np.random.randn(self.layers[2],)
    def relu(self, Z):
        return np.maximum(0, Z)
    def sigmoid(self, Z):
        return 1/(1+np.exp(-Z))
    def forward_propagation(self):
        Z1 = self.X.dot(self.params["W1"]) + self.params["b1"]
        A1 = self.relu(Z1)
        Z2 = A1.dot(self.params["W2"]) + self.params["b2"]
        yhat = self.sigmoid(Z2)
        self.params["Z1"] = Z1; self.params["Z2"] = Z2; self.params["A1"] = A1
        return yhat
    def back_propagation(self, yhat):
        dl_z2 = (self.y - yhat) / len(self.y)
        dl_a1 = dl_z2.dot(self.params["W2"].T)
        dl_w2 = self.params["A1"].T.dot(dl_z2)
        dl_b2 = np.sum(dl_z2, axis=0)
        dl_z1 = dl_a1 * (self.params["Z1"] > 0)
        dl_w1 = self.X.T.dot(dl_z1)
        dl_b1 = np.sum(dl_z1, axis=0)
        self.params["W1"] = self.params["W1"] - self.learning_rate * dl_w1
        self.params["W2"] = self.params["W2"] - self.learning_rate * dl_w2
        self.params["b1"] = self.params["b1"] - self.learning_rate * dl_b1
        self.params["b2"] = self.params["b2"] - self.learning_rate * dl_b2
    def fit(self, X, y):
        self.X = X
        self.y = y
        self.init_weights()
        for i in range(self.iterations):
            yhat = self.forward_propagation()
            self.back_propagation(yhat)
    def predict(self, X):
        Z1 = X.dot(self.params["W1"]) + self.params["b1"]
        A1 = self.relu(Z1)
        return np.round(self.sigmoid(A1.dot(self.params["W2"]) + self.params["b2"]))


class TwiceDividedNeuralNet:
    def __init__(self, layers=[13, 8, 1], learning_rate=0.001, iterations=100):
        self.params = {}
        self.learning_rate = learning_rate
        self.iterations = iterations
        self.loss = []
        self.layers = layers
        self.X = None
        self.y = None
    def init_weights(self):
        np.random.seed(1)
        self.params["W1"] = np.random.randn(self.layers[0], self.layers[1])
        self.params["b1"] = np.random.randn(self.layers[1],)
        self.params["W2"] = np.random.randn(self.layers[1], self.layers[2])
        self.params["b2"] = np.random.randn(self.layers[2],)
    def relu(self, Z):
        return np.maximum(0, Z)
    def sigmoid(self, Z):
        return 1/(1+np.exp(-Z))
    def forward_propagation(self):
        Z1 = self.X.dot(self.params["W1"]) + self.params["b1"]
        A1 = self.relu(Z1)
        Z2 = A1.dot(self.params["W2"]) + self.params["b2"]
        yhat = self.sigmoid(Z2)
        self.params["Z1"] = Z1; self.params["Z2"] = Z2; self.params["A1"] = A1
        return yhat
    def back_propagation(self, yhat):
        dl_z2 = (yhat - self.y) / len(self.y)
        dl_a1 = dl_z2.dot(self.params["W2"].T)
        dl_w2 = self.params["A1"].T.dot(dl_z2)
        dl_b2 = np.sum(dl_z2, axis=0)
        dl_z1 = dl_a1 * (self.params["Z1"] > 0)
        dl_w1 = self.X.T.dot(dl_z1)
        dl_b1 = np.sum(dl_z1, axis=0)
        self.params["W1"] = self.params["W1"] - self.learning_rate * dl_w1
        self.params["W2"] = self.params["W2"] - self.learning_rate * dl_w2
        self.params["b1"] = self.params["b1"] - self.learning_rate * dl_b1
        self.params["b2"] = self.params["b2"] - self.learning_rate * dl_b2 / len(self.y)
    def fit(self, X, y):
        self.X = X
        self.y = y
        self.init_weights()
        for i in range(self.iterations):
            yhat = self.forward_propagation()
            self.back_propagation(yhat)
    def predict(self, X):
        Z1 = X.dot(self.params["W1"]) + self.params["b1"]
        A1 = self.relu(Z1)
        return np.round(self.sigmoid(A1.dot(self.params["W2"]) + self.params["b2"]))


class MLPScratch:
    def __init__(self, n_hidden=30, l2=0., epochs=100, eta=0.001, shuffle=True, minibatch_size=1, seed=None):
        self.random = np.random.RandomState(seed)
        self.n_hidden, self.l2, self.epochs, self.eta, self.shuffle, self.minibatch_size = n_hidden, l2, epochs, eta, shuffle, minibatch_size
    def _onehot(self, y, n_classes):
        onehot = np.zeros((n_classes, y.shape[0]))
        for idx, val in enumerate(y.astype(int)):
            onehot[val, idx] = 1.
        return onehot.T
    def _sigmoid(self, z):
        return 1. / (1. + np.exp(-np.clip(z, -250, 250)))
    def _forward(self, X):
        z_h = np.dot(X, self.w_h) + self.b_h
        a_h = self._sigmoid(z_h)
        z_out = np.dot(a_h, self.w_out) + self.b_out
        a_out = self._sigmoid(z_out)
        return z_h, a_h, z_out, a_out
    def predict(self, X):
        z_h, a_h, z_out, a_out = self._forward(X)
        return np.argmax(z_out, axis=1)
    def fit(self, X_train, y_train):
        n_output = np.unique(y_train).shape[0]
        n_features = X_train.shape[1]
        self.b_h = np.zeros(self.n_hidden)
        self.w_h = self.random.normal(loc=0.0, scale=0.1, size=(n_features, self.n_hidden))
        self.b_out = np.zeros(n_output)
        self.w_out = self.random.normal(loc=0.0, scale=0.1, size=(self.n_hidden, n_output))
        y_train_enc = self._onehot(y_train, n_output)
        for i in range(self.epochs):
            indices = np.arange(X_train.shape[0])
            if self.shuffle:
                self.random.shuffle(indices)
            for start_idx in range(0, indices.shape[0] - self.minibatch_size + 1, self.minibatch_size):
                batch_idx = indices[start_idx:start_idx + self.minibatch_size]
                z_h, a_h, z_out, a_out = self._forward(X_train[batch_idx])
                delta_out = a_out - y_train_enc[batch_idx]
                sigmoid_derivative_h = a_h * (1. - a_h)
                delta_h = (np.dot(delta_out, self.w_out.T) * sigmoid_derivative_h)
                grad_w_h = np.dot(X_train[batch_idx].T, delta_h)
                grad_b_h = np.sum(delta_h, axis=0)
                grad_w_out = np.dot(a_h.T, delta_out)
                grad_b_out = np.sum(delta_out, axis=0)
                delta_w_h = (grad_w_h + self.l2*self.w_h)
                delta_b_h = grad_b_h
                self.w_h -= self.eta * delta_w_h
                self.b_h -= self.eta * delta_b_h
                self.w_out -= self.eta * (grad_w_out + self.l2*self.w_out)
                self.b_out -= self.eta * grad_b_out
        return self


class LinearMLPScratch:
    def __init__(self, n_hidden=30, l2=0., epochs=100, eta=0.001, shuffle=True, minibatch_size=1, seed=None):
        self.random = np.random.RandomState(seed)
        self.n_hidden, self.l2, self.epochs, self.eta, self.shuffle, self.minibatch_size = n_hidden, l2, epochs, eta, shuffle, minibatch_size
    def _onehot(self, y, n_classes):
        onehot = np.zeros((n_classes, y.shape[0]))
        for idx, val in enumerate(y.astype(int)):
            onehot[val, idx] = 1.
        return onehot.T
    def _sigmoid(self, z):
        return 1. / (1. + np.exp(-np.clip(z, -250, 250)))
    def _forward(self, X):
        z_h = np.dot(X, self.w_h) + self.b_h
        a_h = self._sigmoid(z_h)
        z_out = np.dot(a_h, self.w_out) + self.b_out
        a_out = self._sigmoid(z_out)
        return z_h, a_h, z_out, a_out
    def predict(self, X):
        z_h, a_h, z_out, a_out = self._forward(X)
        return np.argmax(z_out, axis=1)
    def fit(self, X_train, y_train):
        n_output = np.unique(y_train).shape[0]
        n_features = X_train.shape[1]
        self.b_h = np.zeros(self.n_hidden)
        self.w_h = self.random.normal(loc=0.0, scale=0.1, size=(n_features, self.n_hidden))
        self.b_out = np.zeros(n_output)
        self.w_out = self.random.normal(loc=0.0, scale=0.1, size=(self.n_hidden, n_output))
        y_train_enc = self._onehot(y_train, n_output)
        for i in range(self.epochs):
            indices = np.arange(X_train.shape[0])
            if self.shuffle:
                self.random.shuffle(indices)
            for start_idx in range(0, indices.shape[0] - self.minibatch_size + 1, self.minibatch_size):
                batch_idx = indices[start_idx:start_idx + self.minibatch_size]
                z_h, a_h, z_out, a_out = self._forward(X_train[batch_idx])
                delta_out = a_out - y_train_enc[batch_idx]
                sigmoid_derivative_h = a_h * (1. - a_h)
                delta_h = (np.dot(delta_out, self.w_out.T))
                grad_w_h = np.dot(X_train[batch_idx].T, delta_h)
                grad_b_h = np.sum(delta_h, axis=0)
                grad_w_out = np.dot(a_h.T, delta_out)
                grad_b_out = np.sum(delta_out, axis=0)
                delta_w_h = (grad_w_h + self.l2*self.w_h)
                delta_b_h = grad_b_h
                self.w_h -= self.eta * delta_w_h
                self.b_h -= self.eta * delta_b_h
                self.w_out -= self.eta * (grad_w_out + self.l2*self.w_out)
                self.b_out -= self.eta * grad_b_out
        return self


class ClimbingMLPScratch:
    def __init__(self, n_hidden=30, l2=0., epochs=100, eta=0.001, shuffle=True, minibatch_size=1, seed=None):
        self.random = np.random.RandomState(seed)
        self.n_hidden, self.l2, self.epochs, self.eta, self.shuffle, self.minibatch_size = n_hidden, l2, epochs, eta, shuffle, minibatch_size
    def _onehot(self, y, n_classes):
        onehot = np.zeros((n_classes, y.shape[0]))
        for idx, val in enumerate(y.astype(int)):
            onehot[val, idx] = 1.
        return onehot.T
    def _sigmoid(self, z):
        return 1. / (1. + np.exp(-np.clip(z, -250, 250)))
    def _forward(self, X):
        z_h = np.dot(X, self.w_h) + self.b_h
        a_h = self._sigmoid(z_h)
        z_out = np.dot(a_h, self.w_out) + self.b_out
        a_out = self._sigmoid(z_out)
        return z_h, a_h, z_out, a_out
    def predict(self, X):
        z_h, a_h, z_out, a_out = self._forward(X)
        return np.argmax(z_out, axis=1)
    def fit(self, X_train, y_train):
        n_output = np.unique(y_train).shape[0]
        n_features = X_train.shape[1]
        self.b_h = np.zeros(self.n_hidden)
        self.w_h = self.random.normal(loc=0.0, scale=0.1, size=(n_features, self.n_hidden))
        self.b_out = np.zeros(n_output)
        self.w_out = self.random.normal(loc=0.0, scale=0.1, size=(self.n_hidden, n_output))
        y_train_enc = self._onehot(y_train, n_output)
        for i in range(self.epochs):
            indices = np.arange(X_train.shape[0])
            if self.shuffle:
                self.random.shuffle(indices)
            for start_idx in range(0, indices.shape[0] - self.minibatch_size + 1, self.minibatch_size):
                batch_idx = indices[start_idx:start_idx + self.minibatch_size]
                z_h, a_h, z_out, a_out = self._forward(X_train[batch_idx])
                delta_out = a_out - y_train_enc[batch_idx]
                sigmoid_derivative_h = a_h * (1. - a_h)
                delta_h = (np.dot(delta_out, self.w_out.T) * sigmoid_derivative_h)
                grad_w_h = np.dot(X_train[batch_idx].T, delta_h)
                grad_b_h = np.sum(delta_h, axis=0)
                grad_w_out = np.dot(a_h.T, delta_out)
                grad_b_out = np.sum(delta_out, axis=0)
                delta_w_h = (grad_w_h + self.l2*self.w_h)
                delta_b_h = grad_b_h
                self.w_h -= self.eta * delta_w_h
                self.b_h += self.eta * delta_b_h
                self.w_out -= self.eta * (grad_w_out + self.l2*self.w_out)
                self.b_out -= self.eta * grad_b_out
        return self


class SummedMLPScratch:
    def __init__(self, n_hidden=30, l2=0., epochs=100, eta=0.001, shuffle=True, minibatch_size=1, seed=None):
        self.random = np.random.RandomState(seed)
        self.n_hidden, self.l2, self.epochs, self.eta, self.shuffle, self.minibatch_size = n_hidden, l2, epochs, eta, shuffle, minibatch_size
    def _onehot(self, y, n_classes):
        onehot = np.zeros((n_classes, y.shape[0]))
        for idx, val in enumerate(y.astype(int)):
            onehot[val, idx] = 1.
        return onehot.T
    def _sigmoid(self, z):
        return 1. / (1. + np.exp(-np.clip(z, -250, 250)))
    def _forward(self, X):
        z_h = np.dot(X, self.w_h) + self.b_h
        a_h = self._sigmoid(z_h)
        z_out = np.dot(a_h, self.w_out) + self.b_out
        a_out = self._sigmoid(z_out)
        return z_h, a_h, z_out, a_out
    def predict(self, X):
        z_h, a_h, z_out, a_out = self._forward(X)
        return np.argmax(z_out, axis=1)
    def fit(self, X_train, y_train):
        n_output = np.unique(y_train).shape[0]
        n_features = X_train.shape[1]
        self.b_h = np.zeros(self.n_hidden)
        self.w_h = self.random.normal(loc=0.0, scale=0.1, size=(n_features, self.n_hidden))
        self.b_out = np.zeros(n_output)
        self.w_out = self.random.normal(loc=0.0, scale=0.1, size=(self.n_hidden, n_output))
        y_train_enc = self._onehot(y_train, n_output)
        for i in range(self.epochs):
            indices = np.arange(X_train.shape[0])
            if self.shuffle:
                self.random.shuffle(indices)
            for start_idx in range(0, indices.shape[0] - self.minibatch_size + 1, self.minibatch_size):
                batch_idx = indices[start_idx:start_idx + self.minibatch_size]
                z_h, a_h, z_out, a_out = self._forward(X_train[batch_idx])
                delta_out = a_out - y_train_enc[batch_idx]
                sigmoid_derivative_h = a_h * (1. - a_h)
                delta_h = (np.dot(delta_out, self.w_out.T) * sigmoid_derivative_h)
                grad_w_h = np.dot(X_train[batch_idx].T, delta_h)
                grad_b_h = np.sum(delta_h, axis=0)
                grad_w_out = np.dot(a_h.T, delta_out)
                grad_b_out = np.sum(delta_out)
                delta_w_h = (grad_w_h + self.l2*self.w_h)
                delta_b_h = grad_b_h
                self.w_h -= self.eta * delta_w_h
                self.b_h -= self.eta * delta_b_h
                self.w_out -= self.eta * (grad_w_out + self.l2*self.w_out)
                self.b_out -= self.eta * grad_b_out
        return self
