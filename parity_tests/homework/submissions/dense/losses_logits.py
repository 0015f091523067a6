import numpy as np


class CrossEntropyLoss:
    """expects raw scores (m, classes) and one-hot labels (m, classes)"""

    def _softmax(self, z):
        z = z - np.max(z, axis=-1, keepdims=True)
        return np.exp(z) / np.sum(np.exp(z), axis=-1, keepdims=True)

    def loss(self, predicted, actual):
        m = actual.shape[0]
        p = self._softmax(predicted)
        return -np.sum(actual * np.log(p)) / m

    def grad(self, predicted, actual):
        m = actual.shape[0]
        return (predicted - actual) / m


class SoftmaxCrossEntropyLoss(CrossEntropyLoss):
    def grad(self, predicted, actual):
        return (self._softmax(predicted) - actual) / actual.shape[0]


class MSE:
    def loss(self, predicted, actual):
        return np.mean((predicted - actual) ** 2)

    def grad(self, predicted, actual):
        return 2 * (predicted - actual) / predicted.size


class BinaryCrossEntropy:
    def loss(self, predicted, actual):
        p = np.clip(predicted, 1e-12, 1 - 1e-12)
        return -np.mean(actual * np.log(p) + (1 - actual) * np.log(1 - p))

    def grad(self, predicted, actual):
        p = np.clip(predicted, 1e-12, 1 - 1e-12)
        return -(actual / p + (1 - actual) / (1 - p)) / predicted.size


class MAE:
    def loss(self, predicted, actual):
        return np.mean(np.abs(predicted - actual))

    def grad(self, predicted, actual):
        return np.where(actual > predicted, 1.0, -1.0) / predicted.size


class Huber:
    def __init__(self, delta=1.0):
        self.delta = delta

    def loss(self, predicted, actual):
        e = np.abs(predicted - actual)
        quad = np.minimum(e, self.delta)
        return np.mean(0.5 * quad**2 + self.delta * (e - quad))

    def grad(self, predicted, actual):
        e = predicted - actual
        small = np.abs(e) <= self.delta
        return np.where(small, e, self.delta * np.sign(e)) / predicted.size


class HingeLoss:
    # labels are -1 / +1
    def loss(self, predicted, actual):
        return np.mean(np.maximum(0, 1 - actual * predicted))

    def grad(self, predicted, actual):
        return -actual / predicted.size


if __name__ == "__main__":
    rs = np.random.RandomState(0)
    a, b = rs.rand(3, 4), rs.rand(3, 4)
    for L in (MSE(), BinaryCrossEntropy(), MAE(), Huber(), HingeLoss()):
        print(type(L).__name__, L.loss(a, b), L.grad(a, b).sum())
