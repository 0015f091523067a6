# coding: utf-8
import numpy as np


class BatchNormalization:
    """
    http://arxiv.org/abs/1502.03167
    """
    def __init__(self, gamma, beta, momentum=0.9, running_mean=None, running_var=None):
        self.gamma = gamma
        self.beta = beta
        self.momentum = momentum
        # テスト時に使用する平均と分散
        self.running_mean = running_mean
        self.running_var = running_var
        # backward時に使用する中間データ
        self.batch_size = None
        self.xc = None
        self.std = None
        self.dgamma = None
        self.dbeta = None

    def forward(self, x, train_flg=True):
        if self.running_mean is None:
            N, D = x.shape
            self.running_mean = np.zeros(D)
            self.running_var = np.zeros(D)
        if train_flg:
            mu = x.mean(axis=0)
            xc = x - mu
            var = np.mean(xc**2, axis=0)
            std = np.sqrt(var + 10e-7)
            xn = xc / std
            self.batch_size = x.shape[0]
            self.xc = xc
            self.xn = xn
            self.std = std
            self.running_mean = self.momentum * self.running_mean + (1 - self.momentum) * mu
            self.running_var = self.momentum * self.running_var + (1 - self.momentum) * var
        else:
            xc = x - self.running_mean
            xn = xc / np.sqrt(self.running_var + 10e-7)
        return self.gamma * xn + self.beta

    def backward(self, dout):
        dbeta = dout.sum(axis=0)
        dgamma = np.sum(self.xn * dout, axis=0)
        dxn = self.gamma * dout
        dxc = dxn / self.std
        dstd = -np.sum((dxn * self.xc) / (self.std * self.std), axis=0)
        dvar = 0.5 * dstd / self.std
        dxc += (2.0 / self.batch_size) * self.xc * dvar
        dmu = np.sum(dxc, axis=0)
        dx = dxc - dmu / self.batch_size
        self.dgamma = dgamma
        self.dbeta = dbeta
        return dx


class BatchNormalizationOld(BatchNormalization):
    # dgamma に正規化前の値を使っていた
    def backward(self, dout):
        dxn = self.gamma * dout
        n = self.batch_size
        self.dbeta = dout.sum(axis=0)
        self.dgamma = np.sum(self.xc * dout, axis=0)
        return (n * dxn - dxn.sum(axis=0) - self.xn * np.sum(dxn * self.xn, axis=0)) / (n * self.std)


class BatchNormSimple(BatchNormalization):
    # 平均と分散は定数とみなす
    def backward(self, dout):
        self.dbeta = dout.sum(axis=0)
        self.dgamma = np.sum(self.xn * dout, axis=0)
        return dout * self.gamma / self.std


class Dropout:
    """
    http://arxiv.org/abs/1207.0580
    """
    def __init__(self, dropout_ratio=0.5):
        self.dropout_ratio = dropout_ratio
        self.mask = None

    def forward(self, x, train_flg=True):
        if train_flg:
            self.mask = np.random.rand(*x.shape) > self.dropout_ratio
            return x * self.mask
        return x * (1.0 - self.dropout_ratio)

    def backward(self, dout):
        return dout * self.mask


class DropoutNewMask:
    def __init__(self, dropout_ratio=0.5):
        self.dropout_ratio = dropout_ratio

    def forward(self, x, train_flg=True):
        if train_flg:
            mask = np.random.rand(*x.shape) > self.dropout_ratio
            return x * mask / (1.0 - self.dropout_ratio)
        return x

    def backward(self, dout):
        mask = np.random.rand(*dout.shape) > self.dropout_ratio
        return dout * mask / (1.0 - self.dropout_ratio)


class DropoutInverted:
    def __init__(self, keep_prob):
        self.keep_prob = keep_prob
        self.train = True

    def forward(self, x):
        if not self.train:
            return x
        self.D = np.random.binomial(1, self.keep_prob, size=x.shape) / self.keep_prob
        return x * self.D

    def backward(self, dout):
        return dout * self.D


class DropoutWrongScale:
    """rate = probability of dropping"""
    def __init__(self, rate=0.3):
        self.rate = rate

    def forward(self, x, train_flg=True):
        if not train_flg:
            return x
        self.mask = (np.random.rand(*x.shape) >= self.rate) / self.rate
        return x * self.mask

    def backward(self, dout):
        return dout * self.mask
