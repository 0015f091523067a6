import numpy as np
from numpy.lib.stride_tricks import as_strided


class Conv2D:
    """NCHW convolution with as_strided windows and einsum. 'valid', stride 1."""

    def __init__(self, in_channels, out_channels, kernel_size):
        kh, kw = kernel_size
        scale = np.sqrt(1.0 / (in_channels * kh * kw))
        self.params = {
            'W': np.random.uniform(-scale, scale, (out_channels, in_channels, kh, kw)),
            'b': np.zeros(out_channels),
        }
        self.grads = {}

    @staticmethod
    def windows(x, kh, kw):
        n, c, h, w = x.shape
        sn, sc, sh, sw = x.strides
        return as_strided(x, (n, c, h - kh + 1, w - kw + 1, kh, kw), (sn, sc, sh, sw, sh, sw), writeable=False)

    def forward(self, x):
        W = self.params['W']
        self.x_win = self.windows(np.ascontiguousarray(x), *W.shape[2:])
        return np.einsum('ncijkl,ockl->noij', self.x_win, W) + self.params['b'][:, None, None]

    def backward(self, dout):
        W = self.params['W']
        kh, kw = W.shape[2:]
        self.grads['W'] = np.einsum('ncijkl,noij->ockl', self.x_win, dout)
        self.grads['b'] = np.einsum('noij->o', dout)
        # full convolution of dout with the kernel
        padded = np.pad(dout, ((0, 0), (0, 0), (kh - 1, kh - 1), (kw - 1, kw - 1)))
        return np.einsum('noijkl,ockl->ncij', self.windows(padded, kh, kw), W)
