import numpy as np


class SGD:
    def __init__(self, lr):
        self.lr = lr

    def update(self, layer, dW, dB):
        layer.W -= self.lr * dW
        layer.B -= self.lr * dB


class GaussInitializer:
    def __init__(self, s):
        self.s = s

    def W(self, *shape):
        return np.random.normal(scale=self.s, size=shape)

    def B(self, *shape):
        return np.random.normal(scale=self.s, size=shape)


class Conv2D:
    '''
    入力チャンネル数は最初のforwardで決まる
    '''

    def __init__(self, initializer, optimizer, kernel_size, n_out_channels, padding=0, stride=1):
        self.initializer = initializer
        self.optimizer = optimizer
        self.k = kernel_size
        self.n_out_channels = n_out_channels
        self.padding = padding
        self.stride = stride
        self.built = False

    def _windows(self, Xp):
        k, s = self.k, self.stride
        view = np.lib.stride_tricks.sliding_window_view(Xp, (k, k), axis=(2, 3))
        return view[:, :, ::s, ::s]          # N, C, OH, OW, k, k

    def forward(self, X):
        if not self.built:
            self.W = self.initializer.W(self.n_out_channels, X.shape[1], self.k, self.k)
            self.B = self.initializer.B(self.n_out_channels)
            self.built = True
        p = self.padding
        self.Xp = np.pad(X, ((0, 0), (0, 0), (p, p), (p, p)))
        A = np.tensordot(self._windows(self.Xp), self.W, axes=([1, 4, 5], [1, 2, 3]))
        return (A + self.B).transpose(0, 3, 1, 2)

    def backward(self, dA):
        s, k, p = self.stride, self.k, self.padding
        dW = np.tensordot(dA, self._windows(self.Xp), axes=([0, 2, 3], [0, 2, 3]))
        dB = dA.sum(axis=(0, 2, 3))
        dXp = np.zeros_like(self.Xp)
        oh, ow = dA.shape[2:]
        for a in range(k):
            for b in range(k):
                dXp[:, :, a:a + s * oh:s, b:b + s * ow:s] += np.einsum('nohw,oc->nchw', dA, self.W[:, :, a, b])
        self.optimizer.update(self, dW, dB)
        H, W = dXp.shape[2:]
        return dXp[:, :, p:H - p, p:W - p]


x = np.random.rand(2, 3, 10, 10)
net = Conv2D(GaussInitializer(0.1), SGD(0.1), 3, 5, padding=1, stride=2)
print(net.forward(x).shape)
