"""How far apart two arrays are."""

import math
from typing import Any

import numpy as np
import pytest

from reference.compare import FLOAT64_CEILING, allowed_ulp, compare

EPS = float(np.finfo(np.float64).eps)
NAN, INF = math.nan, math.inf


def of(*values: float) -> Any:
    return np.array(values)


def test_equal_arrays_are_zero_ulp_apart() -> None:
    found = compare("y", of(1.0, -2.0), of(1.0, -2.0), allowed=0)
    assert found.agree
    assert (found.max_abs, found.max_rel, found.ulp) == (0.0, 0.0, 0.0)


def test_errors_are_measured_by_the_largest_element() -> None:
    found = compare("y", of(1.0, 8.0 + 16 * EPS), of(1.0, 8.0), allowed=2)
    assert found.agree
    assert found.ulp == 2
    assert found.max_rel == 2 * EPS


def test_a_disagreement_names_the_place_of_the_largest_difference() -> None:
    want = np.zeros((2, 3))
    want[0, 0] = 1.0
    got = want.copy()
    got[0, 1], got[1, 2] = 0.25, -0.5
    found = compare("dw", got, want, allowed=10)
    assert not found.agree
    assert (found.index, found.got, found.want, found.max_abs) == ((1, 2), -0.5, 0.0, 0.5)


@pytest.mark.parametrize("value", [NAN, INF, -INF])
def test_a_value_that_is_not_finite_agrees_with_itself(value: float) -> None:
    assert compare("y", of(1.0, value), of(1.0, value), allowed=0).agree


@pytest.mark.parametrize(
    ("got", "want"), [(NAN, 1.0), (1.0, NAN), (INF, 1.0), (1.0, INF), (INF, -INF), (NAN, INF), (INF, NAN)]
)
def test_a_value_that_is_not_finite_agrees_with_nothing_else(got: float, want: float) -> None:
    found = compare("y", of(1.0, got), of(1.0, want), allowed=1e300)
    assert not found.agree
    assert found.index == (1,)
    assert found.ulp == INF


def test_a_nan_does_not_hide_another_difference() -> None:
    assert compare("y", of(NAN, 2.0), of(NAN, 1.0), allowed=10).index == (1,)


def test_infinities_do_not_loosen_the_scale() -> None:
    assert not compare("y", of(INF, 1.5), of(INF, 1.0), allowed=10).agree


def test_shapes_must_be_equal_and_are_never_broadcast() -> None:
    found = compare("dx", np.ones((3, 1)), np.ones(3), allowed=10)
    assert not found.agree
    assert found.problem == "has shape (3, 1), expected (3,)"


def test_the_dtype_must_be_the_one_asked_for() -> None:
    found = compare("y", np.ones(3), np.ones(3), 10, "float32")
    assert not found.agree
    assert found.problem == "has dtype float64, expected float32"


def test_ulp_are_those_of_the_dtype_compared() -> None:
    one = np.ones(1, np.float32)
    next_to_one = np.nextafter(one, np.float32(2))
    assert compare("y", next_to_one, one.astype(np.float64), 1, "float32").ulp == 1


def test_where_zeros_are_wanted_only_zeros_agree() -> None:
    assert compare("dx", of(0.0, -0.0), of(0.0, 0.0), allowed=1).agree
    found = compare("dx", of(0.0, 1e-300), of(0.0, 0.0), allowed=1e6)
    assert not found.agree
    assert found.max_rel == found.ulp == INF


def test_what_rounding_moves_is_allowed_and_said() -> None:
    found = compare("dx", of(1e-9), of(0.0), allowed=1, scale=1e-8 / EPS)
    assert found.agree
    assert found.max_rel == INF  # of the largest element; the limit is in units of the scale
    assert "rounding" in found.reason


def test_a_scale_below_the_largest_element_changes_nothing() -> None:
    assert compare("y", of(8.0 + 16 * EPS), of(8.0), 2, scale=1.0) == compare("y", of(8.0 + 16 * EPS), of(8.0), 2)


def test_empty_arrays_agree() -> None:
    assert compare("y", np.ones((0, 3)), np.ones((0, 3)), allowed=0).agree


def test_the_arguments_are_left_alone() -> None:
    got, want = of(1.0, NAN), of(2.0, INF)
    compare("y", got, want, allowed=1)
    assert np.array_equal(got, of(1.0, NAN), equal_nan=True)
    assert np.array_equal(want, of(2.0, INF))


def test_the_limit_grows_with_the_root_of_the_length_up_to_the_ceiling() -> None:
    assert allowed_ulp(400) == 2 * allowed_ulp(100)
    assert allowed_ulp(1) == allowed_ulp(4)
    assert allowed_ulp(10**12) * EPS == pytest.approx(FLOAT64_CEILING)
