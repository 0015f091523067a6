"""Slots: one string moves a weight there and back."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reference.pair import Case, Slot, Twin

AXES = ["n_in", "n_out", "kh", "kw"]


@given(st.permutations(AXES), st.lists(st.integers(1, 5), min_size=4, max_size=4))
def test_every_order_of_axes_is_its_own_inverse(order, shape):
    slot = Slot("weight", f"{' '.join(AXES)} -> {' '.join(order)}")
    array = np.random.default_rng(0).standard_normal(shape)
    there = slot.to_twin(array)
    assert np.array_equal(there, array.transpose([AXES.index(axis) for axis in order]))
    assert np.array_equal(slot.to_scratch(there, array.shape), array)


def test_gates_change_places():
    slot = Slot("weight", "n_in (gate hidden) -> (gate hidden) n_in", blocks="z r h -> r z h")
    z, r, h = (np.full((2, 3), value) for value in (1.0, 2.0, 3.0))
    there = slot.to_twin(np.concatenate([z, r, h], axis=1))
    assert there.shape == (9, 2)
    assert there[:, 0].tolist() == [2, 2, 2, 1, 1, 1, 3, 3, 3]
    assert np.array_equal(slot.to_scratch(there, (2, 9)), np.concatenate([z, r, h], axis=1))


def test_flatten_order_of_a_dense_layer_after_a_convolution():
    slot = Slot("weight", "(h w c) n_out -> n_out (c h w)", sizes={"h": 2, "w": 3})
    w = np.arange(2 * 3 * 4 * 5).reshape(24, 5)
    images = np.random.default_rng(0).integers(0, 9, (7, 2, 3, 4))
    channels_first = images.transpose(0, 3, 1, 2).reshape(7, -1)
    assert np.array_equal(images.reshape(7, -1) @ w, channels_first @ slot.to_twin(w).T)
    assert np.array_equal(slot.to_scratch(slot.to_twin(w), w.shape), w)


def test_a_wrong_shape_is_refused():
    with pytest.raises(ValueError, match=r"weight has shape \(3, 2\) in the twin, expected \(2, 3\)"):
        Slot("weight", "n_in n_out -> n_out n_in").to_scratch(np.zeros((3, 2)), (3, 2))


def test_what_is_left_out_needs_a_reason():
    with pytest.raises(ValueError, match="needs a reason"):
        Twin(None, likeness="none")
    with pytest.raises(ValueError, match="needs a reason"):
        Case("some", {}, frameworks=("torch",))
    with pytest.raises(ValueError, match="must name one framework"):
        Case("some", {}, differs={"y": 0.1}, reason="by nature")
