import numpy as np


def conv_forward_naive(x, w, b, conv_param):
    stride = conv_param.get('stride', 1)
    pad = conv_param.get('pad', 0)
    N, C, H, W = x.shape
    F, C, HH, WW = w.shape
    xp = np.pad(x, [(0, 0), (0, 0), (pad, pad), (pad, pad)], 'constant', constant_values=0)
    h_out = np.uint8(1 + (H + 2 * pad - HH) / stride)
    w_out = np.uint8(1 + (W + 2 * pad - WW) / stride)
    out = np.zeros([N, F, h_out, w_out])
    for h in range(h_out):
        for k in range(w_out):
            block = xp[:, :, h * stride:h * stride + HH, k * stride:k * stride + WW]
            for f in range(F):
                out[:, f, h, k] = np.sum(block * w[f], axis=(1, 2, 3)) + b[f]
    return out, (x, w, b, conv_param)


def conv_backward_naive(dout, cache):
    x, w, b, conv_param = cache
    stride = conv_param.get('stride', 1)
    pad = conv_param.get('pad', 0)
    F, C, HH, WW = w.shape
    N, _, h_out, w_out = dout.shape
    xp = np.pad(x, [(0, 0), (0, 0), (pad, pad), (pad, pad)], 'constant', constant_values=0)
    dxp, dw = np.zeros(xp.shape), np.zeros(w.shape)
    db = np.sum(dout, axis=(0, 2, 3))
    for h in range(h_out):
        for k in range(w_out):
            block = xp[:, :, h * stride:h * stride + HH, k * stride:k * stride + WW]
            for f in range(F):
                d = dout[:, f, h, k][:, None, None, None]
                dw[f] += np.sum(block * d, axis=0)
                dxp[:, :, h * stride:h * stride + HH, k * stride:k * stride + WW] += w[f] * d
    dx = dxp[:, :, pad:pad + x.shape[2], pad:pad + x.shape[3]]
    return dx, dw, db


def max_pool_forward_naive(x, pool_param):
    ph, pw, stride = pool_param['pool_height'], pool_param['pool_width'], pool_param['stride']
    N, C, H, W = x.shape
    h_out = np.uint8((H - ph) / stride + 1)
    w_out = np.uint8((W - pw) / stride + 1)
    out = np.zeros([N, C, h_out, w_out])
    for h in range(h_out):
        for k in range(w_out):
            x_block = x[:, :, h * stride:h * stride + ph, k * stride:k * stride + pw]
            out[:, :, h, k] = x_block.max(axis=3).max(axis=2)
    return out, (x, pool_param)


def max_pool_backward_naive(dout, cache):
    x, pool_param = cache
    ph, pw, stride = pool_param['pool_height'], pool_param['pool_width'], pool_param['stride']
    N, C, h_out, w_out = dout.shape
    dx = np.zeros(x.shape)
    for h in range(h_out):
        for k in range(w_out):
            x_block = x[:, :, h * stride:h * stride + ph, k * stride:k * stride + pw]
            mask = x_block == x_block.max(axis=(2, 3), keepdims=True)
            dout_block = dout[:, :, h, k][:, :, None, None]
            dx[:, :, h * stride:h * stride + ph, k * stride:k * stride + pw] += mask * dout_slice
    return dx
