"""Forward and backward propagation as functions: the forward pass is handed the labels and gives the cost too."""
import numpy as np


def softmax(x):
    """x: (B, K)"""
    x = x - np.max(x, axis=1, keepdims=True)
    e = np.exp(x)
    return e / np.sum(e, axis=1, keepdims=True)


def sigmoid(x):
    return np.where(x >= 0, 1 / (1 + np.exp(-np.abs(x))), np.exp(-np.abs(x)) / (1 + np.exp(-np.abs(x))))


def get_initial_params(input_size, num_hidden, num_output):
    return {
        'W1': np.random.normal(0, 1, (input_size, num_hidden)),
        'b1': np.zeros(num_hidden),
        'W2': np.random.normal(0, 1, (num_hidden, num_output)),
        'b2': np.zeros(num_output),
    }


def forward_prop(data, labels, params):
    """
    Returns a 3 element tuple: hidden activations, outputs (softmax), average loss
    """
    a1 = sigmoid(data.dot(params['W1']) + params['b1'])
    y_hat = softmax(a1.dot(params['W2']) + params['b2'])
    cost = np.sum(labels * np.log(y_hat)) / data.shape[0]
    return a1, y_hat, cost


def backward_prop(data, labels, params, forward_prop_func):
    a1, y_hat, cost = forward_prop_func(data, labels, params)
    n = data.shape[0]
    d2 = (y_hat - labels) / n
    d1 = d2.dot(params['W2'].T) * a1 * (1 - a1)
    return {'W1': data.T.dot(d1), 'b1': d1.sum(axis=0), 'W2': a1.T.dot(d2), 'b2': d2.sum(axis=0)}


def backward_prop_regularized(data, labels, params, forward_prop_func, reg):
    grads = backward_prop(data, labels, params, forward_prop_func)
    grads['W1'] += 2 * reg * params['W1']
    grads['W2'] += 2 * reg * params['W2']
    return grads


