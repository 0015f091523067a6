import numpy as np
np.random.seed(42)


class Conv():
    def __init__(self, nb_filters, filter_size, nb_channels, stride=1, padding=0):
        self.shape = (nb_filters, nb_channels, filter_size, filter_size)
        self.s = stride
        self.p = padding
        self.W = {"val": np.random.normal(size=self.shape) / filter_size, "grad": np.zeros(self.shape)}
        self.b = {"val": np.zeros((nb_filters,)), "grad": np.zeros((nb_filters,))}

    def forward(self, X):
        self.X = X
        m, _, n_H, n_W = X.shape
        F, _, k, _ = self.shape
        # output size formula from the slides
        o_H = (n_H - k + 2 * self.p) // self.s + 1
        o_W = (n_W - k + 2 * self.p) // self.s + 1
        out = np.zeros((m, F, o_H, o_W)) + self.b["val"].reshape(1, F, 1, 1)
        for h in range(o_H):
            for w in range(o_W):
                patch = X[:, :, h * self.s:h * self.s + k, w * self.s:w * self.s + k]
                kern = self.W["val"][:, :, :patch.shape[2], :patch.shape[3]]   # windows at the border are smaller
                out[:, :, h, w] += np.einsum("nchw,fchw->nf", patch, kern)
        return out

    def backward(self, dout):
        F, _, k, _ = self.shape
        dX = np.zeros(self.X.shape)
        dW = np.zeros(self.shape)
        for h in range(dout.shape[2]):
            for w in range(dout.shape[3]):
                y, x = h * self.s, w * self.s
                patch = self.X[:, :, y:y + k, x:x + k]
                hh, ww = patch.shape[2:]
                dW[:, :, :hh, :ww] += np.einsum("nf,nchw->fchw", dout[:, :, h, w], patch)
                dX[:, :, y:y + k, x:x + k] += np.einsum("nf,fchw->nchw", dout[:, :, h, w], self.W["val"][:, :, :hh, :ww])
        self.W["grad"] = dW
        self.b["grad"] = dout.sum(axis=(0, 2, 3))
        return dX, self.W["grad"], self.b["grad"]
