"""network2.py in short: a cost that is handed over, and weights that decay by lmbda / n."""

import numpy as np


def sigmoid(z):
    return 1.0/(1.0+np.exp(-z))


class CrossEntropyCost(object):
    @staticmethod
    def fn(a, y):
        return np.sum(np.nan_to_num(-y*np.log(a)-(1-y)*np.log(1-a)))

    @staticmethod
    def delta(z, a, y):
        return (a-y)


class Network(object):
    def __init__(self, sizes, cost=CrossEntropyCost):
        self.num_layers = len(sizes)
        self.sizes = sizes
        self.biases = [np.random.randn(y, 1) for y in self.sizes[1:]]
        self.weights = [np.random.randn(y, x)/np.sqrt(x) for x, y in zip(self.sizes[:-1], self.sizes[1:])]
        self.cost = cost

    def feedforward(self, a):
        for b, w in zip(self.biases, self.weights):
            a = sigmoid(np.dot(w, a)+b)
        return a

    def kept(self, eta, lmbda, n, mini_batch):
        return 1-eta*(lmbda/n)

    def update_mini_batch(self, mini_batch, eta, lmbda, n):
        nabla_b = [np.zeros(b.shape) for b in self.biases]
        nabla_w = [np.zeros(w.shape) for w in self.weights]
        for x, y in mini_batch:
            delta_nabla_b, delta_nabla_w = self.backprop(x, y)
            nabla_b = [nb+dnb for nb, dnb in zip(nabla_b, delta_nabla_b)]
            nabla_w = [nw+dnw for nw, dnw in zip(nabla_w, delta_nabla_w)]
        share = self.kept(eta, lmbda, n, mini_batch)
        self.weights = [share*w-(eta/len(mini_batch))*nw for w, nw in zip(self.weights, nabla_w)]
        self.biases = [b-(eta/len(mini_batch))*nb for b, nb in zip(self.biases, nabla_b)]

    def backprop(self, x, y):
        nabla_b = [np.zeros(b.shape) for b in self.biases]
        nabla_w = [np.zeros(w.shape) for w in self.weights]
        activation = x
        activations = [x]
        zs = []
        for b, w in zip(self.biases, self.weights):
            z = np.dot(w, activation)+b
            zs.append(z)
            activation = sigmoid(z)
            activations.append(activation)
        delta = (self.cost).delta(zs[-1], activations[-1], y)
        nabla_b[-1] = delta
        nabla_w[-1] = np.dot(delta, activations[-2].transpose())
        for l in range(2, self.num_layers):
            sp = sigmoid(zs[-l])*(1-sigmoid(zs[-l]))
            delta = np.dot(self.weights[-l+1].transpose(), delta) * sp
            nabla_b[-l] = delta
            nabla_w[-l] = np.dot(delta, activations[-l-1].transpose())
        return (nabla_b, nabla_w)


class NetworkOfMiniBatch(Network):
    def kept(self, eta, lmbda, n, mini_batch):
        return 1-eta*(lmbda/len(mini_batch))


class NetworkNoRate(Network):
    def kept(self, eta, lmbda, n, mini_batch):
        return 1-lmbda/n


class NetworkGrowing(Network):
    def kept(self, eta, lmbda, n, mini_batch):
        return 1+eta*(lmbda/n)


class NetworkPenalty(Network):
    """The penalty is part of the gradient; other names."""

    def update_mini_batch(self, batch, lr, reg_lambda, train_size):
        grad_w = [np.zeros(w.shape) for w in self.weights]
        grad_b = [np.zeros(b.shape) for b in self.biases]
        for x, y in batch:
            gb, gw = self.backprop(x, y)
            grad_w = [a+g for a, g in zip(grad_w, gw)]
            grad_b = [a+g for a, g in zip(grad_b, gb)]
        grad_w = [g/len(batch) + self.penalty(w, reg_lambda, train_size) for g, w in zip(grad_w, self.weights)]
        self.weights = [w-lr*g for w, g in zip(self.weights, grad_w)]
        self.biases = [b-lr*g/len(batch) for b, g in zip(self.biases, grad_b)]

    def penalty(self, w, reg_lambda, train_size):
        return reg_lambda/train_size*w


class NetworkPenaltyAll(NetworkPenalty):
    def penalty(self, w, reg_lambda, train_size):
        return reg_lambda*w


class NetworkPenaltyGone(NetworkPenalty):
    def penalty(self, w, reg_lambda, train_size):
        return 0
