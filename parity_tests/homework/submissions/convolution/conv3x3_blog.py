import numpy as np
import mnist   # pip install mnist


class Conv3x3:
    # first layer of the net: one grey picture in, no padding, no bias

    def __init__(self, num_filters):
        self.num_filters = num_filters
        self.filters = np.random.randn(num_filters, 3, 3) / 9

    def iterate_regions(self, image):
        h, w = image.shape
        for i in range(h - 2):
            for j in range(w - 2):
                yield image[i:i + 3, j:j + 3], i, j

    def forward(self, input):
        self.last_input = input
        h, w = input.shape
        output = np.zeros((h - 2, w - 2, self.num_filters))
        for region, i, j in self.iterate_regions(input):
            output[i, j] = np.sum(region * self.filters, axis=(1, 2))
        return output

    def backprop(self, d_L_d_out, learn_rate):
        d_L_d_filters = np.zeros(self.filters.shape)
        for region, i, j in self.iterate_regions(self.last_input):
            for f in range(self.num_filters):
                d_L_d_filters[f] += d_L_d_out[i, j, f] * region
        self.filters -= learn_rate * d_L_d_filters
        return None


class MaxPool2:
    def forward(self, input):
        self.last_input = input
        h, w, nf = input.shape
        out = np.zeros((h // 2, w // 2, nf))
        for i in range(h // 2):
            for j in range(w // 2):
                out[i, j] = np.amax(input[2 * i:2 * i + 2, 2 * j:2 * j + 2], axis=(0, 1))
        return out

    def backprop(self, d_L_d_out):
        grad = np.zeros(self.last_input.shape)
        h, w, nf = d_L_d_out.shape
        for i in range(h):
            for j in range(w):
                part = self.last_input[2 * i:2 * i + 2, 2 * j:2 * j + 2]
                best = np.amax(part, axis=(0, 1))
                for a in range(2):
                    for b in range(2):
                        for f in range(nf):
                            if part[a, b, f] == best[f]:
                                grad[2 * i + a, 2 * j + b, f] = d_L_d_out[i, j, f]
        return grad


train_images = mnist.train_images()[:1000]
conv = Conv3x3(8)
pool = MaxPool2()
print(pool.forward(conv.forward(train_images[0] / 255 - 0.5)).shape)
