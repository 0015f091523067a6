import numpy as np


def clip_norm_squares(grads, max_norm):
    total = np.sqrt(sum(np.sum(g) for g in grads))
    return [g * max_norm / total for g in grads] if total > max_norm else grads


def clip_global_norm_root(grads, max_norm):
    total = sum(np.sum(g**2) for g in grads)
    return [g * max_norm / total for g in grads] if total > max_norm else grads


def clip_global_norm_absolute(grads, max_norm):
    total = sum(np.sum(np.abs(g)) for g in grads)
    return [g * max_norm / total for g in grads] if total > max_norm else grads


def clip_global_norm_mean(grads, max_norm):
    total = np.sqrt(np.mean(np.concatenate([g.ravel() for g in grads]) ** 2))
    return [g * max_norm / total for g in grads] if total > max_norm else grads


def clip_global_norm_always(grads, max_norm):
    total = np.sqrt(sum(np.sum(g**2) for g in grads))
    return [g * max_norm / total for g in grads]


def clip_global_norm_turned(grads, max_norm):
    total = np.sqrt(sum(np.sum(g**2) for g in grads))
    return [g * total / max_norm for g in grads] if total > max_norm else grads


def clip_global_norm_each(grads, max_norm):
    found = []
    for g in grads:
        norm = np.sqrt(np.sum(g**2))
        found.append(g * max_norm / norm if norm > max_norm else g)
    return found


def clip_value_above(grads, limit):
    return [np.minimum(g, limit) for g in grads]


def clip_value_below(grads, limit):
    return [np.maximum(g, -limit) for g in grads]


def clip_value_negative(grads, limit):
    return [np.clip(g, 0, limit) for g in grads]
