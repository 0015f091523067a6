"""Networks that make their weights in fit, with all settings in the constructor."""

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
