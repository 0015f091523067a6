"""Embedding: rows looked up by index."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from reference.homework.family import Family
from reference.homework.problem import Entry, Layout, Problem, Scheme, problem
from reference.pair import Input


def _tokens(*shape: int, top: int) -> Input:
    def fill(rng: np.random.Generator, size: tuple[int, ...]) -> Any:
        x = rng.integers(0, top, size)
        x.flat[-1] = x.flat[0]  # a word that occurs twice
        return x

    return Input(shape, fill, differentiable=False)


def _ask(shape: tuple[int, ...], tokens: int, n_out: int, seed: int, label: str) -> Problem:
    return problem("embedding", {"x": _tokens(*shape, top=tokens)}, seed, label=label, n_tokens=tokens, n_out=n_out)


def _schemes(asked: Problem) -> Sequence[Scheme]:
    return (
        Scheme({"w": Entry(r"w\w*|table|e(mbed\w*)?|matrix|vectors?|weights?|lookup\w*|params?", (asked.ids()["w"],))}),
    )


def _values(asked: Problem, layout: Layout) -> Mapping[str, Sequence[Any]]:
    return {"tokens": [asked.options["n_tokens"]], "n_out": [asked.options["n_out"]]}


EMBEDDING = Family(
    "embedding",
    classes=r".*embed\w*",
    functions=r".*embed\w*",
    problems=lambda subject, seed: [_ask((6,), 5, 3, seed, ""), _ask((4, 6), 7, 3, seed, "")],
    variants=lambda subject, seed, base: [_ask(base.arrays.inputs["x"].shape, 9, 2, seed, "other sizes")],
    schemes=_schemes,
    values=_values,
    roles={
        "tokens": r"v|vocab\w*|n?tokens?|numembeddings|nvocab|inputdim|n|nin|words|nwords|size|numwords",
        "n_out": r"d|h|dim|embed\w*|embeddingdim|nout|outputdim|hidden\w*|m|ndim|vecsize|wordvec\w*",
    },
    inputs={"x": r"x|idx|ids?|index|indices|tokens?|words?|inputs?|wordid|xs"},
    wildcards=("tokens", "n_out"),
    rank=8,
)
