"""Recurrent layers made of others: one that reads from both ends, and layers one above the other."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from reference.fills import normal
from reference.homework.families.recurrent import NO_LAYER, SIMPLE_RNN, by_columns, of_sequences
from reference.homework.family import NEVER, Family
from reference.homework.isolation.process import Stub
from reference.homework.problem import Entry, Layout, Problem, Scheme, problem
from reference.homework.recurrence import OTHER_SIZES, SIZES, Sizes, time_axis
from reference.homework.recurrent_weights import LSTM_GATES, ONE, Gates, schemes
from reference.homework.subject import Subject

# how one layer's weights are told from the other's where all have names of their own: Wx_f and Wx_b, Wx1 and Wx2
ENDS = {"forward": r"f|fw|fwd|forward|l2r|right|1", "backward": r"b|bw|bwd|back|backward|r|rev|reverse|r2l|left|2"}
LAYERS = {"0": r"0|1|l0|l1|lower|bottom", "1": r"1|2|l1|l2|upper|top"}
BOTH_ENDS = r"(my|simple|scratch)?(bi(di\w*)?|twoway)"
ABOVE = r"(my|simple|scratch)?(stack\w*|deep|multilayer(ed)?|(n|two|2)layers?)"


def _asked(pair: str, gates: Gates, subject: Subject, seed: int, sizes: Sizes, label: str, **options: Any) -> Problem:
    time, n_in, n_hidden, _ = sizes
    found = problem(pair, {"x": normal(3, time, n_in)}, seed, label=label, n_in=n_in, n_hidden=n_hidden, **options)
    columns = by_columns(subject)
    parts = ENDS if pair.startswith("bidirectional") else LAYERS
    facts = {
        "layouts": tuple(of_sequences(False, options["sequences"], time_axis(subject))),
        "schemes": tuple(_schemes(found, parts, gates, columns)),
        "time": time,
    }
    return replace(found, facts=facts)


def _schemes(asked: Problem, parts: dict[str, str], gates: Gates, columns: bool) -> Iterator[Scheme]:
    """Those of each part together; parts that are objects are found in the order in which they were made."""
    ids = asked.ids()
    of_parts = {
        part: schemes(
            {n.split(".")[1]: i for n, i in ids.items() if n.startswith(f"{part}.")}, gates, True, columns, False
        )
        for part in parts
    }
    for order in (list(parts), list(reversed(parts))):
        for together in zip(*(of_parts[part] for part in order), strict=True):
            entries = {
                f"{part}.{name}": replace(entry, names=_named(entry, parts[part]))
                for part, scheme in zip(order, together, strict=True)
                for name, entry in scheme.entries.items()
            }
            yield Scheme(entries, together[0].said)


def _named(entry: Entry, part: str) -> str:
    return rf"({entry.names})({part})?|({part})({entry.names})"


def _values(asked: Problem, layout: Layout) -> Mapping[str, Sequence[Any]]:
    n_hidden = asked.options["n_hidden"]
    return {
        "n_in": [asked.options["n_in"]],
        "n_hidden": [n_hidden],
        "layers": [2],
        "sizes": [[n_hidden, n_hidden]],
        "batch": [asked.batch],
        "time": [asked.facts["time"]],
        "activation": [Stub("activation", name="tanh")],
        "scale": [0.1],
    }


def deep(pair: str, names: str, gates: Gates, forms: Sequence[Mapping[str, Any]]) -> Family:
    """A family of one such layer; `forms` are the options under which its output has the likely shapes."""

    def ask(subject: Subject, seed: int, sizes: Sizes, label: str, form: Mapping[str, Any]) -> Problem:
        return _asked(pair, gates, subject, seed, sizes, label, **form)

    make: Callable[..., Family] = replace
    return make(
        SIMPLE_RNN,
        name=pair,
        classes=NO_LAYER + names,
        functions=NEVER,
        rank=14,
        looks=lambda subject: False,
        problems=lambda subject, seed: [ask(subject, seed, SIZES, "", form) for form in forms],
        variants=lambda subject, seed, base: [
            ask(subject, seed, OTHER_SIZES, "other sizes", {k: v for k, v in base.options.items() if k in forms[0]})
        ],
        values=_values,
        reductions=lambda asked: {"gradients averaged over the batch": 1 / asked.batch},
        roles={
            **SIMPLE_RNN.roles,
            "layers": r"(n|num)?(of)?_?(layers?|stack)(num)?|depth",
            "sizes": r"hidden(sizes|dims)",
        },
        examine=None,
    )


MERGED = [{"merge": merge, "sequences": sequences} for sequences in (True, False) for merge in ("concat", "sum")]
PLAIN = [{"layers": 2, "sequences": sequences} for sequences in (True, False)]
BIDIRECTIONAL_RNN = deep(
    "bidirectional_simple_rnn", rf"(?!.*(lstm|gru)){BOTH_ENDS}(\w*rnn\w*|\w*recurrent\w*|rectional)", ONE, MERGED
)
BIDIRECTIONAL_LSTM = deep("bidirectional_lstm", rf"{BOTH_ENDS}\w*lstm\w*", LSTM_GATES, MERGED)
STACKED_RNN = deep("stacked_simple_rnn", rf"{ABOVE}\w*rnn\w*", ONE, PLAIN)
STACKED_LSTM = deep("stacked_lstm", rf"{ABOVE}\w*lstm\w*", LSTM_GATES, PLAIN)
