"""Instance normalisation: what it refuses, and when its running moments stay as they are."""

import numpy as np
import pytest

from scratch.group_norm import InstanceNorm


def test_an_empty_batch_moves_nothing() -> None:
    layer = InstanceNorm(3, track=True)
    assert layer.forward(np.zeros((0, 4, 3))).shape == (0, 4, 3)
    assert (layer.buffers["running_mean"] == 0).all()
    assert (layer.buffers["running_variance"] == 1).all()


def test_what_is_refused() -> None:
    with pytest.raises(ValueError, match=r"momentum is 1\.5"):
        InstanceNorm(3, track=True, momentum=1.5)
    with pytest.raises(ValueError, match="unbiased variance of 1 value per channel"):
        InstanceNorm(3, track=True).forward(np.ones((2, 1, 3)))
    assert (InstanceNorm(3).forward(np.ones((2, 1, 3))) == 0).all()
