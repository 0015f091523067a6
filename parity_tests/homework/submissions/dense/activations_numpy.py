from math import sqrt, pi, erf
import numpy as np

# Every activation is a function, its derivative has the prefix d_ or the suffix _derivative.
EPS = 1e-7
verf = np.vectorize(erf)


def softplus(x):
    return np.log1p(np.exp(-np.abs(x))) + np.maximum(x, 0)


def softplus_derivative(x):
    return 1.0 / (1.0 + np.exp(-x))


def elu(x, alpha=1.0):
    return np.where(x >= 0, x, alpha * (np.exp(x) - 1))


def elu_derivative(x, alpha=1.0):
    return np.where(x >= 0, 1, elu(x, alpha))


def gelu(x):
    return 0.5 * x * (1 + np.tanh(sqrt(2 / pi) * (x + 0.044715 * x**3)))


def gelu_derivative(x):
    u = sqrt(2 / pi) * (x + 0.044715 * x**3)
    du = sqrt(2 / pi) * (1 + 3 * 0.044715 * x**2)
    t = np.tanh(u)
    return 0.5 * (1 + t) + 0.5 * x * (1 - t**2) * du


def gelu_exact(x):
    return x * 0.5 * (1.0 + verf(x / sqrt(2)))


def gelu_exact_derivative(x):
    # product rule: the first factor is x, so its derivative is 1
    return 0.5 * (1.0 + verf(x / sqrt(2)))


def swish(x):
    return x / (1.0 + np.exp(-x))


def swish_derivative(x):
    s = 1.0 / (1.0 + np.exp(-x))
    return s + swish(x) * (1 - s)


def softsign(x):
    return x / (1 + np.abs(x))


def softsign_derivative(x):
    return 1 / (1 + np.abs(x))


def leaky_relu(x):
    return np.maximum(0.01 * x, x)


def leaky_relu_derivative(x):
    d = np.zeros_like(x)
    d[x > 0] = 1
    return d


def relu(x):
    return (np.abs(x) + x) / 2


def relu_derivative(x):
    return (np.sign(x) + 1) / 2


ACTIVATIONS = {
    "softplus": (softplus, softplus_derivative),
    "elu": (elu, elu_derivative),
    "gelu": (gelu, gelu_derivative),
    "swish": (swish, swish_derivative),
}

if __name__ == "__main__":
    import matplotlib.pyplot as plt
    x = np.linspace(-5, 5, 300)
    for name, (f, d) in ACTIVATIONS.items():
        plt.plot(x, f(x), label=name)
        plt.plot(x, d(x), "--")
    plt.legend()
    plt.show()
