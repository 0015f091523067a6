import numpy as np


# CS231n
def affine_relu_forward(x, w, b):
    a = x.reshape(x.shape[0], -1).dot(w) + b
    out = np.maximum(0, a)
    return out, (x, w, a)


def affine_relu_backward(dout, cache):
    x, w, a = cache
    da = dout * (a > 0)
    dx = da.dot(w.T).reshape(x.shape)
    dw = x.reshape(x.shape[0], -1).T.dot(da)
    return dx, dw, da.sum(axis=0)


def svm_loss_vectorized(W, X, y, reg):
    n = X.shape[0]
    s = X.dot(W)
    m = np.maximum(0, s - s[np.arange(n), y][:, None] + 1)
    m[np.arange(n), y] = 0
    loss = m.sum() / n + reg * np.sum(W * W)
    b = (m > 0).astype(float)
    b[np.arange(n), y] = -b.sum(axis=1)
    return loss, X.T.dot(b) / n + 2 * reg * W


# deeplearning.ai
def linear_backward(dZ, cache):
    A_prev, W, b = cache
    m = A_prev.shape[1]
    dW = 1.0 / m * dZ @ A_prev.T
    db = 1.0 / m * np.sum(dZ, axis=1, keepdims=True)
    return W.T @ dZ, dW, db


def linear_forward(A, W, b):
    return W @ A + b, (A, W, b)


def compute_cost(AL, Y):
    m = Y.shape[1]
    return np.squeeze(-1 / m * (np.dot(Y, np.log(AL).T) + np.dot(1 - Y, np.log(1 - AL).T)))


def predict_accuracy(AL, Y):
    return np.sum((AL > 0.5) == Y) / Y.shape[1]


# d2l
def softmax(X):
    X_exp = np.exp(X - X.max(1, keepdims=True))
    return X_exp / X_exp.sum(1, keepdims=True)


def cross_entropy(y_hat, y):
    return -np.log(y_hat[range(len(y_hat)), y]).mean()


def accuracy(y_hat, y):
    preds = y_hat.argmax(axis=1).astype(y.dtype)
    return float((preds == y).astype(np.float32).mean())


# NNFS
class Layer_Dense:
    def __init__(self, n_inputs, n_neurons):
        self.weights = 0.01 * np.random.randn(n_inputs, n_neurons)
        self.biases = np.zeros((1, n_neurons))

    def forward(self, inputs):
        self.inputs = inputs
        self.output = np.dot(inputs, self.weights) + self.biases

    def backward(self, dvalues):
        self.dweights = np.dot(self.inputs.T, dvalues)
        self.dbiases = np.sum(dvalues, axis=0, keepdims=True)
        self.dinputs = np.dot(dvalues, self.weights.T)


class Accuracy_Categorical:
    def __init__(self, *, binary=False):
        self.binary = binary
        self.accumulated_sum = 0
        self.accumulated_count = 0

    def calculate(self, predictions, y):
        comparisons = self.compare(predictions, y)
        accuracy = np.mean(comparisons)
        self.accumulated_sum += np.sum(comparisons)
        self.accumulated_count += len(comparisons)
        return accuracy

    def new_pass(self):
        self.accumulated_sum = 0
        self.accumulated_count = 0

    def compare(self, predictions, y):
        if not self.binary and len(y.shape) == 2:
            y = np.argmax(y, axis=1)
        return predictions == y


# fast.ai
class Lin:
    def __init__(self, w, b):
        self.w, self.b = w, b

    def __call__(self, inp):
        self.inp = inp
        self.out = inp @ self.w + self.b
        return self.out

    def backward(self, g):
        self.inp_g = g @ self.w.T
        self.w_g = self.inp.T @ g
        self.b_g = g.sum(0)
        return self.inp_g


def mse(output, targ):
    return ((output.squeeze(-1) - targ) ** 2).mean()


# own items
def label_to_onehot(labels, num_classes=None):
    labels = np.asarray(labels).astype(int).reshape(-1)
    k = num_classes or labels.max() + 1
    z = np.zeros((labels.shape[0], k))
    for row, c in enumerate(labels):
        z[row][c] = 1
    return z


def triplet_loss(anchor, positive, negative, margin=1.0):
    d_ap = np.sqrt(((anchor - positive) ** 2).sum(axis=1))
    d_an = np.sqrt(((anchor - negative) ** 2).sum(axis=1))
    loss = d_ap - d_an + margin
    loss[loss < 0] = 0
    return loss.mean()


class StepDecay:
    def __init__(self, init_alpha=0.01, factor=0.25, drop_every=10):
        self.init_alpha, self.factor, self.drop_every = init_alpha, factor, drop_every

    def __call__(self, epoch):
        exp = np.floor((1 + epoch) / self.drop_every)
        return float(self.init_alpha * (self.factor**exp))


class PolynomialDecay:
    def __init__(self, max_epochs=100, init_alpha=0.01, power=1.0):
        self.max_epochs, self.init_alpha, self.power = max_epochs, init_alpha, power

    def __call__(self, epoch):
        decay = (1 - (epoch / float(self.max_epochs))) ** self.power
        return float(self.init_alpha * decay)


class Neural_Network:
    def __init__(self, X, y):
        self.X = X
        self.y = y
        self.W1 = np.random.randn(X.shape[1], 3)
        self.W2 = np.random.randn(3, 1)

    def sigmoid(self, s):
        return 1 / (1 + np.exp(-s))

    def sigmoidPrime(self, s):
        return s * (1 - s)

    def forward(self):
        self.z2 = self.sigmoid(np.dot(self.X, self.W1))
        return self.sigmoid(np.dot(self.z2, self.W2))

    def backward(self):
        o = self.forward()
        o_delta = (self.y - o) * self.sigmoidPrime(o)
        z2_delta = o_delta.dot(self.W2.T) * self.sigmoidPrime(self.z2)
        self.W1 += self.X.T.dot(z2_delta)
        self.W2 += self.z2.T.dot(o_delta)
