import numpy as np

# Conv layer, (batch, channels, height, width). Loops only over the positions of the output.


def out_size(n, k, p, s):
    return (n + 2 * p - k) // s + 1


class ConvStride:
    def __init__(self, filters, biases, stride=1, padding=0):
        self.filters = filters
        self.biases = biases
        self.stride = stride
        self.padding = padding

    def forward(self, images):
        p, s = self.padding, self.stride
        nf, _, kh, kw = self.filters.shape
        self.images = images
        self.padded = np.pad(images, ((0, 0), (0, 0), (p, p), (p, p)))
        oh, ow = out_size(images.shape[2], kh, p, s), out_size(images.shape[3], kw, p, s)
        maps = np.empty((len(images), nf, oh, ow))
        for a in range(oh):
            for b in range(ow):
                patch = self.padded[:, :, a * s:a * s + kh, b * s:b * s + kw]
                maps[:, :, a, b] = np.einsum('nchw,fchw->nf', patch, self.filters) + self.biases
        return maps

    def backward(self, dmaps):
        p = self.padding
        nf, _, kh, kw = self.filters.shape
        self.dfilters = np.zeros(self.filters.shape)
        self.dbiases = dmaps.sum(axis=(0, 2, 3))
        dpadded = np.zeros(self.padded.shape)
        for a in range(dmaps.shape[2]):
            for b in range(dmaps.shape[3]):
                # the patch that this position has seen
                patch = self.padded[:, :, a:a + kh, b:b + kw]
                self.dfilters += np.einsum('nf,nchw->fchw', dmaps[:, :, a, b], patch)
                dpadded[:, :, a:a + kh, b:b + kw] += np.einsum('nf,fchw->nchw', dmaps[:, :, a, b], self.filters)
        h, w = self.images.shape[2:]
        return dpadded[:, :, p:p + h, p:p + w]


c = ConvStride(np.random.randn(2, 1, 3, 3), np.zeros(2))
print(c.forward(np.random.randn(1, 1, 5, 5)).shape)
