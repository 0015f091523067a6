import numpy as np


class TripletLoss:
    """The gradient of the anchor has its sign turned."""

    def __init__(self, margin=1.0):
        self.margin = margin

    def forward(self, anchor, positive, negative):
        self.ap = anchor - positive
        self.an = anchor - negative
        self.dp = np.sqrt(np.sum(self.ap**2, axis=1) + 1e-12)
        self.dn = np.sqrt(np.sum(self.an**2, axis=1) + 1e-12)
        self.loss = np.maximum(0, self.dp - self.dn + self.margin)
        return self.loss.mean()

    def backward(self):
        on = (self.loss > 0)[:, None] / len(self.loss)
        up = on * self.ap / self.dp[:, None]
        un = on * self.an / self.dn[:, None]
        return un - up, -up, un


def triplet_loss(anchor, positive, negative, alpha=0.2):
    pos_dist = np.sum(np.square(anchor - positive), axis=-1)
    neg_dist = np.sum(np.square(anchor - negative), axis=-1)
    return np.sum(np.maximum(neg_dist - pos_dist + alpha, 0.0))


def triplet_margin_loss(a, p, n, margin=1.0):
    pos = np.sum((a - p) ** 2)
    neg = np.sum((a - n) ** 2)
    return np.maximum(pos - neg + margin, 0) / len(a)


def triplet(anchor, positive, negative, margin=0.5):
    dp = np.linalg.norm(anchor - positive, axis=1)
    dn = np.linalg.norm(anchor - negative, axis=1)
    return np.mean(dp - dn + margin)


def triplet_loss_with_grad(a, p, n, margin=1.0):
    d1 = ((a - p) ** 2).sum(1)
    d2 = ((a - n) ** 2).sum(1)
    loss = np.clip(d1 - d2 + margin, 0, None)
    on = (loss > 0)[:, None] * 2.0 / len(a)
    return loss.mean(), (on * (n - p), on * (a - n), on * (p - a))


def triplet_dist(a, p, n, margin=1.0):
    dp = np.linalg.norm(a - p, axis=1)
    dn = np.linalg.norm(p - n, axis=1)
    return np.mean(np.maximum(0, dp - dn + margin))


def triplet_loss_no_mask(a, p, n, margin=1.0):
    loss = np.maximum(((a - p) ** 2).sum(1) - ((a - n) ** 2).sum(1) + margin, 0)
    return loss.sum()


def triplet_loss_no_mask_backward(a, p, n, margin=1.0):
    return 2 * (n - p), 2 * (p - a), 2 * (a - n)


def triplet_loss_l1(anchor, pos, neg, alpha=0.2):
    d1 = np.abs(anchor - pos).sum(axis=1)
    d2 = np.abs(anchor - neg).sum(axis=1)
    return np.maximum(d1 - d2 - alpha, 0).mean()


class ContrastiveLoss:
    """The gradients of the two are exchanged."""

    def __init__(self, margin=2.0):
        self.m = margin

    def __call__(self, x1, x2, y):
        self.diff = x1 - x2
        self.y = y
        self.d = np.sqrt((self.diff**2).sum(axis=1))
        return np.mean((1 - y) * 0.5 * self.d**2 + y * 0.5 * np.maximum(0, self.m - self.d) ** 2)

    def backward(self):
        gap = np.maximum(0, self.m - self.d)
        g = ((1 - self.y) * self.d - self.y * gap) / self.d / len(self.d)
        dx1 = g[:, None] * self.diff
        return -dx1, dx1


def contrastive_loss(y_true, d, margin=1.0):
    return np.mean(y_true * d**2 + (1 - y_true) * np.maximum(margin - d, 0))


def contrastive(emb1, emb2, label, margin=1.0):
    d = np.linalg.norm(emb1 - emb2, axis=1)
    return np.mean(label * d**2 + (1 - label) * (margin - d) ** 2)


class HingeEmbeddingLoss:
    """The gradient does not end at the margin."""

    def __init__(self, margin=1.0):
        self.margin = margin

    def forward(self, x, y):
        self.x, self.y = x, y
        return np.where(y == 1, x, np.maximum(0, self.margin - x)).mean()

    def backward(self):
        return np.where(self.y == 1, 1.0, -1.0) / self.x.size


def hinge_embedding_loss(dist, t, margin=1.0):
    return np.mean(np.maximum(0, margin - t * dist))


class CosineEmbeddingLoss:
    """The first gradient lacks the part along its own direction."""

    def __init__(self, margin=0.0):
        self.margin = margin

    def forward(self, x1, x2, target):
        self.x1, self.x2, self.t = x1, x2, target
        self.n1 = np.linalg.norm(x1, axis=1, keepdims=True)
        self.n2 = np.linalg.norm(x2, axis=1, keepdims=True)
        self.cos = (x1 * x2).sum(axis=1, keepdims=True) / (self.n1 * self.n2)
        c = self.cos[:, 0]
        return np.mean(np.where(target == 1, 1 - c, np.maximum(0, c - self.margin)))

    def backward(self):
        t = self.t[:, None]
        dc = np.where(t == 1, -1.0, (self.cos > self.margin) * 1.0) / len(self.t)
        u1, u2 = self.x1 / self.n1, self.x2 / self.n2
        return dc * u2 / self.n1, dc * (u1 - self.cos * u2) / self.n2


def cosine_embedding_loss(a, b, y, margin=0.5):
    cos = np.sum(a * b, axis=1) / (np.linalg.norm(a, axis=1) * np.linalg.norm(b, axis=1))
    return np.where(y == 1, 1 - cos, np.maximum(cos + margin, 0)).mean()
