"""pooling, max and mean (week 1 programming assignment, my own version with classes)"""
import numpy as np


def windows(H, W, f, s):
    for i in range((H - f) // s + 1):
        for j in range((W - f) // s + 1):
            yield i, j, i * s, j * s


class MaxPool:
    """images (m, H, W, C)"""

    def __init__(self, f=2, stride=2):
        self.f, self.stride = f, stride

    def forward(self, A_prev):
        m, H, W, C = A_prev.shape
        f, s = self.f, self.stride
        Z = np.zeros((m, (H - f) // s + 1, (W - f) // s + 1, C))
        for i, j, r, c in windows(H, W, f, s):
            Z[:, i, j] = A_prev[:, r:r + f, c:c + f].max(axis=(1, 2))
        self.A_prev = A_prev
        return Z

    def backward(self, dZ):
        A, f = self.A_prev, self.f
        dA = np.zeros_like(A)
        for i, j, r, c in windows(A.shape[1], A.shape[2], f, self.stride):
            part = A[:, r:r + f, c:c + f]
            # 1 where the largest is
            hit = part == part.max(axis=(1, 2), keepdims=True)
            dA[:, r:r + f, c:c + f] += hit * dZ[:, i:i + 1, j:j + 1]
        return dA


class MaxPoolOverwrites(MaxPool):
    def backward(self, dZ):
        A, f = self.A_prev, self.f
        dA = np.zeros_like(A)
        for i, j, r, c in windows(A.shape[1], A.shape[2], f, self.stride):
            for k in range(len(A)):
                for ch in range(A.shape[3]):
                    part = A[k, r:r + f, c:c + f, ch]
                    u, v = np.unravel_index(np.argmax(part), part.shape)
                    dA[k, r + u, c + v, ch] = dZ[k, i, j, ch]
        return dA


class MeanPool:
    def __init__(self, f=2, stride=2):
        self.f, self.stride = f, stride

    def forward(self, A_prev):
        m, H, W, C = A_prev.shape
        f, s = self.f, self.stride
        Z = np.zeros((m, (H - f) // s + 1, (W - f) // s + 1, C))
        for i, j, r, c in windows(H, W, f, s):
            Z[:, i, j] = A_prev[:, r:r + f, c:c + f].mean(axis=(1, 2))
        self.A_prev = A_prev
        return Z

    def backward(self, dZ):
        A, f = self.A_prev, self.f
        dA = np.zeros_like(A)
        for i, j, r, c in windows(A.shape[1], A.shape[2], f, self.stride):
            dA[:, r:r + f, c:c + f] += dZ[:, i:i + 1, j:j + 1] / f ** 2
        return dA


class MeanPoolWithMask(MeanPool):
    """copied from MaxPool, the mask is still in it"""

    def backward(self, dZ):
        A, f = self.A_prev, self.f
        dA = np.zeros_like(A)
        for i, j, r, c in windows(A.shape[1], A.shape[2], f, self.stride):
            part = A[:, r:r + f, c:c + f]
            hit = part == part.max(axis=(1, 2), keepdims=True)
            dA[:, r:r + f, c:c + f] += hit * dZ[:, i:i + 1, j:j + 1]
        return dA


class MeanPoolMaskShared(MeanPool):
    def backward(self, dZ):
        A, f = self.A_prev, self.f
        dA = np.zeros_like(A)
        for i, j, r, c in windows(A.shape[1], A.shape[2], f, self.stride):
            part = A[:, r:r + f, c:c + f]
            mask = part == part.max(axis=(1, 2), keepdims=True)
            dA[:, r:r + f, c:c + f] += mask * (dZ[:, i:i + 1, j:j + 1] / (f * f))
        return dA


if __name__ == "__main__":
    p = MeanPool(3, 1)
    z = p.forward(np.random.rand(2, 6, 6, 1))
    print(p.backward(z).sum(), z.sum())
