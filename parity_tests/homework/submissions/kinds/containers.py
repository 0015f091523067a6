"""Containers of layers: what is handed from layer to layer, forward and back."""

import numpy as np


class Sequential:
    def __init__(self):
        self.layers = []

    def add(self, layer):
        self.layers.append(layer)

    def forward(self, x):
        for layer in self.layers:
            x = layer.forward(x)
        return x

    def backward(self, dout):
        for layer in reversed(self.layers):
            dout = layer.backward(dout)
        return dout


class Stack(Sequential):
    def __init__(self, *layers):
        self.layers = list(layers)

    def backward(self, dout):
        for i in range(len(self.layers) - 1, -1, -1):
            dout = self.layers[i].backward(dout)
        return dout


class Chain:
    def __init__(self, modules=None):
        self.modules = modules or []

    def __call__(self, x):
        for module in self.modules:
            x = module(x)
        return x

    def backward(self, grad, lr=0.1):
        for module in self.modules[::-1]:
            grad = module.backward(grad, lr)
        return grad


class Model:
    """With a loss of its own; its gradient need not go further than the first layer."""

    def __init__(self, layers, loss, optimizer=None):
        self.layers, self.loss, self.optimizer = layers, loss, optimizer
        self.modules = layers

    def forward(self, X, training=True):
        for layer in self.modules:
            X = layer.forward(X, training)
        return X

    def backward(self, y_pred, y_true):
        grad = self.loss.gradient(y_pred, y_true)
        for layer in reversed(self.modules):
            grad = layer.backward(grad)


class Network:
    """Trains in fit, one sample at a time."""

    def __init__(self):
        self.layers = []
        self.loss = None
        self.loss_prime = None

    def add(self, layer):
        self.layers.append(layer)

    def use(self, loss, loss_prime):
        self.loss, self.loss_prime = loss, loss_prime

    def predict(self, input_data):
        result = []
        for sample in input_data:
            output = sample
            for layer in self.layers:
                output = layer.forward_propagation(output)
            result.append(output)
        return result

    def fit(self, x_train, y_train, epochs, learning_rate):
        for epoch in range(epochs):
            err = 0
            for x, y in zip(x_train, y_train):
                output = x
                for layer in self.layers:
                    output = layer.forward_propagation(output)
                err += self.loss(y, output)
                error = self.loss_prime(y, output)
                for layer in reversed(self.layers):
                    error = layer.backward_propagation(error, learning_rate)
            print("epoch %d error %f" % (epoch + 1, err / len(x_train)))


class ForwardOrder(Sequential):
    def backward(self, dout):
        for layer in self.layers:
            dout = layer.backward(dout)
        return dout


class Dropping(Sequential):
    def backward(self, dout):
        for layer in reversed(self.layers):
            layer.backward(dout)
        return dout


class WithoutFirst(Sequential):
    def backward(self, dout):
        for i in range(len(self.layers) - 1, 0, -1):
            dout = self.layers[i].backward(dout)
        return dout


class WithoutLast(Sequential):
    def backward(self, dout):
        for layer in self.layers[-2::-1]:
            dout = layer.backward(dout)
        return dout


class GivesBackWhatItWasHanded(Sequential):
    def backward(self, dout):
        grad = dout
        for layer in reversed(self.layers):
            grad = layer.backward(grad)
        return dout


class TurnedInPlace(Sequential):
    def backward(self, dout):
        self.layers.reverse()
        for layer in self.layers:
            dout = layer.backward(dout)
        return dout


class ForwardWithoutFirst(Sequential):
    def forward(self, x):
        for layer in self.layers[1:]:
            x = layer.forward(x)
        return x


class ForwardDropping(Sequential):
    def forward(self, x):
        for layer in self.layers:
            out = layer.forward(x)
        return out


class Shared(Sequential):
    def __init__(self, layers=[]):
        self.layers = layers


class ModelForwardOrder(Model):
    def __init__(self, layers, loss):
        self.modules = layers
        self.loss = loss

    def backward(self, y_pred, y_true):
        grad = self.loss.gradient(y_pred, y_true)
        for layer in self.modules:
            grad = layer.backward(grad)


class NetworkDropping(Network):
    def fit(self, x_train, y_train, epochs, learning_rate):
        for _ in range(epochs):
            for x, y in zip(x_train, y_train):
                output = x
                for layer in self.layers:
                    output = layer.forward_propagation(output)
                error = self.loss_prime(y, output)
                for layer in reversed(self.layers):
                    layer.backward_propagation(error, learning_rate)
