"""Facts beside the pairs: what corresponds and what does not, as code that is run when the table is made.

Each is a table in one of the TOML files here, by its name. `keras` and `torch` are the two expressions that stand for
each other, on the arrays that `given` makes; `naive` is the port that looks right, in the framework `naive_in`, and
must differ by at least the share `least` of the largest element. A fact without code says by `pair` which pair's cases
run it or, by `reason`, why nothing does.
"""

import functools
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reference.migration.rows import NOT

LEAST = 1e-3
MOST = 6  # facts that are shown about one name
LIMIT = 64.0


@dataclass(frozen=True)
class Fact:
    """One fact. `says` is the correspondence or the difference in words, `pair` the pair it belongs to, if any.

    `verdict` is what the code has to show: "exact" or "exact with glue", that `keras` and `torch` agree within LIMIT
    units in the last place or, for the reason `why`, within this share of the largest element; "not exact", that they
    do not. `signs` tells -0 from
    0. `gradient` names arrays whose gradients are compared as well.
    """

    name: str
    topic: str
    says: str
    verdict: str
    pair: str = ""
    given: str = ""
    keras: str = ""
    torch: str = ""
    naive: str = ""
    naive_in: str = "torch"
    least: float = LEAST
    within: float = 0.0
    why: str = ""
    dtype: str = "float64"
    gradient: tuple[str, ...] = ()
    signs: bool = False
    reason: str = ""
    pitfall: int = 0
    title: str = ""

    def __post_init__(self) -> None:
        if not (self.pair or self.keras or self.reason):
            raise ValueError(f"fact {self.name!r} has no code, no pair and no reason")
        if bool(self.within) != bool(self.why):
            raise ValueError(f"fact {self.name!r} has a wide limit and does not say why")
        if bool(self.keras) != bool(self.torch):
            raise ValueError(f"fact {self.name!r} has code on one side only")
        if self.verdict == NOT and self.naive:
            raise ValueError(f"fact {self.name!r} has a right port, which its naive one stands beside")


@functools.cache
def facts() -> dict[str, Fact]:
    """Every fact by name, in the order of the files."""
    found: dict[str, Fact] = {}
    for path in sorted(Path(__file__).parent.glob("*.toml")):
        for topic, entries in tomllib.loads(path.read_text(encoding="utf-8")).items():
            for name, entry in entries.items():
                if name in found:
                    raise ValueError(f"two facts are called {name!r}")
                found[name] = _fact(name, topic, entry)
    return found


def about(name: str) -> list[str]:
    """The facts that tell of a name, as it is written: "clip_grad_norm_", "nn.utils.clip_grad_norm_", "model.eval".

    Those that are called so or say it come first, then those whose code calls it.
    """
    last = name.rpartition(".")[2]
    word = re.compile(rf"(?<![\w]){re.escape(last)}(?!\w)")
    said = [each for each, fact in facts().items() if each == name or word.search(f"{fact.says} {fact.title}")]
    of_code = {each: f"{fact.keras} {fact.torch} {fact.naive}" for each, fact in facts().items()}
    calls = [each for each, code in of_code.items() if re.search(rf"(?<!\w){re.escape(last)}\(", code)]
    return list(dict.fromkeys([*said, *calls]))[:MOST]


def _fact(name: str, topic: str, entry: Mapping[str, Any]) -> Fact:
    gradient = tuple(entry.get("gradient", "").split())
    return Fact(name, topic.replace("_", " "), **{**entry, "gradient": gradient})
