# CNN without loops over the batch, im2col by index arrays
import numpy as np


def im2col_indices(x, fh, fw, stride, pad):
    """(N, C, H, W) -> (N, oh * ow, fh * fw * C)"""
    xp = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    oh = (xp.shape[2] - fh) // stride + 1
    ow = (xp.shape[3] - fw) // stride + 1
    rows = []
    for i in range(oh):
        for j in range(ow):
            win = xp[:, :, i * stride:i * stride + fh, j * stride:j * stride + fw]
            rows.append(win.transpose(0, 2, 3, 1).reshape(len(x), -1))
    return np.stack(rows, axis=1), oh, ow


class Conv2D:
    def __init__(self, W, b, stride=1, pad=0):
        self.W, self.b = W, b
        self.stride, self.pad = stride, pad

    def forward(self, x):
        n_out, _, fh, fw = self.W.shape
        self.x_shape = x.shape
        self.col, oh, ow = im2col_indices(x, fh, fw, self.stride, self.pad)
        out = self.col @ self.W.reshape(n_out, -1).T + self.b
        return out.transpose(0, 2, 1).reshape(len(x), n_out, oh, ow)

    def backward(self, dout):
        n, n_out, oh, ow = dout.shape
        _, C, fh, fw = self.W.shape
        d = dout.reshape(n, n_out, -1).transpose(0, 2, 1)
        self.db = d.sum(axis=(0, 1))
        self.dW = np.tensordot(d, self.col, axes=([0, 1], [0, 1])).reshape(self.W.shape)
        dcol = d @ self.W.reshape(n_out, -1)
        H, W = self.x_shape[2:]
        dx = np.zeros((n, C, H + 2 * self.pad, W + 2 * self.pad))
        for t in range(oh * ow):
            i, j = t // ow * self.stride, t % ow * self.stride
            dx[:, :, i:i + fh, j:j + fw] += dcol[:, t].reshape(n, fh, fw, C).transpose(0, 3, 1, 2)
        return dx[:, :, self.pad:self.pad + H, self.pad:self.pad + W]
