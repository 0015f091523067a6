"""How submissions keep the weights of recurrent layers: stacked or apart, [h; x] in one matrix, transposed."""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from reference.homework.problem import Entry, Scheme, transposed, vector_forms
from reference.homework.recurrence import OUTPUT_WEIGHT
from reference.pair import Array

# of the weights of all gates together, and of a layer that has none
W_X = (
    r"wx|wxh|wax|wih|win|win(put)?|weight(s)?ih|(input)?kernel|wi|in(put)?weights?|weight(s)?x|wxx|w1|wxa|"
    r"xh|inputtohidden|wu"
)
W_H = (
    r"wh|whh|waa|wrec|whidden|weight(s)?hh|recurrent(weights?|kernel|matrix)?|wr|wa|hiddenweights?|"
    r"weight(s)?h|w2|whx|r|hh|wrecurrent|state(weights?|layer)|wu|wprev"
)
# letters that one author gives the inputs and another the states: U x + W h, or W x + U h
U_X, U_H = (W_X + "|u", W_H + "|w"), (W_X + "|w", W_H + "|u")
EITHER = (W_X + "|u|w", W_H + "|w|u")
FUSED = r"w|weights?|wx|wxh|wf|kernel|whx|theta|params?|wgates?|wlstm|wgru|wh|wall"
B = r"b|bias(es)?|bh|ba|bs|bx|b0|b1|bhh|hiddenbias|bhidden|brec|bgates?|bhx"
B_X, B_H = r"bx|bih|bias(es)?ih|bxh|bin(put)?|bi", r"bh|bhh|bias(es)?hh|bhidden|brec|br"
B_Y = r"by|bya|c|bo(ut)?|boutput|b2|output(layer|bias)?|bv|outbias"


@dataclass(frozen=True)
class Gates:
    """The gates of a cell in the order scratch has them, the letters submissions give each, and likely orders."""

    letters: Mapping[str, str]
    orders: Sequence[str]

    def permutations(self) -> Iterator[tuple[int, ...]]:
        """Every order, the usual ones first."""
        names = "".join(self.letters)
        rest = ("".join(p) for p in itertools.permutations(names))
        for order in dict.fromkeys([*self.orders, *rest]):
            yield tuple(names.index(gate) for gate in order)


ONE = Gates({"a": ""}, ("a",))
LSTM_GATES = Gates(
    {
        "i": r"i|in|input|u|update|ig",
        "f": r"f|forget|fg",
        "o": r"o|out|output|og",
        "g": r"g|c|a|cell|cand\w*|z|ctilde|chat|cbar|cc|j|ct|gg|cg|new",
    },
    ("ifog", "ifgo", "fgio", "figo", "fiog", "oifg", "fogi", "gifo"),
)
GRU_GATES = Gates(
    {
        "z": r"z|u|update|zg",
        "r": r"r|reset|rg",
        "g": r"g|h|n|c|htilde|cand\w*|hhat|new|hbar|hc|hh",
    },
    ("zrg", "rzg"),
)


@dataclass(frozen=True)
class Keeping:
    """A way to lay weights out: `across`, (out, in) for W @ x; `columns`, a bias first as (n, 1)."""

    across: bool
    columns: bool
    made: bool

    def matrix(self, ids: Array) -> tuple[Array, ...]:
        return (transposed(ids) if self.across else ids,)

    def bias(self, ids: Array) -> tuple[Array, ...]:
        flat, row, column = vector_forms(ids)
        return (column, flat, row) if self.columns else (flat, row, column)

    def few(self, ids: Array) -> tuple[Array, ...]:
        """The forms of each of many biases, which a function is given in one form."""
        return self.bias(ids) if self.made else self.bias(ids)[:1]


def schemes(ids: Mapping[str, Array], gates: Gates, made: bool, columns: bool, within: bool) -> tuple[Scheme, ...]:
    """Every way of keeping weights, whose places `ids` are, likeliest first; `columns` where the code multiplies W @ x.

    `within`: the bias is a row of the matrix of both inputs.
    """
    found: list[Scheme] = []
    for across in (columns, not columns):
        keeping = Keeping(across, columns, made)
        if within:
            found += _with_bias(ids, gates, keeping)
            continue
        forms = (keeping,) if made else (keeping, Keeping(across, not columns, made))
        found += [s for form in forms for s in _of_gates(ids, gates, form)] if len(gates.letters) > 1 else ()
        found += _stacked(ids, gates, keeping)
    return tuple(found)


def _stacked(ids: Mapping[str, Array], gates: Gates, keeping: Keeping) -> Iterator[Scheme]:
    """One matrix for all gates, or for all gates and both inputs."""
    names = (EITHER,) if keeping.made else (U_X, U_H)
    two_of_one = "b" in ids and "b_h" not in ids
    for naming, shares in itertools.product(names, (True, False) if two_of_one else (False,)):
        for order in gates.permutations():
            w_x, w_h = _reorder(ids["w_x"], order), _reorder(ids["w_h"], order)
            entries = {
                "w_x": Entry(naming[0], keeping.matrix(w_x)),
                "w_h": Entry(naming[1], keeping.matrix(w_h)),
                **_biases(ids, order, keeping, shares),
                **_on_top(ids, keeping),
            }
            yield Scheme(entries, _said(gates, order))
    for hidden_first, order in itertools.product((True, False), gates.permutations()):
        entries = {"w": Entry(FUSED, keeping.matrix(_both(ids, order, hidden_first)))}
        said = (*_said(gates, order), _order_of_inputs(hidden_first))
        yield Scheme({**entries, **_biases(ids, order, keeping, False), **_on_top(ids, keeping)}, said)


