import numpy as np


class Conv1d(object):
    def __init__(self, W, b, stride=1, padding=0):
        self.W, self.b = W, b
        self.s, self.p = stride, padding

    def out_width(self, n_in):
        return np.int((n_in + 2 * self.p - self.W.shape[2]) / self.s + 1)

    def forward(self, x):
        self.n = x.shape[2]
        self.x = np.pad(x, ((0, 0), (0, 0), (self.p, self.p)), mode='constant')
        K = self.W.shape[2]
        out = np.zeros((x.shape[0], self.W.shape[0], self.out_width(x.shape[2])), dtype=np.float)
        for i in range(out.shape[2]):
            piece = self.x[:, :, i * self.s:i * self.s + K]
            for o in range(self.W.shape[0]):
                out[:, o, i] = (piece * self.W[o]).sum(axis=(1, 2)) + self.b[o]
        return out

    def backward(self, dout):
        K = self.W.shape[2]
        self.db = dout.sum(axis=(0, 2))
        self.dW = np.zeros_like(self.W)
        dx = np.zeros_like(self.x)
        for i in range(dout.shape[2]):
            sl = slice(i * self.s, i * self.s + K)
            self.dW += np.einsum('no,nck->ock', dout[:, :, i], self.x[:, :, sl])
            dx[:, :, sl] += np.einsum('no,ock->nck', dout[:, :, i], self.W)
        return dx[:, :, self.p:self.p + self.n]
