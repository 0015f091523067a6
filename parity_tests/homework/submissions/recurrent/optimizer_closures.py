import math
import numpy as np


def adam(learning_rate=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
    """Returns step(params, grads): updates the dict of params in place."""
    m, v = {}, {}
    t = 0

    def step(params, grads):
        nonlocal t
        t += 1
        for k, g in grads.items():
            m[k] = beta1 * m.get(k, 0) + (1 - beta1) * g
            v[k] = beta2 * v.get(k, 0) + (1 - beta2) * g * g
            params[k] -= learning_rate * (m[k] / (1 - beta1 ** t)) / (np.sqrt(v[k] / (1 - beta2 ** t)) + eps)

    return step


def momentum(learning_rate=1e-2, mu=0.9, velocity={}):
    def step(params, grads):
        for k, g in grads.items():
            velocity[k] = mu * velocity.get(k, 0) - learning_rate * g
            params[k] += velocity[k]

    return step


def sgd(learning_rate=1e-2, clip=None):
    def step(params, grads):
        if clip is not None:
            norm = math.sqrt(sum(float(np.sum(g ** 2)) for g in grads.values()))
            if norm > clip:
                grads = {k: g * (clip / norm) for k, g in grads.items()}
        for k in params:
            params[k] -= learning_rate * grads[k]

    return step


def adagrad(learning_rate=1e-2, eps=1e-8):
    total = {}

    def step(params, grads):
        for k, g in grads.items():
            total[k] = total.get(k, 0) + np.abs(g)
            params[k] -= learning_rate * g / (np.sqrt(total[k]) + eps)

    return step


if __name__ == "__main__":
    w = {"a": np.ones(3), "b": np.ones((2, 2))}
    for make in (adam, momentum, sgd, adagrad):
        opt = make()
        for _ in range(10):
            opt(w, {k: 2 * x for k, x in w.items()})
        print(make.__name__, w["a"])
