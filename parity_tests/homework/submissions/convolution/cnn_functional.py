"""
Small CNN written with functions only.
image -> convolve -> relu -> flatten -> fully connected -> softmax
"""
import numpy as np
import sys

n_filters = 4
filter_size = 3
learning_rate = 0.01


def convolve(image, filters):
    """image (h, w), filters (n, k, l) -> (n, h - k + 1, w - l + 1)"""
    n, k, l = filters.shape
    h, w = image.shape
    result = np.zeros((n, h - k + 1, w - l + 1))
    for f in range(n):
        for i in range(h - k + 1):
            for j in range(w - l + 1):
                result[f, i, j] = np.sum(image[i:i + k, j:j + l] * filters[f])
    return result


def relu(z):
    return np.maximum(z, 0)


def softmax(z):
    e = np.exp(z - np.max(z))
    return e / e.sum()


def conv_layer(image, conv_weights, conv_biases):
    # broadcast the bias over the filter
    return convolve(image, conv_weights + conv_biases[:, None, None])


def conv_layer_backward(dLdz, image, conv_weights):
    conv_dW = convolve(image, dLdz)
    conv_db = dLdz.sum(axis=(1, 2))
    return conv_dW, conv_db


def forward_propogation(image, conv_weights, conv_biases, fc_weights, fc_biases, dropout=0.0):
    z1 = conv_layer(image, conv_weights, conv_biases)
    a1 = relu(z1)
    flat = a1.reshape(-1)
    if dropout > 0:
        flat = flat * (np.random.rand(flat.size) > dropout) / (1 - dropout)
    z2 = fc_weights @ flat + fc_biases
    return z1, a1, flat, softmax(z2)


def train(images, labels, epochs):
    W = np.random.randn(n_filters, filter_size, filter_size) * 0.1
    b = np.zeros(n_filters)
    for e in range(epochs):
        sys.stdout.write('\repoch %d' % e)


if __name__ == '__main__':
    train([], [], 1)
