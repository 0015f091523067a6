# assignment 2, part 3
import numpy as np
from .layers import affine_forward, relu_forward


def conv_forward_naive(x, w, b, conv_param):
    P, S = conv_param['pad'], conv_param['stride']
    N, _, H, W = x.shape
    F, _, R, T = w.shape
    OH, OW = 1 + (H + 2 * P - R) // S, 1 + (W + 2 * P - T) // S
    xp = np.pad(x, ((0,), (0,), (P,), (P,)), 'constant')
    out = np.zeros((N, F, OH, OW))
    for r in range(R):
        for t in range(T):
            view = xp[:, :, r:r + S * OH:S, t:t + S * OW:S]
            out += np.einsum('fc,nchw->nfhw', w[:, :, r, t], view)
    out += b.reshape(1, -1, 1, 1)
    return out, (xp, w, b, conv_param)


def conv_backward_naive(dout, cache):
    xp, w, b, conv_param = cache
    P, S = conv_param['pad'], conv_param['stride']
    OH, OW = dout.shape[2:]
    R, T = w.shape[2:]
    dx = np.zeros(xp.shape)
    dw = np.empty(w.shape)
    for r in range(R):
        for t in range(T):
            dw[:, :, r, t] = np.einsum('nfhw,nchw->fc', dout, xp[:, :, r:r + S * OH:S, t:t + S * OW:S])
            dx[:, :, r:r + S * OH:S, t:t + S * OW:S] += np.einsum('fc,nfhw->nchw', w[:, :, r, t], dout)
    db = np.einsum('nfhw->f', dout)
    return dx, dw, db


def conv_relu_forward(x, w, b, conv_param):
    a, conv_cache = conv_forward_naive(x, w, b, conv_param)
    out, relu_cache = relu_forward(a)
    return out, (conv_cache, relu_cache)
