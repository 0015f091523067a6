import numpy as np
rng = np.random.RandomState(1234)


class Conv:
    # filter_shape = (height, width, in, out), NHWC
    def __init__(self, filter_shape, function=lambda u: u, strides=[1, 1, 1, 1], padding='VALID'):
        fan_in = np.prod(filter_shape[:3])
        self.W = rng.uniform(low=-np.sqrt(6 / fan_in), high=np.sqrt(6 / fan_in), size=filter_shape).astype('float64')
        self.b = np.zeros((filter_shape[3]), dtype='float64')
        self.function = function
        self.strides = strides
        self.padding = padding

    def f_prop(self, x):
        _, s1, s2, _ = self.strides
        fh, fw = self.W.shape[:2]
        if self.padding == 'SAME':
            H, W = x.shape[1:3]
            th = max((int(np.ceil(H / s1)) - 1) * s1 + fh - H, 0)
            tw = max((int(np.ceil(W / s2)) - 1) * s2 + fw - W, 0)
            self.cut = (th // 2, tw // 2, H, W)
            x = np.pad(x, ((0, 0), (th // 2, th - th // 2), (tw // 2, tw - tw // 2), (0, 0)), 'constant')
        else:
            self.cut = (0, 0) + x.shape[1:3]
        self.x = x
        oh, ow = (x.shape[1] - fh) // s1 + 1, (x.shape[2] - fw) // s2 + 1
        u = np.array([[np.tensordot(x[:, i * s1:i * s1 + fh, j * s2:j * s2 + fw], self.W, axes=3)
                       for j in range(ow)] for i in range(oh)])
        return self.function(u.transpose(2, 0, 1, 3) + self.b)

    def b_prop(self, delta):
        _, s1, s2, _ = self.strides
        fh, fw = self.W.shape[:2]
        self.dW = np.zeros_like(self.W)
        self.db = delta.mean(axis=(0, 1, 2))
        dx = np.zeros_like(self.x)
        for i in range(delta.shape[1]):
            for j in range(delta.shape[2]):
                d = delta[:, i, j]
                self.dW += np.tensordot(self.x[:, i * s1:i * s1 + fh, j * s2:j * s2 + fw], d, axes=(0, 0))
                dx[:, i * s1:i * s1 + fh, j * s2:j * s2 + fw] += np.tensordot(d, self.W, axes=(1, 3))
        t, l, H, W = self.cut
        return dx[:, t:t + H, l:l + W]
