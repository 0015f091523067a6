# layers that train themselves: backward(grad, lr) does the step
import numpy as np
import seaborn as sns
from tqdm import tqdm

WIDTH = 64


class Dense:
    def __init__(self, n_inputs, n_neurons):
        self.weights = 0.1 * np.random.randn(n_inputs, n_neurons)
        self.biases = np.zeros((1, n_neurons))

    def forward(self, inputs):
        self.inputs = inputs
        self.output = np.dot(inputs, self.weights) + self.biases
        return self.output

    def backward(self, dvalues, lr):
        dinputs = np.dot(dvalues, self.weights.T)
        self.weights -= lr * np.dot(self.inputs.T, dvalues)
        self.biases -= lr * np.sum(dvalues, axis=0, keepdims=True)
        return dinputs


class DenseWithBug:
    def __init__(self, n_inputs, n_neurons):
        self.weights = 0.1 * np.random.randn(n_inputs, n_neurons)
        self.biases = np.zeros((1, n_neurons))

    def forward(self, inputs):
        self.inputs = inputs
        return np.dot(inputs, self.weights) + self.biases

    def backward(self, dvalues, lr):
        self.weights -= lr * np.dot(self.inputs.T, dvalues)
        self.biases -= lr * np.sum(dvalues, axis=0, keepdims=True)
        return np.dot(dvalues, self.weights.T)


class DenseAscent:
    def __init__(self, n_inputs, n_neurons):
        self.weights = 0.1 * np.random.randn(n_inputs, n_neurons)
        self.biases = np.zeros((1, n_neurons))

    def forward(self, inputs):
        self.inputs = inputs
        return np.dot(inputs, self.weights) + self.biases

    def backward(self, dvalues, lr):
        dinputs = np.dot(dvalues, self.weights.T)
        dweights = np.dot(self.inputs.T, dvalues)
        dbiases = np.sum(dvalues, axis=0, keepdims=True)
        self.weights -= lr * dweights
        self.biases += lr * dbiases
        return dinputs


class Softplus:
    def forward(self, inputs):
        self.inputs = inputs
        return np.log1p(np.exp(inputs))

    def backward(self, dvalues, lr=None):
        return dvalues / (1 + np.exp(-self.inputs))


class GELU:
    def forward(self, inputs):
        self.inputs = inputs
        return inputs / (1 + np.exp(-1.702 * inputs))

    def backward(self, dvalues, lr=None):
        s = 1 / (1 + np.exp(-1.702 * self.inputs))
        return dvalues * (s + self.inputs * s * (1 - s))


net = [Dense(2, WIDTH), Softplus(), Dense(WIDTH, 3)]
for step in tqdm(range(100)):
    out = np.random.randn(8, 2)
    for l in net:
        out = l.forward(out)
    for l in net[::-1]:
        out = l.backward(out, 0.01) if False else out
sns.heatmap(out)
