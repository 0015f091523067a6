# deep-learning-from-scratch style layers, im2col / col2im written again by me (im2colの復習)
import numpy as np


def im2col(img, FH, FW, stride=1, pad=0):
    N, C, H, W = img.shape
    OH, OW = (H + 2 * pad - FH) // stride + 1, (W + 2 * pad - FW) // stride + 1
    img = np.pad(img, [(0, 0), (0, 0), (pad, pad), (pad, pad)], 'constant')
    col = np.zeros((N, OH, OW, C, FH, FW))
    for oy in range(OH):
        for ox in range(OW):
            y, x = oy * stride, ox * stride
            col[:, oy, ox] = img[:, :, y:y + FH, x:x + FW]
    return col.reshape(N * OH * OW, -1)


def col2im(col, shape, FH, FW, stride=1, pad=0, add=True):
    N, C, H, W = shape
    OH, OW = (H + 2 * pad - FH) // stride + 1, (W + 2 * pad - FW) // stride + 1
    col = col.reshape(N, OH, OW, C, FH, FW)
    img = np.zeros((N, C, H + 2 * pad, W + 2 * pad))
    for oy in range(OH):
        for ox in range(OW):
            y, x = oy * stride, ox * stride
            if add:
                img[:, :, y:y + FH, x:x + FW] += col[:, oy, ox]
            else:
                img[:, :, y:y + FH, x:x + FW] = col[:, oy, ox]
    return img[:, :, pad:H + pad, pad:W + pad]


class Convolution:
    def __init__(self, W, b, stride=1, pad=0):
        self.W, self.b, self.stride, self.pad = W, b, stride, pad

    def forward(self, x):
        FN, C, FH, FW = self.W.shape
        N, _, H, W = x.shape
        oh = 1 + (H + 2 * self.pad - FH) // self.stride
        ow = 1 + (W + 2 * self.pad - FW) // self.stride
        self.col = im2col(x, FH, FW, self.stride, self.pad)
        self.col_W = self.W.reshape(FN, -1).T
        self.x = x
        out = self.col @ self.col_W + self.b
        return out.reshape(N, oh, ow, FN).transpose(0, 3, 1, 2)

    def backward(self, dout):
        FN, C, FH, FW = self.W.shape
        d = dout.transpose(0, 2, 3, 1).reshape(-1, FN)
        self.db = d.sum(axis=0)
        self.dW = (self.col.T @ d).T.reshape(self.W.shape)
        return self.back_to_image(d @ self.col_W.T)

    def back_to_image(self, dcol):
        return col2im(dcol, self.x.shape, self.W.shape[2], self.W.shape[3], self.stride, self.pad)


class ConvolutionSet(Convolution):
    """col2im sets the windows"""

    def back_to_image(self, dcol):
        return col2im(dcol, self.x.shape, self.W.shape[2], self.W.shape[3], self.stride, self.pad, add=False)


class ConvolutionByTap(Convolution):
    """col2im of the book (loop over the filter) with = in the place of +="""

    def back_to_image(self, dcol):
        N, C, H, W = self.x.shape
        FH, FW, s, pad = self.W.shape[2], self.W.shape[3], self.stride, self.pad
        OH, OW = (H + 2 * pad - FH) // s + 1, (W + 2 * pad - FW) // s + 1
        col = dcol.reshape(N, OH, OW, C, FH, FW).transpose(0, 3, 4, 5, 1, 2)
        img = np.zeros((N, C, H + 2 * pad + s - 1, W + 2 * pad + s - 1))
        for y in range(FH):
            for x in range(FW):
                img[:, :, y:y + s * OH:s, x:x + s * OW:s] = col[:, :, y, x]
        return img[:, :, pad:H + pad, pad:W + pad]


class ConvolutionTapsTurned(Convolution):
    """rows and columns of the filter have changed places in the gradient"""

    def backward(self, dout):
        FN, C, FH, FW = self.W.shape
        d = dout.transpose(0, 2, 3, 1).reshape(-1, FN)
        self.db = d.sum(axis=0)
        self.dW = (self.col.T @ d).reshape(C, FH, FW, FN).transpose(3, 0, 2, 1)
        return self.back_to_image(d @ self.col_W.T)


class ConvolutionChannelLast(Convolution):
    """the gradient of the filter read as (FH, FW, C) where the columns run (C, FH, FW)"""

    def backward(self, dout):
        FN, C, FH, FW = self.W.shape
        d = dout.transpose(0, 2, 3, 1).reshape(-1, FN)
        self.db = d.sum(axis=0)
        self.dW = (self.col.T @ d).reshape(FH, FW, C, FN).transpose(3, 2, 0, 1)
        return self.back_to_image(d @ self.col_W.T)


class ConvolutionPadForgotten(Convolution):
    """backward cuts the padding off on one side only"""

    def back_to_image(self, dcol):
        N, C, H, W = self.x.shape
        big = col2im(dcol, (N, C, H + 2 * self.pad, W + 2 * self.pad), self.W.shape[2], self.W.shape[3], self.stride)
        return big[:, :, :H, :W]


x = np.random.rand(2, 3, 7, 7)
conv = Convolution(np.random.randn(4, 3, 3, 3) * 0.1, np.zeros(4), 2, 1)
print(conv.backward(conv.forward(x)).shape)
