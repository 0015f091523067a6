import numpy as np
from keras.datasets import mnist
from keras.utils import np_utils


# base class
class Layer:
    def __init__(self):
        self.input = None
        self.output = None

    def forward_propagation(self, input):
        raise NotImplementedError

    def backward_propagation(self, output_error, learning_rate):
        raise NotImplementedError


class FCLayer(Layer):
    def __init__(self, input_size, output_size):
        self.weights = np.random.rand(input_size, output_size) - 0.5
        self.bias = np.random.rand(1, output_size) - 0.5

    def forward_propagation(self, input_data):
        self.input = input_data
        self.output = np.dot(self.input, self.weights) + self.bias
        return self.output

    # computes dE/dW, dE/dB for a given output_error=dE/dY. Returns input_error=dE/dX.
    def backward_propagation(self, output_error, learning_rate):
        input_error = np.dot(output_error, self.weights.T)
        weights_error = np.dot(self.input.T, output_error)
        self.weights -= learning_rate * weights_error
        self.bias -= learning_rate * np.sum(output_error, axis=0, keepdims=True)
        return input_error


class ActivationLayer(Layer):
    def __init__(self, activation, activation_prime):
        self.activation = activation
        self.activation_prime = activation_prime

    def forward_propagation(self, input_data):
        self.input = input_data
        self.output = self.activation(self.input)
        return self.output

    def backward_propagation(self, output_error, learning_rate):
        return self.activation_prime(self.input) * output_error


def tanh(x):
    return np.tanh(x)


def tanh_prime(x):
    return 1 - np.tanh(x)**2


def softmax(x):
    e = np.exp(x - np.max(x))
    return e / np.sum(e)


def softmax_prime(x):
    s = softmax(x)
    return s * (1 - s)


def mse(y_true, y_pred):
    return np.mean(np.power(y_true - y_pred, 2))


def mse_prime(y_true, y_pred):
    return 2 * (y_pred - y_true) / y_true.size


(x_train, y_train), (x_test, y_test) = mnist.load_data()
x_train = x_train.reshape(x_train.shape[0], 1, 28 * 28).astype('float32') / 255
y_train = np_utils.to_categorical(y_train)
layers = [FCLayer(28 * 28, 100), ActivationLayer(tanh, tanh_prime),
          FCLayer(100, 10), ActivationLayer(softmax, softmax_prime)]
for epoch in range(35):
    err = 0
    for x, t in zip(x_train[:1000], y_train[:1000]):
        out = x
        for layer in layers:
            out = layer.forward_propagation(out)
        err += mse(t, out)
        error = mse_prime(t, out)
        for layer in reversed(layers):
            error = layer.backward_propagation(error, 0.1)
    print('epoch %d/%d   error=%f' % (epoch + 1, 35, err / 1000))
