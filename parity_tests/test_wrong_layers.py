"""The suite tests itself: every wrong version of a layer disagrees, where the right one agrees."""

import functools
from collections.abc import Iterator
from typing import Any

import pytest
from wrong import Version, Versions, right_versions, wrong_versions

from reference.pair import FRAMEWORKS, Pair
from reference.parity import CONTRACT, DERIVATIVE, DTYPES, Check, check, judges_of
from reference.registry import find, pairs

LEAST = 5
# what a mistake shows in -> the judges that must each see it, and the dtypes they may use
CAUGHT_BY = {
    "outputs": (FRAMEWORKS, ("float64",)),
    "gradients": ((*FRAMEWORKS, DERIVATIVE), ("float64",)),
    "kinks": (FRAMEWORKS, ("float64",)),
    "torch": (("torch",), ("float64",)),
    "precision": (FRAMEWORKS, ("float32",)),
    "contract": ((CONTRACT,), DTYPES),
}
WRONG = wrong_versions()


def trials() -> Iterator[Any]:
    for name, versions in WRONG.items():
        for shows_in, version in versions:
            yield pytest.param(
                name,
                version,
                shows_in,
                id=f"{name}-{version.__name__}",
                marks=pytest.mark.xdist_group(name),
            )


@functools.cache
def right(pair: Pair, case: str, judge: str, dtype: str) -> Check:
    return check(pair, next(c for c in pair.cases if c.name == case), judge, dtype)


def disagreements(pair: Pair, version: Version, judge: str, dtypes: tuple[str, ...]) -> Iterator[Check]:
    """The checks that the version fails with wrong numbers, or arrays of a wrong shape or dtype; breaking is none."""
    for dtype in dtypes:
        for case in pair.cases:
            if judge in judges_of(pair, case, dtype):
                checked = check(pair, case, judge, dtype, layer=version)
                if not checked.agree and all(finding.name != "run" for finding in checked.findings):
                    yield checked


@pytest.mark.parametrize(("name", "version", "shows_in"), list(trials()))
def test_a_wrong_version_is_caught(name: str, version: Version, shows_in: str) -> None:
    pair = find(name)
    judges, dtypes = CAUGHT_BY[shows_in]
    for judge in judges:
        caught = next(disagreements(pair, version, judge, dtypes), None)
        assert caught is not None, f"{version.__name__} ({version.__doc__}) survives {judge} in every case of {name}"
        if shows_in in ("gradients", "kinks"):
            assert all(finding.agree for finding in caught.findings if finding.name == "y")
        unmistaken = right(pair, caught.case, judge, caught.dtype)
        assert unmistaken.agree, unmistaken


@pytest.mark.parametrize(
    ("name", "version"),
    [
        pytest.param(name, version, id=f"{name}-{version.__name__}", marks=pytest.mark.xdist_group(name))
        for name, versions in right_versions().items()
        for version in versions
    ],
)
def test_a_rewritten_layer_without_mistake_agrees(name: str, version: Version) -> None:
    pair = find(name)
    failed = [
        checked
        for case in pair.cases
        for judge in judges_of(pair, case, "float64")
        if not (checked := check(pair, case, judge, layer=version)).agree
    ]
    assert not failed


@pytest.mark.parametrize("name", list(pairs()))
def test_every_pair_has_wrong_versions(name: str) -> None:
    versions = [version for _, version in WRONG.get(name, Versions())]
    assert len(versions) >= LEAST, f"{name} has {len(versions)} wrong versions in parity_tests/wrong, needs {LEAST}"
    assert len({version.__name__ for version in versions}) == len(versions)
    assert all((version.__doc__ or "").count("\n") == 0 < len(version.__doc__ or "") for version in versions)


def test_only_pairs_have_wrong_versions() -> None:
    assert WRONG.keys() | right_versions().keys() <= pairs().keys()
