import numpy as np

def svm_loss_naive(W, X, y, reg):
    """dW not divided"""
    dW = np.zeros(W.shape)
    num_train = X.shape[0]
    loss = 0.0
    for i in range(num_train):
        scores = X[i].dot(W)
        correct = scores[y[i]]
        for j in range(W.shape[1]):
            if j == y[i]:
                continue
            margin = scores[j] - correct + 1
            if margin > 0:
                loss += margin
                dW[:, j] += X[i]
                dW[:, y[i]] -= X[i]
    loss /= num_train
    loss += reg * np.sum(W * W)
    dW += 2 * reg * W
    return loss, dW

def svm_loss_vectorized(W, X, y, reg):
    # right class counted
    N = X.shape[0]
    scores = X.dot(W)
    m = np.maximum(0, scores - scores[np.arange(N), y].reshape(-1, 1) + 1)
    loss = m.sum() / N + reg * np.sum(W * W)
    mask = (m > 0).astype(float)
    mask[np.arange(N), y] = 0
    mask[np.arange(N), y] = -mask.sum(axis=1)
    return loss, X.T.dot(mask) / N + 2 * reg * W

def svm_loss_2(W, X, y, reg):
    # factor 2 of the penalty is missing
    N = X.shape[0]
    scores = X.dot(W)
    m = np.maximum(0, scores - scores[np.arange(N), y].reshape(-1, 1) + 1)
    m[np.arange(N), y] = 0
    loss = m.sum() / N + reg * np.sum(W * W)
    mask = (m > 0).astype(float)
    mask[np.arange(N), y] = -mask.sum(axis=1)
    return loss, X.T.dot(mask) / N + reg * W

def svm_loss_columns(W, X, y, reg):
    # W: C x D, X: D x N
    N = X.shape[1]
    scores = W.dot(X)
    m = np.maximum(0, scores - scores[y, np.arange(N)] + 1)
    m[y, np.arange(N)] = 0
    loss = m.sum() / N + 0.5 * reg * np.sum(W * W)
    mask = (m > 0).astype(float)
    mask[y, np.arange(N)] = -mask.sum(axis=0)
    return loss, mask.dot(X.T) / N + reg * W

def svm_loss_hard(W, X, y):
    # no penalty, loss only
    N = X.shape[0]
    scores = X.dot(W)
    m = np.maximum(0, scores - scores[np.arange(N), y].reshape(-1, 1) + 1)
    m[np.arange(N), y] = 0
    return m.sum() / N

def svm_loss_no_grad(W, X, y, reg):
    dW = np.zeros_like(W)
    N = X.shape[0]
    scores = X.dot(W)
    m = np.maximum(0, scores - scores[np.arange(N), y].reshape(-1, 1) + 1)
    m[np.arange(N), y] = 0
    return m.sum() / N + reg * np.sum(W ** 2), dW

def svm_loss(x, y):
    # binary: gradient of the right class is -1 once
    N = x.shape[0]
    m = np.maximum(0, x - x[np.arange(N), y][:, None] + 1.0)
    m[np.arange(N), y] = 0
    dx = np.zeros_like(x)
    dx[m > 0] = 1
    dx[np.arange(N), y] -= 1
    return m.sum() / N, dx / N

def multiclass_hinge_loss(scores, labels, delta=1.0):
    n = len(scores)
    right = scores[np.arange(n), labels]
    loss = np.maximum(0, scores - right[:, None] + delta).sum() / n - delta
    return loss

class SVMLoss:
    def __init__(self, margin=1.0):
        self.margin = margin
    def forward(self, scores, y):
        self.y = y
        n = scores.shape[0]
        self.m = np.maximum(0, scores - scores[range(n), y][:, None] + self.margin)
        self.m[range(n), y] = 0
        return np.mean(np.sum(self.m, axis=1))
    def backward(self):
        n = len(self.y)
        d = (self.m > 0) * 1.0
        d[range(n), self.y] = -d.sum(axis=1)
        return d / n

class SVMMargin(SVMLoss):
    def backward(self):
        n = len(self.y)
        d = (self.m > self.margin) * 1.0
        d[range(n), self.y] = -d.sum(axis=1)
        return d / n

def softmax_loss_vectorized(W, X, y, reg):
    # penalty misses in gradient
    N = X.shape[0]
    s = X @ W
    s -= s.max(axis=1, keepdims=True)
    p = np.exp(s) / np.exp(s).sum(axis=1, keepdims=True)
    loss = -np.log(p[np.arange(N), y]).mean() + reg * np.sum(W * W)
    p[np.arange(N), y] -= 1
    return loss, X.T @ p / N

def softmax_cross_entropy_loss(W, b, X, Y):
    s = X @ W + b
    p = np.exp(s) / np.exp(s).sum(axis=1, keepdims=True)
    loss = -(Y * np.log(p)).sum() / len(X)
    d = (p - Y) / len(X)
    return loss, X.T @ d, d.sum(axis=0)

def softmax_cross_entropy_loss_rows(W, b, X, Y):
    s = X @ W + b
    p = np.exp(s) / np.exp(s).sum(axis=1, keepdims=True)
    loss = -(Y * np.log(p)).sum() / len(X)
    d = (p - Y) / len(X)
    grads = {}
    grads['dW'] = X.T @ d
    grads['db'] = d.sum()
    return loss, grads
