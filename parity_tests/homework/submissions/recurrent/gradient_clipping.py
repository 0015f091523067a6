import numpy as np


def clip_grads(grads, max_norm):
    """勾配クリッピング: 全勾配のL2ノルムで割る (リストをその場で書き換える)"""
    squares = [np.sum(g * g) for g in grads]
    scale = max_norm / (np.sqrt(sum(squares)) + 1e-6)
    if scale >= 1:
        return
    for g in grads:
        g *= scale


def clip(gradients, maxValue):
    """Clips every gradient of the dict between -maxValue and maxValue (dWax, dWaa, dWya, db, dby)."""
    for name in ("dWax", "dWaa", "dWya", "db", "dby"):
        np.clip(gradients[name], -maxValue, maxValue, out=gradients[name])
    return gradients


def clip_by_global_norm(grads, clip_norm):
    """dict -> new dict"""
    global_norm = sum(np.sum(np.square(g)) for g in grads.values())
    if global_norm > clip_norm:
        return {k: g * clip_norm / global_norm for k, g in grads.items()}
    return grads


def clip_gradients(grads, threshold=5):
    out = []
    for g in grads:
        out.append(np.minimum(g, threshold))
    return out


def clip_by_norm(g, clip_norm):
    n = np.linalg.norm(g)
    if n > clip_norm:
        g = g / n
    return g


gradients = {k: np.random.randn(5, 3) * 10 for k in ("dWax", "dWaa", "dWya", "db", "dby")}
print(clip(gradients, 5)["dWax"].max())
