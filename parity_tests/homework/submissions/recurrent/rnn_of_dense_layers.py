import copy
import math
import numpy as np


class Layer:
    def set_input_shape(self, shape):
        self.input_shape = shape


class TanH:
    def forward(self, x):
        self.x = x
        return np.tanh(x)

    def backward(self, grad):
        return grad * (1 - np.tanh(self.x) ** 2)


class Dense(Layer):
    def __init__(self, n_units, input_dim):
        self.n_units, self.input_dim = n_units, input_dim

    def initialize(self, optimizer):
        limit = 1 / math.sqrt(self.input_dim)
        self.W = np.random.uniform(-limit, limit, (self.input_dim, self.n_units))
        self.b = np.zeros((1, self.n_units))
        self.W_opt = copy.copy(optimizer)
        self.b_opt = copy.copy(optimizer)

    def forward(self, X):
        self.layer_input = X
        return X.dot(self.W) + self.b

    def backward(self, grad):
        W = self.W
        self.W = self.W_opt.update(self.W, self.layer_input.T.dot(grad))
        self.b = self.b_opt.update(self.b, np.sum(grad, axis=0, keepdims=True))
        return grad.dot(W.T)


class RNN(Layer):
    """Built from three fully connected layers: input -> state, state -> state, state -> output"""

    def __init__(self, n_units, n_inputs, n_outputs):
        self.n_units = n_units
        self.input_layer = Dense(n_units, n_inputs)
        self.state_layer = Dense(n_units, n_units)
        self.output_layer = Dense(n_outputs, n_units)
        self.activation = TanH()

    def initialize(self, optimizer):
        for layer in (self.input_layer, self.state_layer, self.output_layer):
            layer.initialize(optimizer)

    def forward(self, X):
        N, T, _ = X.shape
        state = np.zeros((N, self.n_units))
        out = []
        for t in range(T):
            state = self.activation.forward(self.input_layer.forward(X[:, t]) + self.state_layer.forward(state))
            out.append(self.output_layer.forward(state))
        return np.stack(out, axis=1)

    def backward(self, grad):
        N, T, _ = grad.shape
        dX = []
        d_state = np.zeros((N, self.n_units))
        for t in reversed(range(T)):
            d = self.output_layer.backward(grad[:, t]) + d_state
            d = self.activation.backward(d)
            dX.insert(0, self.input_layer.backward(d))
            d_state = self.state_layer.backward(d)
        return np.stack(dX, axis=1)


class StochasticGradientDescent:
    def __init__(self, learning_rate=0.01):
        self.learning_rate = learning_rate

    def update(self, w, grad):
        return w - self.learning_rate * grad


rnn = RNN(10, 4, 2)
rnn.initialize(StochasticGradientDescent())
y = rnn.forward(np.random.rand(3, 5, 4))
print(rnn.backward(y).shape)
