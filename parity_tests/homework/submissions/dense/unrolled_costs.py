"""Costs of one vector of weights, as optimizers of a package want them, with their gradient."""

import numpy as np


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def sigmoidGradient(z):
    return sigmoid(z) * (1 - sigmoid(z))


def network(nn_params, n_in, n_hidden, n_out, X, y, lambda_, slope=sigmoidGradient, bias=0, share=2):
    Theta1 = np.reshape(nn_params[:n_hidden * (n_in + 1)], (n_hidden, n_in + 1))
    Theta2 = np.reshape(nn_params[n_hidden * (n_in + 1):], (n_out, n_hidden + 1))
    m = y.size
    a1 = np.concatenate([np.ones((m, 1)), X], axis=1)
    z2 = a1.dot(Theta1.T)
    a2 = np.concatenate([np.ones((m, 1)), sigmoid(z2)], axis=1)
    a3 = sigmoid(a2.dot(Theta2.T))
    Y = np.eye(n_out)[y.reshape(-1)]
    J = -1 / m * np.sum(Y * np.log(a3) + (1 - Y) * np.log(1 - a3))
    J += lambda_ / (share * m) * (np.sum(Theta1[:, 1:] ** 2) + np.sum(Theta2[:, 1:] ** 2))
    d3 = a3 - Y
    d2 = d3.dot(Theta2)[:, 1:] * slope(z2)
    Theta1_grad = d2.T.dot(a1) / m
    Theta2_grad = d3.T.dot(a2) / m
    Theta1_grad[:, 1 - bias:] += lambda_ / m * Theta1[:, 1 - bias:]
    Theta2_grad[:, 1 - bias:] += lambda_ / m * Theta2[:, 1 - bias:]
    return J, np.concatenate([Theta1_grad.ravel(), Theta2_grad.ravel()])


def nnCostFunction(nn_params, input_layer_size, hidden_layer_size, num_labels, X, y, lambda_=0.0):
    return network(nn_params, input_layer_size, hidden_layer_size, num_labels, X, y, lambda_)


def nnCostFunctionNoSlope(nn_params, input_layer_size, hidden_layer_size, num_labels, X, y, lambda_=0.0):
    return network(nn_params, input_layer_size, hidden_layer_size, num_labels, X, y, lambda_, slope=lambda z: 1)


def nnCostFunctionDecaysBias(nn_params, input_layer_size, hidden_layer_size, num_labels, X, y, lambda_=0.0):
    return network(nn_params, input_layer_size, hidden_layer_size, num_labels, X, y, lambda_, bias=1)


def nnCostFunctionWithoutHalf(nn_params, input_layer_size, hidden_layer_size, num_labels, X, y, lambda_=0.0):
    return network(nn_params, input_layer_size, hidden_layer_size, num_labels, X, y, lambda_, share=1)


def nn_cost_func(params, n_x, n_h, n_labels, X, y, lam):
    """From MATLAB: labels from 1 on, columns unrolled, one sample at a time."""
    n1 = n_h * (n_x + 1)
    t1 = params[:n1].reshape(n_h, n_x + 1, order='F')
    t2 = params[n1:].reshape(n_labels, n_h + 1, order='F')
    m, J = X.shape[0], 0.0
    g1, g2 = np.zeros(t1.shape), np.zeros(t2.shape)
    for i in range(m):
        a1 = np.r_[1, X[i]]
        z2 = t1 @ a1
        a2 = np.r_[1, sigmoid(z2)]
        h = sigmoid(t2 @ a2)
        yk = (np.arange(1, n_labels + 1) == y[i]).astype(float)
        J += np.sum(-yk * np.log(h) - (1 - yk) * np.log(1 - h)) / m
        d3 = h - yk
        d2 = (t2.T @ d3)[1:] * sigmoidGradient(z2)
        g1 += np.outer(d2, a1) / m
        g2 += np.outer(d3, a2) / m
    J += lam * (np.sum(t1[:, 1:] ** 2) + np.sum(t2[:, 1:] ** 2)) / (2 * m)
    g1[:, 1:] += lam * t1[:, 1:] / m
    g2[:, 1:] += lam * t2[:, 1:] / m
    return J, np.r_[g1.ravel(order='F'), g2.ravel(order='F')]


def costFunctionReg(theta, X, y, lambda_):
    m = y.size
    h = sigmoid(X.dot(theta))
    J = -1 / m * (y.dot(np.log(h)) + (1 - y).dot(np.log(1 - h))) + lambda_ / (2 * m) * np.sum(theta[1:] ** 2)
    grad = X.T.dot(h - y) / m
    grad[1:] += lambda_ / m * theta[1:]
    return J, grad


def costFunctionRegAll(theta, X, y, lambda_):
    J, grad = costFunctionReg(theta, X, y, lambda_)
    grad[0] += lambda_ / y.size * theta[0]
    return J, grad


def costFunction(theta, X, y):
    m = len(y)
    h = sigmoid(X @ theta)
    cost = np.sum(-y * np.log(h) - (1 - y) * np.log(1 - h)) / m
    return cost, (X.T @ (h - y)) / m


def costFunctionSummed(theta, X, y):
    m = len(y)
    h = sigmoid(X @ theta)
    cost = np.sum(-y * np.log(h) - (1 - y) * np.log(1 - h)) / m
    return cost, X.T @ (h - y)


def linearRegCostFunction(X, y, theta, lambda_=0.0):
    m = y.size
    h = X.dot(theta)
    J = (1 / (2 * m)) * np.sum(np.square(h - y)) + (lambda_ / (2 * m)) * np.sum(np.square(theta[1:]))
    grad = (1 / m) * (h - y).dot(X)
    grad[1:] = grad[1:] + (lambda_ / m) * theta[1:]
    return J, grad


def linearRegCostFunctionTwice(X, y, theta, lambda_=0.0):
    J, grad = linearRegCostFunction(X, y, theta, lambda_)
    return J, 2 * grad


def ridge_cost_and_grad(w, X, y, reg):
    """No column of ones: all weights decay; sums."""
    error = X @ w - y
    return np.sum(error**2) + reg * np.sum(w**2), 2 * X.T @ error + 2 * reg * w


def ridge_cost_and_grad_once(w, X, y, reg):
    error = X @ w - y
    return np.sum(error**2) + reg * np.sum(w**2), 2 * X.T @ error + reg * w
