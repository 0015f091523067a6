"""tflite style layouts: images NHWC, filters OHWI"""
import numpy as np


class ConvOHWI:
    def __init__(self, filters, bias, stride=(1, 1), pad=(0, 0)):
        self.filters = filters
        self.bias = bias
        self.stride = stride
        self.pad = pad

    def forward(self, images):
        (sy, sx), (py, px) = self.stride, self.pad
        o, fh, fw, _ = self.filters.shape
        self.padded = np.pad(images, ((0, 0), (py, py), (px, px), (0, 0)))
        n, h, w, _ = self.padded.shape
        out = np.empty((n, (h - fh) // sy + 1, (w - fw) // sx + 1, o))
        for y in range(out.shape[1]):
            for x in range(out.shape[2]):
                block = self.padded[:, y * sy:y * sy + fh, x * sx:x * sx + fw]
                out[:, y, x] = np.tensordot(block, self.filters, axes=([1, 2, 3], [1, 2, 3]))
        return out + self.bias

    def bakcward(self, grad):
        (sy, sx), (py, px) = self.stride, self.pad
        _, fh, fw, _ = self.filters.shape
        self.grad_bias = grad.sum(axis=(0, 1, 2))
        self.grad_filters = np.zeros(self.filters.shape)
        back = np.zeros(self.padded.shape)
        for y in range(grad.shape[1]):
            for x in range(grad.shape[2]):
                g = grad[:, y, x]
                block = self.padded[:, y * sy:y * sy + fh, x * sx:x * sx + fw]
                self.grad_filters += np.tensordot(g, block, axes=(0, 0))
                back[:, y * sy:y * sy + fh, x * sx:x * sx + fw] += np.tensordot(g, self.filters, axes=1)
        return back[:, py:back.shape[1] - py, px:back.shape[2] - px]
