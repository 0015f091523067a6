import numpy as np

# Affine/ReLU etc. in DLFS style with unusual right variants and single mistakes
class Affine:
    def __init__(self, W, b):
        self.W = W
        self.b = b
        self.x = None
        self.original_x_shape = None
        self.dW = None
        self.db = None

    def forward(self, x):
        self.original_x_shape = x.shape
        x = x.reshape(x.shape[0], -1)
        self.x = x
        return np.einsum('ni,io->no', self.x, self.W) + self.b

    def backward(self, dout):
        dx = np.einsum('no,io->ni', dout, self.W)
        self.dW = np.einsum('ni,no->io', self.x, dout)
        self.db = np.einsum('no->o', dout)
        return dx.reshape(*self.original_x_shape)

class AffineMean(Affine):
    def backward(self, dout):
        dx = dout @ self.W.T
        self.dW = self.x.T @ dout / len(dout)
        self.db = dout.sum(axis=0)
        return dx

class BatchNormalization:
    def __init__(self, gamma, beta, momentum=0.9, running_mean=None, running_var=None):
        self.gamma = gamma
        self.beta = beta
        self.momentum = momentum
        self.running_mean = running_mean
        self.running_var = running_var
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
            self.running_mean = self.momentum * self.running_mean + (1-self.momentum) * mu
            self.running_var = self.momentum * self.running_var + (1-self.momentum) * var
        else:
            xc = x - self.running_mean
            xn = xc / ((np.sqrt(self.running_var + 10e-7)))
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

class BatchNormNoMean(BatchNormalization):
    def backward(self, dout):
        self.dbeta = dout.sum(axis=0)
        self.dgamma = np.sum(self.xn * dout, axis=0)
        dxn = self.gamma * dout
        dxc = dxn / self.std
        dstd = -np.sum((dxn * self.xc) / (self.std * self.std), axis=0)
        dvar = 0.5 * dstd / self.std
        dxc += (2.0 / self.batch_size) * self.xc * dvar
        return dxc

class Dropout:
    def __init__(self, dropout_ratio=0.5):
        self.dropout_ratio = dropout_ratio
        self.mask = None
    def forward(self, x, train_flg=True):
        if train_flg:
            self.mask = np.random.rand(*x.shape) > self.dropout_ratio
            return x * self.mask
        else:
            return x * (1.0 - self.dropout_ratio)
    def backward(self, dout):
        return dout * self.mask

class Momentum:
    def __init__(self, lr=0.01, momentum=0.9):
        self.lr = lr
        self.momentum = momentum
        self.v = None
    def update(self, params, grads):
        if self.v is None:
            self.v = {}
            for key, val in params.items():
                self.v[key] = np.zeros_like(val)
        for key in params.keys():
            self.v[key] = self.momentum*self.v[key] - self.lr*grads[key]
            params[key] += self.v[key]

class Nesterov:
    def __init__(self, lr=0.01, momentum=0.9):
        self.lr = lr
        self.momentum = momentum
        self.v = None
    def update(self, params, grads):
        if self.v is None:
            self.v = {k: np.zeros_like(v) for k, v in params.items()}
        for key in params.keys():
            self.v[key] *= self.momentum
            self.v[key] -= self.lr * grads[key]
            params[key] += self.momentum * self.momentum * self.v[key]
            params[key] -= (1 + self.momentum) * self.lr * grads[key]

class AdaGrad:
    def __init__(self, lr=0.01):
        self.lr = lr
        self.h = None
    def update(self, params, grads):
        if self.h is None:
            self.h = {k: np.zeros_like(v) for k, v in params.items()}
        for key in params.keys():
            self.h[key] += grads[key] * params[key]
            params[key] -= self.lr * grads[key] / (np.sqrt(self.h[key]) + 1e-7)

class Convolution:
    def __init__(self, W, b, stride=1, pad=0):
        self.W = W; self.b = b; self.stride = stride; self.pad = pad
    def forward(self, x):
        FN, C, FH, FW = self.W.shape
        N, C, H, W = x.shape
        xp = np.pad(x, [(0,0),(0,0),(self.pad,self.pad),(self.pad,self.pad)])
        win = np.lib.stride_tricks.sliding_window_view(xp, (FH, FW), axis=(2, 3))[:, :, ::self.stride, ::self.stride]
        self.x, self.win, self.shape = x, win, xp.shape
        return np.einsum('nchwij,fcij->nfhw', win, self.W) + self.b[None, :, None, None]
    def backward(self, dout):
        FN, C, FH, FW = self.W.shape
        self.db = dout.sum(axis=(0, 2, 3))
        self.dW = np.einsum('nchwij,nfhw->fcij', self.win, dout)
        dxp = np.zeros(self.shape)
        OH, OW = dout.shape[2:]
        for i in range(FH):
            for j in range(FW):
                dxp[:, :, i:i + self.stride * OH:self.stride, j:j + self.stride * OW:self.stride] += np.einsum('nfhw,fc->nchw', dout, self.W[:, :, i, j])
        p = self.pad
        return dxp[:, :, p:dxp.shape[2] - p, p:dxp.shape[3] - p]

class ConvolutionOverwrites(Convolution):
    def backward(self, dout):
        FN, C, FH, FW = self.W.shape
        self.db = dout.sum(axis=(0, 2, 3))
        self.dW = np.einsum('nchwij,nfhw->fcij', self.win, dout)
        dxp = np.zeros(self.shape)
        OH, OW = dout.shape[2:]
        for i in range(FH):
            for j in range(FW):
                dxp[:, :, i:i + self.stride * OH:self.stride, j:j + self.stride * OW:self.stride] = np.einsum('nfhw,fc->nchw', dout, self.W[:, :, i, j])
        p = self.pad
        return dxp[:, :, p:dxp.shape[2] - p, p:dxp.shape[3] - p]

class Pooling:
    def __init__(self, pool_h, pool_w, stride=2, pad=0):
        self.pool_h = pool_h; self.pool_w = pool_w; self.stride = stride; self.pad = pad
    def forward(self, x):
        N, C, H, W = x.shape
        OH, OW = (H - self.pool_h) // self.stride + 1, (W - self.pool_w) // self.stride + 1
        out = np.empty((N, C, OH, OW))
        for i in range(OH):
            for j in range(OW):
                a, b = i * self.stride, j * self.stride
                out[:, :, i, j] = x[:, :, a:a + self.pool_h, b:b + self.pool_w].max(axis=(2, 3))
        self.x, self.out = x, out
        return out
    def backward(self, dout):
        dx = np.zeros_like(self.x)
        for i in range(dout.shape[2]):
            for j in range(dout.shape[3]):
                a, b = i * self.stride, j * self.stride
                w = self.x[:, :, a:a + self.pool_h, b:b + self.pool_w]
                m = w == self.out[:, :, i:i + 1, j:j + 1]
                dx[:, :, a:a + self.pool_h, b:b + self.pool_w] += m * dout[:, :, i:i + 1, j:j + 1]
        return dx
