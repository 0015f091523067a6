"""Local response normalisation against TensorFlow's own, which has float32 and odd sizes only."""

import numpy as np
import pytest

from reference.frameworks import framework
from scratch.scaling import LocalResponseNorm


@pytest.mark.parametrize("size", [1, 3, 5])
def test_local_response_norm_is_tensorflows(size: int) -> None:
    framework("keras")
    import tensorflow as tf

    x = np.random.default_rng(0).standard_normal((2, 4, 3, 7)).astype("float32")
    want = tf.nn.local_response_normalization(x, size // 2, bias=2.0, alpha=0.9 / size, beta=0.75).numpy()
    got = LocalResponseNorm(size, alpha=0.9, beta=0.75, k=2.0).forward(x)
    assert np.allclose(got, want, rtol=1e-6, atol=0)
