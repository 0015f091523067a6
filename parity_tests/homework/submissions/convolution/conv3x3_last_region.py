import numpy as np

NUM_FILTERS = 8
LEARN_RATE = .005


class Conv3x3(object):
    """3x3 filters on a picture without channels: (height, width) -> (height - 2, width - 2, num_filters)"""

    def __init__(self, num_filters=NUM_FILTERS):
        self.num_filters = num_filters
        self.filters = np.random.randn(num_filters, 3, 3) / 9

    def regions(self, img):
        for i in range(img.shape[0] - 2):
            for j in range(img.shape[1] - 2):
                yield i, j, img[i:(i + 3), j:(j + 3)]

    def forward(self, img):
        self.img = img
        out = np.zeros((img.shape[0] - 2, img.shape[1] - 2, self.num_filters))
        for i, j, r in self.regions(img):
            out[i, j] = (r[None] * self.filters).sum(2).sum(1)
        return out

    def backprop(self, d_out, learn_rate=LEARN_RATE):
        d_filters = np.zeros(self.filters.shape)
        for i, j, r in self.regions(self.img):
            for f in range(self.num_filters):
                d_filters[f] = d_out[i, j, f] * r
        # update
        self.filters -= learn_rate * d_filters
