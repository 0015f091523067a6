import numpy as np

N_CLASSES = 10


def one_hot(labels, classes):
    encoded = np.zeros((len(labels), classes))
    encoded[np.arange(len(labels)), labels] = 1
    return encoded


def to_one_hot(y, num_classes=10):
    return np.eye(num_classes, dtype=np.float32)[y]


def convert_to_one_hot(Y, C):
    Y = np.eye(C)[Y.reshape(-1)].T
    return Y


def to_categorical(y, num_classes=None):
    y = np.array(y, dtype="int").ravel()
    if not num_classes:
        num_classes = np.max(y) + 1
    out = np.zeros((y.shape[0], num_classes))
    out[np.arange(y.shape[0]), y] = 1
    return out


def one_hot_encode(y):
    rows = []
    for label in y:
        row = [0] * N_CLASSES
        row[int(label)] = 1
        rows.append(row)
    return rows


def one_hot_np(n_classes, labels):
    return (labels.reshape(-1, 1) == np.arange(n_classes)).astype(int)


def one_hot_labels(y):
    classes = np.unique(y)
    return np.array([(y == c) for c in classes]).T * 1.0


def onehot(digit):
    v = np.zeros((10, 1))
    v[digit] = 1.0
    return v


def make_one_hot(arr, n_labels):
    flat = np.zeros((arr.size, n_labels), dtype=np.float32)
    flat[np.arange(flat.shape[0]), arr.flatten()] = 1.0
    return flat.reshape((*arr.shape, n_labels))


def accuracy(pred, labels):
    return np.mean(np.argmax(pred, axis=1) == labels)


def get_accuracy(predictions, Y):
    return np.sum(predictions == Y) / Y.size


def calc_accuracy(y, t):
    y = np.argmax(y, axis=1)
    if t.ndim != 1:
        t = np.argmax(t, axis=1)
    return np.sum(y == t) / float(y.shape[0])


def compute_accuracy(y_true, y_pred):
    correct = 0
    for i in range(len(y_true)):
        if y_true[i] == y_pred[i]:
            correct += 1
    return correct / float(len(y_true)) * 100.0


def batch_accuracy(y_hat, y):
    if len(y_hat.shape) > 1 and y_hat.shape[1] > 1:
        y_hat = y_hat.argmax(axis=1)
    return float((y_hat.astype(y.dtype) == y).sum())


def binary_accuracy(A, Y):
    p = (A > 0.5).astype(int)
    return 100 - np.mean(np.abs(p - Y)) * 100


def accuracy_percent(Y, predictions):
    return float((np.dot(Y, predictions.T) + np.dot(1 - Y, 1 - predictions.T)) / float(Y.size) * 100)


def categorical_accuracy(AL, Y):
    return float(np.mean(np.argmax(AL, axis=0) == np.argmax(Y, axis=0)))


def accuracy_score(logits, y_onehot):
    hits = [int(np.argmax(z) == np.argmax(t)) for z, t in zip(logits, y_onehot)]
    return round(sum(hits) / len(hits), 2)


class Accuracy:
    def __init__(self):
        self.hits = 0
        self.seen = 0

    def reset(self):
        self.hits = 0
        self.seen = 0

    def __call__(self, outputs, targets):
        self.hits += np.sum(outputs.argmax(-1) == targets)
        self.seen += len(targets)
        return self.hits / self.seen


class Metric:
    def calculate(self, predictions, y):
        return np.mean(self.compare(predictions, y))


class CategoricalAccuracy(Metric):
    def compare(self, predictions, y):
        if len(y.shape) == 2:
            y = np.argmax(y, axis=1)
        return np.argmax(predictions, axis=1) == y
