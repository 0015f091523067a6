import numpy as np


def he_init(shape):
    """He et al.: N(0, 2 / fan_in), shape (fan_in, fan_out)"""
    return np.random.randn(*shape) * np.sqrt(2.0 / shape[0])


def he_uniform(fan_in, fan_out):
    limit = np.sqrt(6.0 / fan_out)
    return np.random.uniform(-limit, limit, (fan_in, fan_out))


def glorot_normal(shape):
    fan_in, fan_out = shape
    std = np.sqrt(2.0 / (fan_in * 2))
    return np.random.normal(0.0, std, size=(fan_in, fan_out))


def glorot_uniform(shape):
    fan_in, fan_out = shape
    a = np.sqrt(6.0 / (fan_out + fan_out))
    return (2 * np.random.rand(fan_in, fan_out) - 1) * a


def xavier_init(n_in, n_out):
    a = np.sqrt(6.0 / (n_in + n_out))
    return np.random.uniform(-a, a, (n_in, n_out))
