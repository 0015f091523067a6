"""S4 `cnn-tf`: the worked examples, convolutions and poolings of small images at the notebook's top level."""

import ast
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from reference.compare import allowed_ulp, compare
from reference.homework.reading.submission import Submission
from reference.homework.recipes.bench import Bench, Raised
from reference.homework.recipes.extraction import Block, slice_of, source_of, trees
from reference.homework.recipes.judging import Judgement, merged
from reference.homework.verdict import Cause, Quantity
from reference.pair import Array
from scratch.convolution import Conv2D
from scratch.pooling import AvgPool2D, MaxPool2D

CALLS = ("conv2d", "max_pool", "avg_pool", "max_pool2d", "avg_pool2d")
KERNEL = np.array([[1, 0, 1], [0, 1, 0], [1, 0, 1]], float)
SIZES = (5, 7)
CONVOLUTIONS = ((1, "VALID"), (2, "VALID"), (1, "SAME"))
POOLINGS = (("MaxPool", 2), ("MaxPool", 1), ("AvgPool", 2))
MOST = 40


def top_level(submission: Submission) -> Block:
    """All statements of all cells in their order, without definitions."""
    statements: list[ast.stmt] = []
    for _, tree in trees(submission.path):
        statements += [s for s in tree.body if not isinstance(s, ast.FunctionDef | ast.ClassDef)]
    return Block(statements, None, 1)


def calls(block: Block) -> list[tuple[int, ast.Call]]:
    """The calls that convolve or pool, with the place of the statement that each is in."""
    found = []
    for place, statement in enumerate(block.statements):
        for node in ast.walk(statement):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in CALLS:
                found.append((place, node))
    return found[:MOST]


def sources(submission: Submission) -> list[str]:
    """A function for each call, which makes what the call needs and returns its tensor."""
    block = top_level(submission)
    made = []
    for index, (place, call) in enumerate(calls(block)):
        result = f"crosscheck_result_{index}"
        last = ast.Assign([ast.Name(result, ast.Store())], call, lineno=1)
        before = Block([*block.statements[:place], ast.fix_missing_locations(last)], None, 1)
        made.append(source_of(f"crosscheck_example_{index}", (), slice_of(before, [result], ()), result))
    return made


def records(bench: Bench) -> list[dict[str, Any]]:
    """What each call did: the kind of operation, its input, filter, strides, padding and output."""
    found: list[dict[str, Any]] = []
    for index in range(len(calls(top_level(bench.submission)))):
        try:
            found += bench.call("crosscheck_example", index)
        except Raised:
            continue
    return found


def convolutions(bench: Bench) -> Judgement:
    """Each of the six, found by its settings among what the notebook computes."""

    def right(record: dict[str, Any], stride: int, padding: str) -> Array:
        layer = Conv2D(1, 1, 3, stride=stride, padding="same" if padding == "SAME" else "valid", bias=False)
        layer.load({"w": KERNEL[:, :, None, None]})
        return layer(record["x"].astype(float))

    mine = [r for r in records(bench) if r["op"] == "Conv2D"]
    return _judged(
        mine,
        [(f"stride {stride} {padding}", (stride, padding)) for stride, padding in CONVOLUTIONS],
        lambda record: (_stride(record), record["padding"]),
        lambda record, key: right(record, *key),
        "Convolutions",
    )


def poolings(bench: Bench) -> Judgement:
    """Each of the six; the padding is not said, so either is right."""

    def right(record: dict[str, Any], op: str, stride: int) -> Array:
        pool = MaxPool2D if op == "MaxPool" else AvgPool2D
        return pool(2, stride=stride, padding="same" if record["padding"] == "SAME" else "valid")(
            record["x"].astype(float)
        )

    mine = [r for r in records(bench) if r["op"] in ("MaxPool", "AvgPool")]
    words = {"MaxPool": "max", "AvgPool": "mean"}
    return _judged(
        mine,
        [(f"{words[op]} stride {stride}", (op, stride)) for op, stride in POOLINGS],
        lambda record: (record["op"], _stride(record)) if record["ksize"] == [1, 2, 2, 1] else (),
        lambda record, key: right(record, *key),
        "Poolings",
    )


def _stride(record: dict[str, Any]) -> int:
    return int(record["strides"][1]) if len(record["strides"]) == 4 else 0


def _judged(
    mine: list[dict[str, Any]],
    asked: Sequence[tuple[str, tuple[Any, ...]]],
    key_of: Callable[[dict[str, Any]], tuple[Any, ...]],
    right: Callable[[dict[str, Any], tuple[Any, ...]], Array],
    what: str,
) -> Judgement:
    """Correct where every example is there and right, wrong where one is not right or is none of those asked."""
    quantities: list[Quantity] = []
    causes: dict[str, Cause] = {}
    keys = [key for _, key in asked]
    others = [r for r in mine if key_of(r) not in keys]
    for record in others:
        said = f"{_described(record)} is none of those asked."
        causes.setdefault("other_settings", Cause("other_settings", said, True))
    for size in SIZES:
        for name, key in asked:
            title = f"{size}x{size} {name}"
            same = [r for r in mine if key_of(r) == key and r["x"].size == size * size]
            if not same:
                quantities.append(Quantity(title, False, problem="is missing", part=what))
                continue
            best = [compare(title, r["y"], right(r, key), allowed_ulp(9)) for r in same]
            quantities += merged([next((f for f in best if f.agree), best[0])], what)
            if not any(f.agree for f in best):
                causes |= {cause.id: cause for cause in _why(same[0])}
    missing = [q for q in quantities if q.problem == "is missing"]
    wrong = [q for q in quantities if not q.agree and q not in missing]
    if not wrong and not missing:
        return Judgement("correct", tuple(quantities))
    if not wrong and not others:
        listed = ", ".join(q.name for q in missing)
        return Judgement("unfinished", tuple(quantities), remark=f"Not there yet: {listed}.")
    return Judgement("wrong", tuple(quantities), tuple(causes.values()))


def _described(record: dict[str, Any]) -> str:
    side = int(record["x"].size ** 0.5)
    op = {"Conv2D": "convolution", "MaxPool": "max pooling", "AvgPool": "mean pooling"}[record["op"]]
    window = f"window {record['ksize']}, " if record["ksize"] else ""
    return f"{side}x{side}: {op} with {window}strides {record['strides']} and padding {record['padding']}"


def _why(record: dict[str, Any]) -> list[Cause]:
    """Why an example with the right settings gives other numbers."""
    if record["op"] == "Conv2D" and not np.array_equal(np.squeeze(record["w"]), KERNEL):
        said = f"The filter is {np.squeeze(record['w']).astype(int).tolist()}."
        return [Cause("other_filter", said, True, f"It should be {KERNEL.astype(int).tolist()}.")]
    return []
