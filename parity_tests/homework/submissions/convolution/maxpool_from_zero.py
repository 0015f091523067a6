import numpy as np


class MaxPool:
    """Input (batch, channel, row, col)"""

    def __init__(self, size, stride):
        self.size = size
        self.stride = stride

    def forward(self, image):
        self.image_shape = image.shape
        batch, channel, row, col = image.shape
        out_row = (row - self.size) // self.stride + 1
        out_col = (col - self.size) // self.stride + 1
        pooled = np.zeros((batch, channel, out_row, out_col))
        self.best = {}
        for b in range(batch):
            for c in range(channel):
                for r in range(out_row):
                    for s in range(out_col):
                        largest = 0
                        pos = None
                        for u in range(r * self.stride, r * self.stride + self.size):
                            for v in range(s * self.stride, s * self.stride + self.size):
                                if image[b, c, u, v] > largest:
                                    largest = image[b, c, u, v]
                                    pos = (u, v)
                        pooled[b, c, r, s] = largest
                        self.best[b, c, r, s] = pos
        return pooled

    def backward(self, grad):
        d = np.zeros(self.image_shape)
        for (b, c, r, s), pos in self.best.items():
            if pos is not None:
                d[b, c, pos[0], pos[1]] += grad[b, c, r, s]
        return d