def _with_bias(ids: Mapping[str, Array], gates: Gates, keeping: Keeping) -> Iterator[Scheme]:
    """One matrix for all gates, both inputs and the bias, which is its first or last row."""
    if "b_h" in ids:
        return
    for first, hidden_first, order in itertools.product((True, False), (False, True), gates.permutations()):
        both, b = _both(ids, order, hidden_first), _reorder(ids["b"], order)[None]
        entry = Entry(FUSED, keeping.matrix(np.concatenate([b, both] if first else [both, b])))
        said = (
            *_said(gates, order),
            _order_of_inputs(hidden_first),
            f"the bias is the {'first' if first else 'last'} row",
        )
        yield Scheme({"w": entry, **_on_top(ids, keeping)}, said)


def _both(ids: Mapping[str, Array], order: tuple[int, ...], hidden_first: bool) -> Array:
    """The rows of both inputs in one."""
    names = ("w_h", "w_x") if hidden_first else ("w_x", "w_h")
    return np.concatenate([_reorder(ids[name], order) for name in names])


def _order_of_inputs(hidden_first: bool) -> str:
    return "[h; x] in one matrix" if hidden_first else "[x; h] in one matrix"


def _of_gates(ids: Mapping[str, Array], gates: Gates, keeping: Keeping) -> Iterator[Scheme]:
    """Matrices of each gate: one for both inputs, or one for each."""
    top = _on_top(ids, keeping)
    blocks: dict[str, list[Array]] = {
        name: np.split(ids[name], len(gates.letters), axis=-1) for name in ("w_x", "w_h", "b", "b_h") if name in ids
    }
    each = list(enumerate(gates.letters.items()))
    biases = {
        f"b_{g}": Entry(_gate("b|bias|bx|bi", say), keeping.few(blocks["b"][k])) for k, (g, say) in each if "b" in ids
    }
    if "b_h" in ids:
        biases |= {f"b_h{g}": Entry(_gate("bh|bhh|biash", say), keeping.few(blocks["b_h"][k])) for k, (g, say) in each}
    for hidden_first in (True, False):
        parts = ["w_h", "w_x"] if hidden_first else ["w_x", "w_h"]
        entries = {
            f"w_{g}": Entry(
                _gate("w|weights?|wx|wh|wxh|whx", say),
                keeping.matrix(np.concatenate([blocks[part][k] for part in parts])),
            )
            for k, (g, say) in each
        }
        yield Scheme({**entries, **biases, **top}, (_order_of_inputs(hidden_first),))
    for x_letter, h_letter in (("w", "u|r"), ("u", "w")):
        x_names, h_names = f"{x_letter}|wx|xw|wi|weightx|kernel|weighti", f"{h_letter}|wh|hw|wh|uh|weighth|wr|wrec"
        entries = {f"x_{g}": Entry(_gate(x_names, say, "x"), keeping.matrix(blocks["w_x"][k])) for k, (g, say) in each}
        entries |= {f"h_{g}": Entry(_gate(h_names, say, "h"), keeping.matrix(blocks["w_h"][k])) for k, (g, say) in each}
        yield Scheme({**entries, **biases, **top})


def _gate(prefixes: str, letters: str, of: str = "") -> str:
    """Names such as "Wf", "W_forget", "f_W", and with `of` "Wfx", "Wxf"."""
    found = rf"({prefixes})({letters})(gate)?|({letters})(gate)?(w|weights?|b|bias)"
    return rf"{found}|w({of})({letters})|w({letters})({of})" if of else found


def _biases(ids: Mapping[str, Array], order: tuple[int, ...], keeping: Keeping, shares: bool) -> dict[str, Entry]:
    """One bias, or two that are added up, which for a GRU whose reset gate acts late are two indeed."""
    if "b" not in ids:
        return {}
    b = keeping.bias(_reorder(ids["b"], order))
    if "b_h" in ids:
        return {"b": Entry(B_X + "|b", b), "b_h": Entry(B_H, keeping.bias(_reorder(ids["b_h"], order)))}
    return {"b_x": Entry(B_X, b, 0.5), "b_h": Entry(B_H, b, 0.5)} if shares else {"b": Entry(B, b)}


def _on_top(ids: Mapping[str, Array], keeping: Keeping) -> dict[str, Entry]:
    """The dense layer on top."""
    if "w_y" not in ids:
        return {}
    bias = {"b_y": Entry(B_Y, keeping.bias(ids["b_y"]))} if "b_y" in ids else {}
    return {"w_y": Entry(OUTPUT_WEIGHT, keeping.matrix(ids["w_y"])), **bias}


def _reorder(ids: Array, order: tuple[int, ...]) -> Array:
    """The blocks along the last axis in another order."""
    blocks = np.split(ids, len(order), axis=-1)
    return np.concatenate([blocks[k] for k in order], axis=-1)


def _said(gates: Gates, order: tuple[int, ...]) -> tuple[str, ...]:
    names = list(gates.letters)
    return (f"gates in the order {' '.join(names[k] for k in order)}",) if len(order) > 1 else ()
