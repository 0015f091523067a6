# hinge losses of two classes and of several
import numpy as np


def hinge_loss(y_true, y_pred):
    return np.mean(np.maximum(0, 1 - y_true * y_pred))


def hinge_loss_grad(y_true, y_pred):
    return np.where(y_true * y_pred < 1, -y_true, 0) / y_true.size


def svm_loss(scores, y):
    """structured SVM, in loops"""
    loss = 0.0
    for s, label in zip(scores, y):
        for k in range(len(s)):
            if k != label:
                loss += max(0, s[k] - s[label] + 1)
    return loss / len(scores)


def svm_loss_largest(scores, y):
    # the largest wrong score alone
    loss = 0.0
    for s, label in zip(scores, y):
        loss += max(0, max(s[k] - s[label] + 1 for k in range(len(s)) if k != label))
    return loss / len(scores)


def squared_hinge(scores, y):
    n = len(y)
    m = np.maximum(0, scores - scores[np.arange(n), y][:, None] + 1)
    m[np.arange(n), y] = 0
    d = 2 * m
    d[np.arange(n), y] = -d.sum(axis=1)
    return (m ** 2).sum() / n, d / n


def squared_hinge_slope(scores, y):
    # the slope is that of the hinge
    n = len(y)
    m = np.maximum(0, scores - scores[np.arange(n), y][:, None] + 1)
    m[np.arange(n), y] = 0
    d = (m > 0).astype(float)
    d[np.arange(n), y] = -d.sum(axis=1)
    return (m ** 2).sum() / n, d / n


def squared_hinge_binary(y_true, y_pred):
    return np.mean(np.maximum(0, 1 - y_true * y_pred) ** 2)
