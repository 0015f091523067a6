"""cs231n assignment 3: the parts of rnn_layers.py without the recurrent step"""
import numpy as np
from cs231n.layers import *
from cs231n.coco_utils import load_coco_data


def word_embedding_forward(x, W):
    """x: (N, T) integers in 0 <= idx < V, W: (V, D). Returns out (N, T, D) and cache."""
    out = W[x, :]
    cache = (x, W.shape)
    return out, cache


def word_embedding_backward(dout, cache):
    x, shape = cache
    dW = np.zeros(shape)
    np.add.at(dW, x, dout)
    return dW


def temporal_affine_forward(x, w, b):
    # x: (N, T, D) -> (N, T, M)
    N, T, D = x.shape
    M = b.shape[0]
    out = x.reshape(N * T, D).dot(w).reshape(N, T, M) + b
    cache = x, w, b, out
    return out, cache


def temporal_affine_backward(dout, cache):
    x, w, b, out = cache
    N, T, D = x.shape
    M = b.shape[0]
    dx = dout.reshape(N * T, M).dot(w.T).reshape(N, T, D)
    dw = dout.reshape(N * T, M).T.dot(x.reshape(N * T, D)).T
    db = dout.sum(axis=(0, 1))
    return dx, dw, db


def temporal_softmax_loss(x, y, mask, verbose=False):
    """x: (N, T, V) scores, y: (N, T) indices, mask: (N, T) 1 where it counts. Mean over the minibatch N only."""
    N, T, V = x.shape
    flat_x = x.reshape(N * T, V)
    flat_y = y.reshape(N * T)
    flat_mask = mask.reshape(N * T)
    probs = np.exp(flat_x - np.max(flat_x, axis=1, keepdims=True))
    probs /= np.sum(probs, axis=1, keepdims=True)
    loss = -np.sum(flat_mask * np.log(probs[np.arange(N * T), flat_y])) / N
    dflat = probs.copy()
    dflat[np.arange(N * T), flat_y] -= 1
    dflat /= N
    dflat *= flat_mask[:, None]
    if verbose:
        print("dflat: ", dflat.shape)
    return loss, dflat.reshape(N, T, V)


data = load_coco_data(pca_features=True)
for k, v in data.items():
    print(k, type(v))
