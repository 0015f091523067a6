"""A dense layer with its activation, whose backward pass hands the parts of its cache over in the wrong order."""

import numpy as np


def affine_relu_forward(x, w, b):
    a = x.dot(w) + b
    return np.maximum(0, a), (x, w, a)


def affine_relu_backward(dout, cache):
    x, w, a = cache
    da = dout * (a > 0)
    return da.dot(w), x.T.dot(da), da
