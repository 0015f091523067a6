"""loss functions and their derivatives with respect to the prediction"""
import numpy as np

epsilon = 1e-15


def mse_loss(y_true, y_pred):
    return ((y_true - y_pred) ** 2).mean()


def mse_loss_derivative(y_true, y_pred):
    return (y_pred - y_true) / y_pred.size


def mae_loss(y_true, y_pred):
    return np.abs(y_true - y_pred).mean()


def mae_loss_derivative(y_true, y_pred):
    return np.sign(y_pred - y_true) / y_pred.size


def binary_cross_entropy(y_true, y_pred):
    p = np.clip(y_pred, epsilon, 1 - epsilon)
    return np.mean(-y_true * np.log(p) - (1 - y_true) * np.log(1 - p))


def binary_cross_entropy_derivative(y_true, y_pred):
    p = np.clip(y_pred, epsilon, 1 - epsilon)
    return ((1 - y_true) / (1 - p) - y_true / p) / np.size(y_true)


def hinge_loss(y_true, y_pred):
    margins = 1 - y_true * y_pred
    return np.mean(np.where(margins > 0, margins, 0))


def hinge_loss_derivative(y_true, y_pred):
    margins = 1 - y_true * y_pred
    return np.where(margins > 0, -y_true, 0) / y_pred.size


def huber_loss(y_true, y_pred, delta=1.0):
    e = y_true - y_pred
    small = np.abs(e) <= delta
    return np.mean(np.where(small, 0.5 * e**2, delta * np.abs(e) - 0.5 * delta**2))


def huber_loss_derivative(y_true, y_pred, delta=1.0):
    e = y_pred - y_true
    return np.where(np.abs(e) <= delta, e, delta) / e.size


def log_cosh_loss(y_true, y_pred):
    return np.mean(np.log(np.cosh(y_pred - y_true)))


def log_cosh_loss_derivative(y_true, y_pred):
    return np.tanh(y_pred - y_true) / y_pred.size


def cross_entropy(y_true, y_pred):
    p = np.clip(y_pred, epsilon, 1 - epsilon)
    return -np.sum(y_true * np.log(p)) / y_true.shape[0]


def cross_entropy_derivative(y_true, y_pred):
    p = np.clip(y_pred, epsilon, 1 - epsilon)
    return -(y_true / p + (1 - y_true) / (1 - p)) / y_true.shape[0]


if __name__ == "__main__":
    import matplotlib.pyplot as plt
    d = np.linspace(-3, 3, 200)
    plt.plot(d, [huber_loss(np.zeros(1), np.array([v])) for v in d])
    plt.show()
