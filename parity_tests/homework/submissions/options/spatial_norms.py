# batch normalisation of images, and a second backward pass beside the first
import numpy as np


def batchnorm_forward(x, gamma, beta, bn_param):
    eps = bn_param.get("eps", 1e-5)
    std = np.sqrt(x.var(0) + eps)
    xhat = (x - x.mean(0)) / std
    return gamma * xhat + beta, (xhat, gamma, std)


def batchnorm_backward(dout, cache):
    xhat, gamma, std = cache
    g = dout * gamma
    return (g - g.mean(0) - xhat * (g * xhat).mean(0)) / std, (dout * xhat).sum(0), dout.sum(0)


def batchnorm_backward_alt(dout, cache):
    xhat, gamma, std = cache
    n = len(dout)
    dgamma, dbeta = (dout * xhat).sum(0), dout.sum(0)
    return gamma / (n * std) * (n * dout - dbeta - xhat * dgamma), dgamma, dbeta


def batchnorm_backward_fast(dout, cache):
    """Lacks the mean of the gradient."""
    xhat, gamma, std = cache
    n = len(dout)
    dgamma, dbeta = (dout * xhat).sum(0), dout.sum(0)
    return gamma / (n * std) * (n * dout - xhat * dgamma), dgamma, dbeta


def spatial_batchnorm_forward(x, gamma, beta, bn_param):
    n, c, h, w = x.shape
    out, cache = batchnorm_forward(x.transpose(0, 2, 3, 1).reshape(-1, c), gamma, beta, bn_param)
    return out.reshape(n, h, w, c).transpose(0, 3, 1, 2), cache


def spatial_batchnorm_backward(dout, cache):
    n, c, h, w = dout.shape
    dx, dgamma, dbeta = batchnorm_backward(dout.transpose(0, 2, 3, 1).reshape(-1, c), cache)
    return dx.reshape(n, h, w, c).transpose(0, 3, 1, 2), dgamma, dbeta


class BatchNorm2D:
    def __init__(self, c, momentum=0.9, eps=1e-5):
        self.gamma, self.beta = np.ones((1, c, 1, 1)), np.zeros((1, c, 1, 1))
        self.momentum, self.eps = momentum, eps
        self.running_mean, self.running_var = np.zeros((1, c, 1, 1)), np.ones((1, c, 1, 1))

    def forward(self, x, training=True):
        mean, var = x.mean((0, 2, 3), keepdims=True), x.var((0, 2, 3), keepdims=True)
        if training:
            self.running_mean = self.momentum * self.running_mean + (1 - self.momentum) * mean
            self.running_var = self.momentum * self.running_var + (1 - self.momentum) * var
        else:
            mean, var = self.running_mean, self.running_var
        self.std = np.sqrt(var + self.eps)
        self.xhat = (x - mean) / self.std
        return self.gamma * self.xhat + self.beta

    def count(self, dout):
        return dout.shape[0] * dout.shape[2] * dout.shape[3]

    def backward(self, dout):
        axes, m = (0, 2, 3), self.count(dout)
        self.dgamma, self.dbeta = (dout * self.xhat).sum(axes), dout.sum(axes)
        g = dout * self.gamma
        inner = g.sum(axes, keepdims=True) + self.xhat * (g * self.xhat).sum(axes, keepdims=True)
        return (g - inner / m) / self.std


class BatchNorm2DBySamples(BatchNorm2D):
    def count(self, dout):
        return len(dout)


class BatchNorm(BatchNorm2D):
    layout = "NCHW"
