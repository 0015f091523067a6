"""The complementary error function: as exact as the one of the standard library, and for whole arrays."""

import math

import numpy as np
import pytest

from scratch import error_function
from scratch.error_function import erfc
from scratch.pieces import PIECE

EPSILON = np.finfo(np.float64).eps


def spread():
    """Numbers of every size and sign, among them the place where the pole leaves the contour."""
    rng = np.random.default_rng(3)
    sizes = 10.0 ** rng.uniform(-300, 0, 2_000)
    change = math.pi / error_function.STEP + 10.0 ** rng.uniform(-16, -1, (2, 200)) * [[1], [-1]]
    parts = [sizes, -sizes, 3 * rng.standard_normal(20_000), np.linspace(-7, 26, 5_000), change.ravel()]
    return rng.permutation(np.concatenate(parts))


def units_off():
    """The largest difference from the standard library's, which is itself off by 2, in units of the last place."""
    x = spread()
    exact = np.array([math.erfc(each) for each in x])
    return (np.abs(erfc(x) - exact) / (EPSILON * exact)).max()


def test_erfc_is_within_five_units_of_what_it_should_be():
    assert 0 < units_off() < 5 + 2


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("STEP", 0.51),
        ("STEP", 0.25),
        ("PLACES", error_function.PLACES[:-1]),
        ("PLACES", error_function.PLACES[1:]),
        ("PLACES", tuple(u + 1e-14 for u in error_function.PLACES)),
        ("LOW", -5.0),
        ("HIGH", 25.5),
        ("math", type("", (), {"exp": math.exp, "pi": 3.14159265358})),
    ],
)
def test_another_rule_is_off(monkeypatch, name, value):
    monkeypatch.setattr(error_function, name, value)
    assert units_off() > 10


def test_what_is_not_finite_and_what_is_far_out():
    x = np.array([np.inf, -np.inf, np.nan, 1e308, -1e308, 28.0, -6.0, 0.0, -0.0])
    np.testing.assert_array_equal(erfc(x), [0, 2, np.nan, 0, 2, 0, 2, 1, 1])


@pytest.mark.parametrize("shape", [(), (0, 3), (5,), (PIECE + 1,), (7, 300, 20)])
@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.float16])
def test_arrays_of_any_shape_and_dtype(shape, dtype):
    x = np.asarray(np.random.default_rng(5).standard_normal(shape), dtype)
    kept, y = x.copy(), erfc(x)
    assert (y.dtype, y.shape) == (x.dtype, x.shape)
    exact = np.reshape([math.erfc(each) for each in x.ravel().tolist()], shape)
    unit = np.finfo(dtype)
    np.testing.assert_allclose(y, exact, rtol=(5 + 2) * float(unit.eps), atol=float(unit.smallest_subnormal))
    np.testing.assert_array_equal(erfc(x.T), y.T)
    np.testing.assert_array_equal(x, kept)
