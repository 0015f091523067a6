"""Mistakes written by hand stay mistakes of the layers as they are: each runs, and gives other numbers."""

from collections import defaultdict
from collections.abc import Iterator

import numpy as np
import pytest

from reference.diagnosis.hypotheses import layers_of
from reference.diagnosis.variant import Variant
from reference.diagnosis.variants import all_variants
from reference.diagnosis.variants.activations import of_activation
from reference.pair import Case, Pair
from reference.registry import pairs
from reference.sides import Side, make_arrays, scratch_side
from scratch.activations import Activation

Declared = dict[type, list[tuple[Pair, Case]]]
OWNERS = list(dict.fromkeys(variant.owner for variant in all_variants()))


@pytest.fixture(scope="module")
def declared() -> Declared:
    """The cases of each class that is a pair's layer, or what that layer is a form of."""
    found: Declared = defaultdict(list)
    for pair in pairs().values():
        for case in pair.cases:
            first = next(layers_of(pair.layer(**case.options)), None)
            for cls in type(first).__mro__:
                found[cls].append((pair, case))
    return found


def differs(side: Side, own: Side) -> bool:
    return any(
        name not in side or side[name].shape != one.shape or not np.allclose(side[name], one, 1e-9, 0, equal_nan=True)
        for name, one in own.items()
    )


def tried(variant: Variant, cases: list[tuple[Pair, Case]]) -> Iterator[bool]:
    """For each case whether the numbers are other ones. Raises what the variant raises."""
    for pair, case in cases:
        arrays = make_arrays(pair, case, 0)
        with np.errstate(all="ignore"):
            own = scratch_side(pair, case, arrays, "float64")
            with variant.planted():
                yield differs(scratch_side(pair, case, arrays, "float64"), own)


@pytest.mark.parametrize("owner", OWNERS, ids=lambda owner: owner.__name__)
def test_every_variant_runs_and_gives_other_numbers(owner: type, declared: Declared) -> None:
    broken = []
    for number, variant in enumerate(all_variants()):
        if variant.owner is owner:
            try:
                same = not any(tried(variant, declared[owner]))
            except Exception as error:  # whatever the code of a layer raises that has changed
                broken.append(f"{number} {variant.id}: {type(error).__name__}: {error}")
            else:
                broken += [f"{number} {variant.id}: the right numbers"] if same else []
    assert not broken


def test_every_wrong_derivative_runs(declared: Declared) -> None:
    broken = []
    for owner, cases in declared.items():
        if issubclass(owner, Activation) and owner is not Activation:
            for variant in of_activation(owner):
                try:
                    next(tried(variant, cases))
                except Exception as error:
                    broken.append(f"{owner.__name__} {variant.facts['said']}: {type(error).__name__}: {error}")
    assert not broken


def test_a_variant_that_changes_nothing_is_told() -> None:
    pair = pairs()["tanh"]
    cls = type(pair.layer(**pair.cases[0].options))
    right = Variant("none", cls, {"slope": cls.slope})
    assert not any(tried(right, [(pair, pair.cases[0])]))
