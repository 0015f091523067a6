import numpy as np
import matplotlib.pyplot as plt
np.random.seed(42)


def xavier_uniform(shape):
    """Glorot and Bengio. shape is (n_in, n_out), or (kh, kw, in, out) for a convolution"""
    if len(shape) == 2:
        fan_in, fan_out = shape
    else:
        fan_in = np.prod(shape[1:])
        fan_out = shape[0]
    limit = np.sqrt(6.0 / (fan_in + fan_out))
    return np.random.uniform(-limit, limit, size=shape)


def he_normal(shape):
    receptive = int(np.prod(shape[:-2]))
    fan_in = shape[-2] * receptive
    return np.random.normal(0.0, np.sqrt(2.0 / fan_in), size=shape)


def glorot_normal(shape):
    fan_in, fan_out = shape[-2], shape[-1]
    # variance = 2 / (in + out)
    return np.random.normal(loc=0.0, scale=2.0 / (fan_in + fan_out), size=shape)


def he_uniform(shape):
    fan_in = shape[-2] * int(np.prod(shape[:-2]))
    limit = np.sqrt(6.0 / fan_in)
    return np.random.uniform(-limit, limit, shape)


def lecun_normal(shape):
    fan_in = shape[-2] * int(np.prod(shape[:-2]))
    return np.random.randn(*shape) / np.sqrt(fan_in)


for f in (xavier_uniform, he_normal, glorot_normal):
    w = f((300, 200))
    plt.hist(w.ravel(), bins=50, alpha=0.4, label=f.__name__)
    print(f.__name__, w.std())
plt.legend()
plt.savefig("init.png")
