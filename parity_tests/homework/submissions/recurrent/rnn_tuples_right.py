"""RNN classifier for MNIST, an image is read row by row. Functions only, parameters in a tuple."""
import numpy as np
from tqdm import trange

hidden_size = 100
image_size = 28
class_num = 10


def init_parameters(image_size, hidden_size, class_num):
    shapes = [(image_size, hidden_size), (hidden_size, hidden_size), (hidden_size, class_num)]
    U, W, V = [np.random.uniform(-1, 1, s) * np.sqrt(6 / sum(s)) for s in shapes]
    params = (U, W, V, np.zeros((1, hidden_size)), np.zeros((1, class_num)))
    ms = tuple(np.zeros_like(p) for p in params)
    vs = tuple(np.zeros_like(p) for p in params)
    return params, ms, vs


def softmax(x, axis=1):
    e = np.exp(x - np.max(x, axis=axis, keepdims=True))
    return e / np.sum(e, axis=axis, keepdims=True)


def forward_propagation(X, params, batch_size, hidden_size):
    U, W, V, b, c = params
    X = X.reshape(batch_size, -1, U.shape[0])
    h = {-1: np.zeros((batch_size, hidden_size))}
    last = X.shape[1] - 1
    for t in range(last + 1):
        h[t] = np.tanh(b + h[t - 1] @ W + X[:, t] @ U)
    return softmax(c + h[last] @ V), X, h


def backward_propagation(params, X, h, y_pred, targets):
    U, W, V, b, c = params
    batch_size, seq_length, _ = X.shape
    # the cost is averaged over the batch and over the length of the sequence
    delta = (y_pred - targets) / batch_size / seq_length
    dV = h[seq_length - 1].T @ delta
    dc = delta.sum(axis=0, keepdims=True)
    dU, dW, db = np.zeros_like(U), np.zeros_like(W), np.zeros_like(b)
    dh = delta @ V.T
    for t in range(seq_length - 1, -1, -1):
        da = dh * (1 - h[t] * h[t])
        dU += X[:, t].T @ da
        dW += h[t - 1].T @ da
        db += da.sum(axis=0, keepdims=True)
        dh = da @ W.T
    for grad in (dU, dW, dV, db, dc):
        np.clip(grad, -1, 1, out=grad)
    return dU, dW, dV, db, dc


def update_parameters(params, grads, ms, vs, iteration, alpha=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
    """Adam; iteration counts from 1"""
    for p, g, m, v in zip(params, grads, ms, vs):
        m[...] = beta1 * m + (1 - beta1) * g
        v[...] = beta2 * v + (1 - beta2) * g ** 2
        p -= alpha * (m / (1 - beta1 ** iteration)) / (np.sqrt(v / (1 - beta2 ** iteration)) + eps)
    return params


with np.load("mnist.npz") as f:
    X_train, t_train = f["x_train"].reshape(-1, 784), np.eye(10)[f["y_train"]]
X_train = (X_train - X_train.mean()) / X_train.std()
params, ms, vs = init_parameters(image_size, hidden_size, class_num)
for i in trange(240):
    xb, tb = X_train[i * 250:(i + 1) * 250], t_train[i * 250:(i + 1) * 250]
    y_pred, X, h = forward_propagation(xb, params, 250, hidden_size)
    params = update_parameters(params, backward_propagation(params, X, h, y_pred, tb), ms, vs, i + 1)
