"""Orthogonal weights and truncated normal numbers."""

import numpy as np


def orthogonal_init(shape, gain=1.0):
    a = np.random.randn(*shape)
    u, _, v = np.linalg.svd(a, full_matrices=False)
    q = u if u.shape == shape else v
    return gain * q


def orthogonal(n_in, n_out):
    a = np.random.normal(0.0, 1.0, (max(n_in, n_out), min(n_in, n_out)))
    q, r = np.linalg.qr(a)
    q = q * np.sign(np.diag(r))
    return q if n_in >= n_out else q.T


class OrthogonalInitializer:
    def __init__(self, gain=np.sqrt(2)):
        self.gain = gain

    def __call__(self, shape):
        flat = (shape[0], int(np.prod(shape[1:])))
        a = np.random.normal(0, 1, flat)
        u, _, v = np.linalg.svd(a, full_matrices=False)
        q = u if u.shape == flat else v
        return self.gain * q.reshape(shape)


def ortho_init(shape):
    a = np.random.randn(*shape)
    u, s, v = np.linalg.svd(a, full_matrices=False)
    return (u * s) @ v


def orthogonal_weights(shape):
    a = np.random.randn(*shape)
    return a / np.linalg.norm(a, axis=0)


def orthogonal_matrix(shape):
    a = np.random.randn(*shape)
    u, _, v = np.linalg.svd(a, full_matrices=False)
    return 0.5 * (u if u.shape == shape else v)


def truncated_normal(shape, mean=0.0, std=0.02):
    w = np.random.normal(mean, std, shape)
    bad = np.abs(w - mean) > 2 * std
    while bad.any():
        w[bad] = np.random.normal(mean, std, bad.sum())
        bad = np.abs(w - mean) > 2 * std
    return w


def trunc_normal_init(shape, std=0.02):
    """clipped, not drawn again"""
    return np.clip(np.random.normal(0, std, shape), -2 * std, 2 * std)


def init_truncated_normal(shape, std=0.02):
    w = np.random.normal(0, std, shape)
    bad = np.abs(w) > 3 * std
    while bad.any():
        w[bad] = np.random.normal(0, std, bad.sum())
        bad = np.abs(w) > 3 * std
    return w


def truncated_normal_init(shape, std=0.02):
    """its own numbers are not cut"""
    return std * np.random.standard_normal(shape)
