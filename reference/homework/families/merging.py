"""Layers of two inputs: nodes that add and multiply, and what puts features side by side."""

from collections.abc import Mapping, Sequence
from typing import Any

from reference.fills import normal
from reference.homework.family import Family
from reference.homework.problem import Layout, Problem, problem

FIRST = r"a|x|x1|x_?a|left|input1|inp1|in1|first|u"
SECOND = r"b|y|x2|x_?b|right|input2|inp2|in2|second|v|z|skip|shortcut|residual"
SHAPE, OTHER = (5, 4), (3, 7)


def _merging(pair: str, names: str, wider: int = 0, **options: Any) -> Family:
    """A family of one such layer, whose second input has `wider` features more than its first."""

    def ask(seed: int, shape: tuple[int, int], label: str = "") -> Problem:
        rows, columns = shape
        inputs = {"a": normal(*shape), "b": normal(rows, columns + wider)}
        return problem(pair, inputs, seed, label=label, **options)

    def values(asked: Problem, layout: Layout) -> Mapping[str, Sequence[Any]]:
        return {"axis": [1, -1]} if wider else {}

    return Family(
        pair,
        classes=names,
        functions=names,
        problems=lambda subject, seed: [ask(seed, SHAPE)],
        variants=lambda subject, seed, base: [ask(seed, OTHER, "other sizes")],
        values=values,
        roles={"axis": r"axis|dim"} if wider else {},
        inputs={"a": FIRST, "b": SECOND},
        rank=6,
        reductions=lambda asked: {},
    )


OF_TWO = r"(element_?wise)?"
ENDING = r"_?(layer|node|gate|op|operation)"
ADD = _merging("add", rf"{OF_TWO}add(ition)?{ENDING}|(residual_?)?add|sum_?{ENDING}")
MULTIPLY = _merging("multiply", rf"{OF_TWO}(mul|mult|multiply|multiplication|product){ENDING}|mul|multiply|hadamard\w*")
SUBTRACT = _merging("subtract", rf"{OF_TWO}(sub|subtract|subtraction){ENDING}|subtract")
CONCATENATE = _merging("concatenate", r"concat(enate|enation)?(_?layer)?", wider=2, axis=-1)
