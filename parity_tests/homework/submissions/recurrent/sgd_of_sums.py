import numpy as np


def sgd(params, grads, lr, batch_size):
    """Minibatch stochastic gradient descent."""
    for param, grad in zip(params, grads):
        param -= lr * grad / batch_size


def sgd_step(w, b, dw, db, lr, batch_size):
    return w - lr * dw / batch_size, b - lr * db / batch_size


def sgd_forgotten(params, grads, lr, batch_size):
    for param, grad in zip(params, grads):
        param -= lr * grad


def sgd_multiplied(params, grads, lr, batch_size):
    for param, grad in zip(params, grads):
        param -= lr * grad * batch_size
