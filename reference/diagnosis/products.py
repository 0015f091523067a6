"""The matrix products of a dense layer's backward pass, with factors that are not transposed or in the other order.

They fit only where sizes happen to be equal, so no layer in scratch can be changed to give them for all sizes.
"""

import itertools
from collections.abc import Iterator
from functools import partial

from reference.diagnosis.bench import HAND, Hypothesis
from reference.diagnosis.evidence import Evidence
from reference.pair import Array
from reference.sides import Side
from scratch.dense import Dense

# what each gradient is the product of
PRODUCTS = {"dw": ("x.T", "dout"), "dx": ("dout", "w.T")}


def of_products(evidence: Evidence) -> Iterator[Hypothesis]:
    """The wrong products that have the shape of the right one, if the layer is a dense one of single samples."""
    if evidence.pair.layer is not Dense or evidence.arrays.dy.ndim != 2:
        return
    arrays = _factors(evidence)
    for name, right in PRODUCTS.items():
        want = arrays[right[0]] @ arrays[right[1]]
        for first, second in _others(right):
            a, b = arrays[first], arrays[second]
            if a.shape[1] == b.shape[0] and (len(a), b.shape[1]) == want.shape:
                facts = {
                    "said": _written(name, (first, second), evidence.turned),
                    "right": _written(name, right, evidence.turned),
                }
                answers = partial(_answers, name=name, product=(first, second))
                yield Hypothesis(f"product-untransposed/{name}", answers, facts, HAND)


def _factors(evidence: Evidence) -> dict[str, Array]:
    one = {"x": evidence.arrays.inputs["x"], "w": evidence.arrays.params["w"], "dout": evidence.arrays.dy}
    return one | {f"{name}.T": array.T for name, array in one.items()}


def _others(right: tuple[str, str]) -> Iterator[tuple[str, str]]:
    """The same two arrays in any order, each as it is or transposed."""
    a, b = (name.removesuffix(".T") for name in right)
    for first, second in ((a, b), (b, a)):
        for product in itertools.product((first, f"{first}.T"), (second, f"{second}.T")):
            if product != right:
                yield product


def _written(name: str, product: tuple[str, str], turned: frozenset[str]) -> str:
    """A product as it is written where the arrays `turned` lie the other way round: (features, batch), (out, in)."""
    factors = [_transposed(each) if each.removesuffix(".T") in turned else each for each in product]
    if name.removeprefix("d") in turned:
        factors = [_transposed(each) for each in reversed(factors)]
    return " @ ".join(factors)


def _transposed(name: str) -> str:
    return name.removesuffix(".T") if name.endswith(".T") else f"{name}.T"


def _answers(evidence: Evidence, name: str, product: tuple[str, str]) -> Side | None:
    """The layer's answers with this product for one of its gradients."""
    own, arrays = evidence.side(), _factors(evidence)
    return {**own, name: arrays[product[0]] @ arrays[product[1]]} if own is not None else None
