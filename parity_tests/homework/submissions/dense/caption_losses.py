"""image captioning: losses over time, the <NULL> tokens at the end of a caption do not count"""
import numpy as np
import matplotlib.pyplot as plt


def log_probs(s):
    s = s - s.max(axis=-1, keepdims=True)
    return s - np.log(np.exp(s).sum(axis=-1, keepdims=True))


def sequence_softmax_loss(scores, targets, mask=None):
    """(N, T, V), (N, T), (N, T): mean over all words that count"""
    N, T, V = scores.shape
    if mask is None:
        mask = np.ones((N, T))
    lp = log_probs(scores)
    n_words = mask.sum()
    rows, cols = np.arange(N)[:, None], np.arange(T)[None]
    loss = -(lp[rows, cols, targets] * mask).sum() / n_words
    d = np.exp(lp)
    d[rows, cols, targets] -= 1
    d *= mask[..., None] / n_words
    return loss, d


class MaskedSoftmaxLoss:
    def forward(self, logits, targets, pad_mask):
        # pad_mask is 1 at the padding
        self.keep = 1.0 - pad_mask
        self.p = np.exp(log_probs(logits))
        self.onehot = np.eye(logits.shape[-1])[targets]
        self.N = len(logits)
        return -(self.keep[..., None] * self.onehot * np.log(self.p)).sum() / self.N

    def backward(self, dout=1):
        return dout * (self.p - self.onehot) * self.keep[..., None] / self.N


class TimeSoftmaxWithLoss:
    """words with the label -1 are skipped"""

    def __init__(self):
        self.params, self.grads = [], []
        self.ignore_label = -1

    def forward(self, xs, ts):
        N, T, V = xs.shape
        if ts.ndim == 3:
            ts = ts.argmax(axis=2)
        keep = (ts != self.ignore_label).reshape(N * T)
        ts = ts.reshape(N * T)
        lp = log_probs(xs.reshape(N * T, V))
        self.saved = lp, ts, keep, (N, T, V)
        return -(lp[np.arange(N * T), ts] * keep).sum() / keep.sum()

    def backward(self, dout=1):
        lp, ts, keep, shape = self.saved
        dx = np.exp(lp)
        dx[np.arange(len(dx)), ts] -= 1
        dx *= dout * keep[:, None] / keep.sum()
        return dx.reshape(shape)


class TimeSoftmaxLossForgetsLabel(TimeSoftmaxWithLoss):
    def backward(self, dout=1):
        lp, ts, keep, shape = self.saved
        dx = np.exp(lp)
        dx[np.arange(len(dx)), ts] -= 1
        return (dx * dout / keep.sum()).reshape(shape)


def temporal_softmax_loss(x, y, mask):
    # first try: loss over N, gradient over N * T
    N, T, V = x.shape
    lp = log_probs(x)
    rows, cols = np.arange(N)[:, None], np.arange(T)[None]
    loss = -np.sum(lp[rows, cols, y] * mask) / N
    dx = np.exp(lp)
    dx[rows, cols, y] -= 1
    return loss, dx * mask[:, :, None] / (N * T)


def masked_softmax_loss(x, y, mask):
    # the words that do NOT count are kept
    N, T, V = x.shape
    lp = log_probs(x)
    rows, cols = np.arange(N)[:, None], np.arange(T)[None]
    keep = 1 - mask
    loss = -np.sum(lp[rows, cols, y] * keep) / N
    dx = np.exp(lp)
    dx[rows, cols, y] -= 1
    return loss, dx * keep[:, :, None] / N


def softmax_loss_masked_scores(x, y, mask):
    # the mask on the scores instead of on the losses: a masked word still costs log V
    N, T, V = x.shape
    lp = log_probs(x * mask[:, :, None])
    rows, cols = np.arange(N)[:, None], np.arange(T)[None]
    loss = -np.sum(lp[rows, cols, y]) / N
    dx = np.exp(lp)
    dx[rows, cols, y] -= 1
    return loss, dx * mask[:, :, None] / N


def softmax_loss_time_mean(x, y, mask):
    # over T in place of N
    N, T, V = x.shape
    lp = log_probs(x)
    rows, cols = np.arange(N)[:, None], np.arange(T)[None]
    loss = -np.sum(lp[rows, cols, y] * mask) / T
    dx = np.exp(lp)
    dx[rows, cols, y] -= 1
    return loss, dx * mask[:, :, None] / T


def softmax_loss_words_left_out(x, y, mask):
    # loss over the words that count, gradient over the captions
    N, T, V = x.shape
    lp = log_probs(x)
    rows, cols = np.arange(N)[:, None], np.arange(T)[None]
    loss = -np.sum(lp[rows, cols, y] * mask) / mask.sum()
    dx = np.exp(lp)
    dx[rows, cols, y] -= 1
    return loss, dx * mask[:, :, None] / N


captions = np.load('captions.npz')
plt.plot(captions['loss'])


class SoftmaxWithLossSummed:
    """one word each: the loss is a sum, the gradient a sum over the batch times its size"""

    def forward(self, x, t):
        self.p, self.t = np.exp(log_probs(x)), t
        return -np.log(self.p[np.arange(len(t)), t]).sum()

    def backward(self, dout=1):
        dx = self.p.copy()
        dx[np.arange(len(dx)), self.t] -= 1
        return dout * dx * len(dx)
