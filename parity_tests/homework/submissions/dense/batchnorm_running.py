"""batch normalisation that remembers"""
import numpy as np


class BatchNorm:
    """flag as attribute"""

    def __init__(self, n_features, eps=1e-5, momentum=0.9):
        self.gamma, self.beta = np.ones(n_features), np.zeros(n_features)
        self.eps, self.momentum = eps, momentum
        self.running_mean, self.running_var = np.zeros(n_features), np.ones(n_features)
        self.training = True

    def follow(self, mu, var, n):
        m = self.momentum
        self.running_mean = m * self.running_mean + (1 - m) * mu
        self.running_var = m * self.running_var + (1 - m) * var

    def inference(self, x):
        return (x - self.running_mean) / np.sqrt(self.running_var + self.eps)

    def forward(self, x):
        if not self.training:
            return self.gamma * self.inference(x) + self.beta
        mu, var = x.mean(axis=0), x.var(axis=0)
        self.follow(mu, var, len(x))
        self.std = np.sqrt(var + self.eps)
        self.xhat = (x - mu) / self.std
        return self.gamma * self.xhat + self.beta

    def backward(self, dout):
        n = len(dout)
        self.dgamma, self.dbeta = (dout * self.xhat).sum(axis=0), dout.sum(axis=0)
        d = dout * self.gamma
        return (n * d - d.sum(axis=0) - self.xhat * (d * self.xhat).sum(axis=0)) / (n * self.std)


class BatchNorm1d(BatchNorm):
    """PyTorch's: momentum is the share of the new, the running variance is unbiased"""

    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        super().__init__(num_features, eps, momentum)

    def follow(self, mu, var, n):
        m = self.momentum
        self.running_mean += m * (mu - self.running_mean)
        self.running_var += m * (var * n / (n - 1) - self.running_var)


class BatchNormFlag(BatchNorm):
    """flag as argument"""

    def forward(self, x, training=True):
        self.training = training
        return super().forward(x)


class BatchNormStd(BatchNorm):
    def follow(self, mu, var, n):
        m = self.momentum
        self.running_mean = m * self.running_mean + (1 - m) * mu
        self.running_var = m * self.running_var + (1 - m) * np.sqrt(var)


class BatchNormOneMean(BatchNorm):
    def follow(self, mu, var, n):
        m = self.momentum
        self.running_mean = m * self.running_mean + (1 - m) * mu.mean()
        self.running_var = m * self.running_var + (1 - m) * var


class BatchNormNoFollow(BatchNorm):
    def follow(self, mu, var, n):
        running_mean = self.momentum * self.running_mean + (1 - self.momentum) * mu
        running_var = self.momentum * self.running_var + (1 - self.momentum) * var
        return running_mean, running_var


class BatchNormLast(BatchNorm):
    def follow(self, mu, var, n):
        self.running_mean, self.running_var = mu, var


class BatchNormSum(BatchNorm):
    def follow(self, mu, var, n):
        self.running_mean = self.momentum * self.running_mean + mu
        self.running_var = self.momentum * self.running_var + var


class BatchNormOwnRate(BatchNorm):
    def follow(self, mu, var, n):
        self.running_mean = 0.99 * self.running_mean + 0.01 * mu
        self.running_var = 0.99 * self.running_var + 0.01 * var


class BatchNormBatchAtTest(BatchNorm):
    def inference(self, x):
        return (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + self.eps)


class BatchNormVarForStd(BatchNormFlag):
    def inference(self, x):
        return (x - self.running_mean) / (self.running_var + self.eps)


class BatchNormFollowsAlways(BatchNormFlag):
    def inference(self, x):
        out = super().inference(x)
        self.follow(x.mean(axis=0), x.var(axis=0), len(x))
        return out


class BatchNormTestTypo(BatchNormFlag):
    def inference(self, x):
        return (x - self.running_mean) / np.sqrt(self.running_variance + self.eps)
