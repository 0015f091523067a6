import numpy as np


def one_hot(x, k, dtype=np.float32):
    return np.array(x[:, None] == np.arange(k), dtype)


def encode_one_hot(y, n_classes, axis=-1):
    return np.take(np.eye(n_classes), y, axis=0)


def one_hot_encoder(labels):
    n = len(labels)
    classes = sorted(set(labels))
    table = {c: i for i, c in enumerate(classes)}
    out = np.zeros((n, len(classes)))
    for i in range(n):
        out[i, table[labels[i]]] = 1
    return out


def accuracy(params_pred, labels):
    return sum(int(np.argmax(p) == l) for p, l in zip(params_pred, labels)) / len(labels)


def accuracy_topk(scores, y, k=1):
    top = np.argsort(scores, axis=1)[:, -k:]
    return np.mean([y[i] in top[i] for i in range(len(y))])


def compute_acc(y_true, y_prob):
    y_pred = np.where(y_prob >= 0.5, 1, 0)
    return np.count_nonzero(y_pred == y_true) / y_true.size * 100


def get_accuracy_value(Y_hat, Y):
    Y_hat_ = np.copy(Y_hat)
    Y_hat_[Y_hat_ > 0.5] = 1
    Y_hat_[Y_hat_ <= 0.5] = 0
    return (Y_hat_ == Y).all(axis=0).mean()


def class_accuracy(target, output):
    correct = np.equal(np.argmax(output, 1), np.argmax(target, 1))
    return 100.0 * np.mean(correct)


def tripletLoss(f_a, f_p, f_n, alpha=0.2):
    total = 0
    for a, p, n in zip(f_a, f_p, f_n):
        total += max(np.sum((a - p) ** 2) - np.sum((a - n) ** 2) + alpha, 0)
    return total / len(f_a)


class Contrastive_Loss(object):
    def __init__(self, margin=1.0):
        self.margin = margin

    def forward(self, output1, output2, label):
        self.o1, self.o2, self.label = output1, output2, label
        self.d = np.sqrt(np.sum((output1 - output2) ** 2, axis=1) + 1e-9)
        pos = (1 - label) * self.d**2
        neg = label * np.clip(self.margin - self.d, 0, None) ** 2
        return np.mean(pos + neg)


def lr_warmup(step, base_lr=0.1, warmup_steps=100):
    return base_lr * min(1.0, (step + 1) / warmup_steps)


def update_lr(lr0, decay_rate, epoch_num):
    return lr0 / (1 + decay_rate * epoch_num)


def schedule_lr_decay(learning_rate0, epoch_num, decay_rate, time_interval=1000):
    return learning_rate0 / (1 + decay_rate * np.floor(epoch_num / time_interval))


class ExponentialLR:
    def __init__(self, lr, gamma=0.9):
        self.lr, self.gamma = lr, gamma

    def step(self):
        self.lr *= self.gamma
        return self.lr


def gd_step(theta, grad, eta=0.1):
    return theta - eta * grad


def optimizer_step(params, grads, lr=0.01, weight_decay=0.0):
    for k in params:
        params[k] -= lr * (grads[k] + weight_decay * params[k])


def tanh(x):
    return np.tanh(x)


def tanh_derivative(x):
    return 1 - x**2


class Net:
    def __init__(self, X, Y):
        self.X, self.Y = X, Y
        self.W1 = np.random.randn(X.shape[1], 8)
        self.b1 = np.zeros(8)
        self.W2 = np.random.randn(8, 1)
        self.b2 = np.zeros(1)

    def forward(self):
        self.a1 = tanh(self.X @ self.W1 + self.b1)
        self.a2 = self.a1 @ self.W2 + self.b2
        return self.a2

    def backward(self, lr=0.01):
        n = self.Y.shape[0]
        d = 2 * (self.a2 - self.Y) / n
        dh = (d @ self.W2.T) * tanh_derivative(self.a1)
        self.W2 -= lr * self.a1.T @ d
        self.b2 -= lr * d.sum(axis=0)
        self.W1 -= lr * self.X.T @ dh
        self.b1 -= lr * dh.sum(axis=0)
