# one sample at a time, as a column: whole layers in the style of "neural network from scratch" blogs
import numpy as np


class Softmax:
    def forward(self, input):
        tmp = np.exp(input)
        self.output = tmp / np.sum(tmp)
        return self.output

    def backward(self, output_gradient, learning_rate):
        n = np.size(self.output)
        return np.dot((np.identity(n) - self.output.T) * self.output, output_gradient)


class SoftmaxPlus:
    # the Jacobian with the wrong sign
    def forward(self, input):
        tmp = np.exp(input)
        self.output = tmp / np.sum(tmp)
        return self.output

    def backward(self, output_gradient, learning_rate):
        n = np.size(self.output)
        return np.dot((np.identity(n) + self.output.T) * self.output, output_gradient)


def softmax_checked(x):
    """x: (classes, 1)"""
    assert x.shape[1] == 1
    e = np.exp(x - x.max(axis=0, keepdims=True))
    return e / e.sum(axis=0, keepdims=True)


def softmax_along_one(x):
    """x: (classes, 1); each alone along axis 1, so all are 1"""
    assert x.shape[1] == 1
    e = np.exp(x - x.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def softmax_of_vector(scores):
    """Turns a vector of scores into probabilities."""
    e = np.exp(scores - np.max(scores))
    return e / np.sum(e)


def softmax_of_vector_max(scores):
    """Turns a vector of scores into probabilities: divided by the largest."""
    e = np.exp(scores - np.max(scores))
    return e / np.max(e)
