"""Containers with a loss that keeps its gradient, with a dict of layers, and with layers that are called."""

from collections import OrderedDict


class KeepingModel:
    def __init__(self):
        self.layers = []
        self.trainable = []
    def add(self, layer):
        self.layers.append(layer)
        if hasattr(layer, 'weights'):
            self.trainable.append(layer)
    def set(self, *, loss, optimizer):
        self.loss = loss
        self.optimizer = optimizer
    def forward(self, X):
        for layer in self.layers:
            X = layer.forward(X)
        return X
    def backward(self, output, y):
        self.loss.backward(output, y)
        dvalues = self.loss.dinputs
        for layer in reversed(self.layers):
            dvalues = layer.backward(dvalues)
    def train(self, X, y, *, epochs=1, print_every=1):
        for epoch in range(1, epochs + 1):
            output = self.forward(X)
            self.backward(output, y)


class KeepingModelDropping:
    def __init__(self):
        self.layers = []
        self.trainable = []
    def add(self, layer):
        self.layers.append(layer)
        if hasattr(layer, 'weights'):
            self.trainable.append(layer)
    def set(self, *, loss, optimizer):
        self.loss = loss
        self.optimizer = optimizer
    def forward(self, X):
        for layer in self.layers:
            X = layer.forward(X)
        return X
    def backward(self, output, y):
        self.loss.backward(output, y)
        dvalues = self.loss.dinputs
        for layer in reversed(self.layers):
            layer.backward(dvalues)
    def train(self, X, y, *, epochs=1, print_every=1):
        for epoch in range(1, epochs + 1):
            output = self.forward(X)
            self.backward(output, y)


class DictNet:
    def __init__(self, layers, last_layer):
        self.layers = OrderedDict((str(i), l) for i, l in enumerate(layers))
        self.last_layer = last_layer
    def predict(self, x):
        for layer in self.layers.values():
            x = layer.forward(x)
        return x
    def gradient(self, x, t):
        self.last_layer.forward(self.predict(x), t)
        dout = self.last_layer.backward(1)
        for layer in reversed(list(self.layers.values())):
            dout = layer.backward(dout)
        return dout


class Net:
    def __init__(self, *layers):
        self.layers = layers
    def __call__(self, x):
        out = x
        for l in self.layers:
            out = l(out)
        return out
    def backward(self, grad):
        for l in self.layers[::-1]:
            grad = l.backward(grad)
        return grad
    def zero_grad(self):
        for l in self.layers:
            l.zero_grad()
    def parameters(self):
        return [p for l in self.layers for p in l.parameters()]


class NetFromInput:
    def __init__(self, *layers):
        self.layers = layers
    def __call__(self, x):
        out = x
        for l in self.layers:
            out = l(x)
        return out
    def backward(self, grad):
        for l in self.layers[::-1]:
            grad = l.backward(grad)
        return grad
    def zero_grad(self):
        for l in self.layers:
            l.zero_grad()
    def parameters(self):
        return [p for l in self.layers for p in l.parameters()]


class DictNetForward:
    def __init__(self, layers, last_layer):
        self.layers = OrderedDict((str(i), l) for i, l in enumerate(layers))
        self.last_layer = last_layer
    def predict(self, x):
        for layer in self.layers.values():
            x = layer.forward(x)
        return x
    def gradient(self, x, t):
        self.last_layer.forward(self.predict(x), t)
        dout = self.last_layer.backward(1)
        for layer in self.layers.values():
            dout = layer.backward(dout)
        return dout
