# 2-d convolution without any window loop over the image: only over the taps of the kernel,
# the image is rolled under the kernel (np.roll). Wrapped-around rows / columns are cut away at the end.
import numpy as np


class RollConv2D:
    def __init__(self, weight, bias, padding=0):
        self.weight = weight          # out, in, kh, kw
        self.bias = bias
        self.padding = padding
        self.grad_w = np.zeros_like(weight)
        self.grad_b = np.zeros_like(bias)

    def __call__(self, image):
        p = self.padding
        self.img = np.pad(image, [(0, 0), (0, 0), (p, p), (p, p)])
        kh, kw = self.weight.shape[2:]
        H, W = self.img.shape[2:]
        self.cut = (slice(None), slice(None), slice(0, H - kh + 1), slice(0, W - kw + 1))
        acc = 0
        for a in range(kh):
            for b in range(kw):
                moved = np.roll(np.roll(self.img, -a, axis=2), -b, axis=3)
                acc = acc + np.tensordot(moved[self.cut], self.weight[:, :, a, b], axes=(1, 1))
        # tensordot put the output channel last
        return np.moveaxis(acc, -1, 1) + self.bias[:, None, None]

    def backward(self, delta):
        kh, kw = self.weight.shape[2:]
        full = np.zeros((delta.shape[0], delta.shape[1]) + self.img.shape[2:])
        full[self.cut] = delta
        self.grad_b = np.einsum('nohw->o', delta)
        back = np.zeros(self.img.shape)
        for a in range(kh):
            for b in range(kw):
                moved = np.roll(np.roll(self.img, -a, axis=2), -b, axis=3)
                self.grad_w[:, :, a, b] = np.einsum('nohw,nchw->oc', full, moved)
                there = np.roll(np.roll(full, a, axis=2), b, axis=3)
                back += np.einsum('nohw,oc->nchw', there, self.weight[:, :, a, b])
        p = self.padding
        return back[:, :, p:back.shape[2] - p, p:back.shape[3] - p]


if __name__ == '__main__':
    conv = RollConv2D(np.random.randn(3, 2, 3, 3), np.zeros(3))
    print(conv(np.random.randn(1, 2, 8, 8)).shape)
