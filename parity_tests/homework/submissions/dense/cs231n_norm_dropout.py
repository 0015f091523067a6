import numpy as np

# normalisation + dropout, second version (computation graph instead of the paper's formula)


def batchnorm_forward(x, gamma, beta, bn_param):
    mode = bn_param['mode']
    eps = bn_param.get('eps', 1e-5)
    momentum = bn_param.get('momentum', 0.9)
    N, D = x.shape
    running_mean = bn_param.get('running_mean', np.zeros(D, dtype=x.dtype))
    running_var = bn_param.get('running_var', np.zeros(D, dtype=x.dtype))
    cache = None
    if mode == 'train':
        mu = np.sum(x, axis=0) / N
        var = np.sum((x - mu) ** 2, axis=0) / (N - 1)
        xhat = (x - mu) / np.sqrt(var + eps)
        out = gamma * xhat + beta
        cache = (x, xhat, mu, var, eps, gamma)
        running_mean = momentum * running_mean + (1 - momentum) * mu
        running_var = momentum * running_var + (1 - momentum) * var
    elif mode == 'test':
        out = (x - running_mean) / np.sqrt(running_var + eps) * gamma + beta
    bn_param['running_mean'] = running_mean
    bn_param['running_var'] = running_var
    return out, cache


def batchnorm_backward(dout, cache):
    x, xhat, mu, var, eps, gamma = cache
    N, D = x.shape
    dxhat = dout * gamma
    dvar = np.sum(dxhat * (x - mu) * -0.5 * (var + eps) ** -1.5, axis=0)
    dmu = np.sum(-dxhat / np.sqrt(var + eps), axis=0) + dvar * np.mean(-2 * (x - mu), axis=0)
    dx = dxhat / np.sqrt(var + eps) + dvar * 2 * (x - mu) / (N - 1) + dmu / N
    dgamma = np.sum(dout * xhat, axis=0)
    dbeta = np.sum(dout, axis=0)
    return dx, dgamma, dbeta


def layernorm_forward(x, gamma, beta, ln_param):
    eps = ln_param.get('eps', 1e-5)
    mean = x.mean(axis=1, keepdims=True)
    var = x.var(axis=1, keepdims=True)
    norm = (x - mean) / np.sqrt(var + eps)
    return gamma * norm + beta, (norm, var, eps, gamma)


def layernorm_backward(dout, cache):
    norm, var, eps, gamma = cache
    N, D = dout.shape
    dgamma = (dout * norm).sum(axis=0)
    dbeta = dout.sum(axis=0)
    # same formula as batch norm with the axes changed
    dx = (D * dout - dout.sum(axis=1, keepdims=True) - norm * (dout * norm).sum(axis=1, keepdims=True))
    dx = dx / (D * np.sqrt(var + eps))
    return dx, dgamma, dbeta


def dropout_forward(x, dropout_param):
    # p is the probability to DROP
    p, mode = dropout_param['p'], dropout_param['mode']
    if 'seed' in dropout_param:
        np.random.seed(dropout_param['seed'])
    mask = None
    if mode == 'train':
        mask = (np.random.rand(*x.shape) >= p) / (1 - p)
        out = x * mask
    else:
        out = x
    return out, (dropout_param, mask)


def dropout_backward(dout, cache):
    dropout_param, mask = cache
    p = dropout_param['p']
    if dropout_param['mode'] == 'train':
        return dout * mask / (1 - p)
    return dout


if __name__ == '__main__':
    np.random.seed(1)
    a = np.random.randn(200, 3) * [1, 2, 3] + 5
    y, _ = batchnorm_forward(a, np.ones(3), np.zeros(3), {'mode': 'train'})
    print(y.mean(0), y.std(0))     # std is 0.997..., close enough?
