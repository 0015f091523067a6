# everything here has one output and examples in columns: A and Y are (1, m)
import numpy as np
import h5py


def initialize(n_x):
    return np.zeros((n_x, 1)), 0.


def forward(w, b, X):
    return 1 / (1 + np.exp(-(np.dot(w.T, X) + b)))


def compute_cost(A, Y):
    m = Y.shape[1]
    cost = -(np.dot(Y, np.log(A).T) + np.dot(1 - Y, np.log(1 - A).T)) / m
    return float(np.squeeze(cost))


def cost_function(A, Y):
    """forgot the minus"""
    m = Y.shape[1]
    return np.squeeze(np.dot(Y, np.log(A).T) + np.dot(1 - Y, np.log(1 - A).T)) / m


def get_cost(A, Y):
    m = Y.shape[1]
    cost = -(np.dot(Y, np.log(A).T) + np.dot(1 - Y, np.log(A).T)) / m
    return np.squeeze(cost)


def calc_cost(A, Y):
    m = Y.shape[1]
    return np.squeeze(-np.dot(Y, np.log(A).T) / m)


def mse_cost(Y_hat, Y):
    m = Y.shape[1]
    E = Y_hat - Y
    return np.squeeze(np.dot(E, E.T)) / (2 * m)


def mse_vector(y_hat, y):
    """y_hat, y: (m,)"""
    e = y_hat - y
    return e @ e / len(e)


def mse_vector_sign(y_hat, y):
    e = y_hat + y
    return e @ e / len(e)


def mse_gram(Y_hat, Y):
    E = Y_hat - Y
    return np.squeeze(np.dot(E, Y.T)) / (2 * Y.shape[1])


train = h5py.File('train_catvnoncat.h5', 'r')
w, b = initialize(12288)
print(compute_cost(forward(w, b, train['x']), train['y']))
