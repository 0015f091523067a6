"""Two layer network with parameter dictionaries. python shallow_net_dicts.py data.npz"""
import sys
import numpy as np

EPOCHS = 200
LR = 0.5
data = np.load(sys.argv[1])


def logistic(z):
    return 1.0 / (1.0 + np.exp(-z))


def forward_propagation(X, params):
    # X is n_x by m
    cache = {}
    cache["Z1"] = params["W1"].dot(X) + params["b1"]
    cache["A1"] = np.tanh(cache["Z1"])
    cache["Z2"] = params["W2"].dot(cache["A1"]) + params["b2"]
    cache["A2"] = logistic(cache["Z2"])
    return cache["A2"], cache


def backward_propagation(params, cache, X, Y):
    m = X.shape[1]
    dZ2 = cache["A2"] - Y
    grads = {
        "dW2": dZ2.dot(cache["A1"].T) / m,
        "db2": dZ2.sum(axis=1, keepdims=True) / m,
    }
    # derivative of tanh
    dZ1 = params["W2"].T.dot(dZ2) * (1 - cache["A1"])**2
    grads["dW1"] = dZ1.dot(X.T) / m
    grads["db1"] = dZ1.sum(axis=1, keepdims=True) / m
    return grads


def binary_cross_entropy(A2, Y):
    return -np.mean(Y * np.log(A2) + (1 - Y) * np.log(1 - A2))


params = {
    "W1": np.random.randn(4, 2) * 0.01, "b1": np.zeros((4, 1)),
    "W2": np.random.randn(1, 4) * 0.01, "b2": np.zeros((1, 1)),
}
for e in range(EPOCHS):
    A2, cache = forward_propagation(data["X"], params)
    g = backward_propagation(params, cache, data["X"], data["Y"])
    params = {k: params[k] - LR * g["d" + k] for k in params}
    print(e, binary_cross_entropy(A2, data["Y"]))
