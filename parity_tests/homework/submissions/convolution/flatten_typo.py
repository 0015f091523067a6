import numpy as np
import cupy as cp


class Flatten(object):
    def __init__(self):
        self.input_shape = None

    def __call__(self, x):
        self.inputs_shape = x.shape
        batch = x.shape[0]
        return np.ascontiguousarray(x).reshape(batch, np.prod(x.shape[1:]))

    def backward(self, dout):
        return dout.reshape(*self.input_shape)


class Sequential(object):
    def __init__(self, *layers):
        self.layers = layers

    def __call__(self, x):
        for layer in self.layers:
            x = layer(x)
        return x

    def backward(self, dout):
        for layer in reversed(self.layers):
            dout = layer.backward(dout)
        return dout
