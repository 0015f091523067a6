"""The simple recurrent layer and its twins, and what the pairs of the other recurrent layers share."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np

from reference.fills import choose, normal
from reference.pair import Array, Case, Input, Pair, Slot, Twin
from scratch.recurrent import SimpleRNN

WEIGHT_IH = Slot("weight_ih_l0", "n_in hidden -> hidden n_in")
WEIGHT_HH = Slot("weight_hh_l0", "before after -> after before")
Draw = Callable[[np.random.Generator], Case]


def torch_slots(end: str = "_l0", blocks: str = "", start: str = "") -> dict[str, Slot]:
    """Where w_x, w_h and b lie in PyTorch: `start` goes before the name of each weight, `end` after it."""
    hidden = "(gate hidden)" if blocks else "hidden"
    return {
        "w_x": Slot(f"{start}weight_ih{end}", f"n_in {hidden} -> {hidden} n_in", blocks),
        "w_h": Slot(f"{start}weight_hh{end}", f"before {hidden} -> {hidden} before", blocks),
        "b": Slot(f"{start}bias_ih{end}", f"{hidden} -> {hidden}" if blocks else "", blocks),
    }


def keras_slots(cell: str = "cell", blocks: str = "") -> dict[str, Slot]:
    """Where w_x, w_h and b lie in a Keras cell."""
    matrix, vector = ("n (gate hidden) -> n (gate hidden)", "(gate hidden) -> (gate hidden)") if blocks else ("", "")
    return {
        "w_x": Slot(f"{cell}.kernel", matrix, blocks),
        "w_h": Slot(f"{cell}.recurrent_kernel", matrix, blocks),
        "b": Slot(f"{cell}.bias", vector, blocks),
    }


def part(name: str, slots: Mapping[str, Slot]) -> dict[str, Slot]:
    """The slots of the part of a composite called `name`."""
    return {f"{name}.{weight}": slot for weight, slot in slots.items()}


def torch_layer(name: str, **renamed: str) -> Callable[[Any, SimpleNamespace], Any]:
    """A builder of the layer called `name` in the glue; `renamed` gives an option by its name in scratch."""

    def build(torch: Any, o: SimpleNamespace) -> Any:
        from reference.migration.glue.torch import recurrent

        options = {option: getattr(o, here) for option, here in renamed.items()}
        shared = {"bias": o.bias, "sequences": o.sequences, "go_backwards": o.go_backwards}
        if o.zero_output_for_mask:
            shared["zero_output_for_mask"] = True
        return getattr(recurrent, name)(o.n_in, o.n_hidden, **shared, **options)

    return build


def torch_loop(name: str, *activations: str) -> Callable[[Any, SimpleNamespace], Any]:
    """A builder of the Python loop called `name` in the glue, with the activations in these options."""

    def build(torch: Any, o: SimpleNamespace) -> Any:
        from reference.migration.glue.torch import recurrent

        functions = {"identity": torch.nn.Identity(), "sigmoid": torch.sigmoid, "tanh": torch.tanh, "relu": torch.relu}
        # the gradient of PyTorch's own has 1 / 6 in float32
        functions["hard_sigmoid"] = lambda x: torch.nn.functional.relu6(x + 3) / 6
        chosen = (functions[getattr(o, option)] for option in activations)
        options = {"bias": o.bias, "sequences": o.sequences, "go_backwards": o.go_backwards}
        if o.zero_output_for_mask:
            options["zero_output_for_mask"] = True
        return getattr(recurrent, name)(o.n_in, o.n_hidden, *chosen, **options)

    return build


def keras_layer(name: str, **fixed: Any) -> Callable[[Any, SimpleNamespace], Any]:
    """A builder of the Keras layer called `name`."""

    def build(keras: Any, o: SimpleNamespace) -> Any:
        from reference.migration.glue.keras import recurrent

        names = ("activation", "recurrent_activation") if hasattr(o, "recurrent_activation") else ("activation",)
        activations = {each: getattr(o, each).replace("identity", "linear") for each in names}
        return getattr(recurrent, name)(
            o.n_hidden,
            use_bias=o.bias,
            return_sequences=o.sequences,
            go_backwards=o.go_backwards,
            zero_output_for_mask=o.zero_output_for_mask,
            **activations,
            **fixed,
        )

    return build


def mask(batch: int, time: int, kind: str) -> Input:
    """Which steps are read: the sequence ends early ("right" padding), begins late ("left"), or has "gaps".

    With "empty" the first sequence is masked as a whole, the others have gaps. Padding there is in the first at least.
    """

    def fill(rng: np.random.Generator, size: tuple[int, ...]) -> Array:
        lengths, t = rng.integers(1, size[1] + 1, (size[0], 1)), np.arange(size[1])
        lengths[0] = rng.integers(1, max(size[1], 2))
        if kind == "right":
            return np.asarray(t < lengths)
        if kind == "left":
            return np.asarray(t >= size[1] - lengths)
        kept = rng.random(size) < 0.6
        kept[0] &= kind != "empty"
        return kept

    return Input((batch, time), fill, differentiable=False)


def recurrent_case(
    name: str,
    shape: tuple[int, int, int],
    hidden: int,
    states: tuple[str, ...] = (),
    masked: str = "",
    **options: Any,
) -> Case:
    """A case with x of this shape, with these states given, and masked in this way."""
    inputs = {"x": normal(*shape), **{state: normal(shape[0], hidden) for state in states}}
    if masked:
        inputs["mask"] = mask(*shape[:2], masked)
    return Case(name, inputs, {"n_in": shape[2], "n_hidden": hidden, **options})


def plain_cases(states: tuple[str, ...] = ("h_0",), **options: Any) -> tuple[Case, ...]:
    """The cases of every recurrent layer."""
    case = recurrent_case
    return (
        case("sequences", (6, 4, 3), 5, **options),
        case("last", (6, 4, 3), 5, sequences=False, **options),
        case("stateful", (6, 4, 3), 5, states, **options),
        case("stateful-last", (6, 4, 3), 5, states, sequences=False, **options),
        case("one-step", (3, 1, 4), 5, states, **options),
        case("batch1", (1, 4, 2), 3, **options),
        case("one-unit", (5, 4, 2), 1, states, **options),
        case("square", (5, 3, 4), 4, states, **options),
        case("no-bias", (6, 4, 3), 5, bias=False, **options),
        case("long", (2, 20, 3), 4, **options),
        case("backwards", (5, 4, 3), 2, states, go_backwards=True, **options),
        case("backwards-last", (5, 4, 3), 2, go_backwards=True, sequences=False, **options),
    )


def masked_cases(states: tuple[str, ...] = ("h_0",), **options: Any) -> tuple[Case, ...]:
    """The cases of every masked recurrent layer."""
    case = recurrent_case
    return (
        case("right", (6, 4, 3), 5, masked="right", **options),
        case("right-last", (6, 4, 3), 5, masked="right", sequences=False, **options),
        case("left", (6, 4, 3), 5, masked="left", **options),
        case("left-stateful", (7, 4, 3), 2, states, "left", **options),
        case("gaps", (6, 4, 3), 5, states, "gaps", **options),
        case("gaps-last", (6, 4, 3), 5, states, "gaps", sequences=False, go_backwards=True, **options),
        case("zeros", (6, 4, 3), 5, states, "gaps", zero_output_for_mask=True, go_backwards=True, **options),
        case("zeros-last", (6, 4, 3), 5, masked="right", zero_output_for_mask=True, sequences=False, **options),
        case("empty", (5, 4, 2), 3, states, "empty", **options),
        case("empty-last", (5, 4, 2), 3, states, "empty", sequences=False, **options),
        case("backwards", (6, 4, 3), 5, states, "gaps", go_backwards=True, **options),
        case("no-bias", (1, 4, 3), 5, states, "gaps", bias=False, **options),
        case("one-step", (3, 1, 4), 5, states, "empty", **options),
    )


def draw_recurrent(states: tuple[str, ...] = ("h_0",), masked: bool = False, **choices: tuple[Any, ...]) -> Draw:
    """Random cases; `choices` are the values of further options."""

    def draw(rng: np.random.Generator) -> Case:
        batch, time, n_in, hidden = (int(n) for n in rng.integers((1, 1, 1, 1), (6, 12, 7, 8)))
        options = {name: choose(rng, *values) for name, values in choices.items()}
        if masked:
            options["zero_output_for_mask"] = choose(rng, True, False)
        return recurrent_case(
            "",
            (batch, time, n_in),
            hidden,
            choose(rng, states, ()),
            choose(rng, "right", "left", "gaps", "empty") if masked else "",
            sequences=choose(rng, True, False),
            go_backwards=choose(rng, True, False),
            bias=choose(rng, True, False),
            **options,
        )

    return draw


def shown(case: Case, twin: Twin, quantities: tuple[str, ...], reason: str) -> Case:
    """That these quantities are others in `twin`, which is PyTorch's own layer put where it does not belong."""
    differs = dict.fromkeys(quantities, 1e-3)
    return replace(case, differs=differs, frameworks=("torch",), twins={"torch": twin}, reason=reason)


def _torch_time_first(torch: Any, o: SimpleNamespace) -> Any:
    class TimeFirst(torch.nn.RNN):
        def forward(self, x: Any) -> Any:
            return super().forward(x)[0]

    return TimeFirst(o.n_in, o.n_hidden)


def _torch_packed(torch: Any, o: SimpleNamespace) -> Any:
    return TORCH(torch, SimpleNamespace(**{**vars(o), "zero_output_for_mask": True}))


PACKED = "the steps that the mask keeps are moved together for pack_padded_sequence, and moved back"
TWO_BIASES = "PyTorch has a second bias; training both doubles the step of their sum, so it is held at zero."
KERAS = Twin(keras_layer("SimpleRNN"), keras_slots())
TORCH = torch_layer("RNN", nonlinearity="activation")
TORCH_RNN = Twin(TORCH, torch_slots(), frozen=("bias_hh_l0",))
QUANTITIES = ("y", "dx", "dw_x", "dw_h", "db")

SIMPLE_RNN = Pair(
    "simple_rnn",
    SimpleRNN,
    torch=TORCH_RNN,
    keras=KERAS,
    cases=(
        *plain_cases(activation="tanh"),
        *(Case(f"relu-{c.name}", c.inputs, c.options) for c in plain_cases(activation="relu")[:5]),
        shown(
            recurrent_case("batch-first-forgotten", (6, 4, 3), 5),
            replace(TORCH_RNN, build=_torch_time_first),
            QUANTITIES,
            "without batch_first=True PyTorch reads along the batch, and the output has the same shape",
        ),
    ),
    draw=draw_recurrent(activation=("tanh", "relu")),
    notes=(TWO_BIASES,),
)

SIMPLE_RNN_ANY = Pair(
    "simple_rnn_activation",
    SimpleRNN,
    torch=Twin(
        torch_loop("SimpleRNN", "activation"),
        torch_slots("", start="cell."),
        frozen=("cell.bias_hh",),
        likeness="composed",
        reason="torch.nn.RNN offers tanh and ReLU only; the weights of an RNNCell with another activation",
    ),
    keras=KERAS,
    cases=(
        *plain_cases(activation="sigmoid")[:5],
        recurrent_case("identity", (5, 7, 3), 2, ("h_0",), activation="identity"),
    ),
    draw=draw_recurrent(activation=("sigmoid", "identity")),
)

MASKED_SIMPLE_RNN = Pair(
    "masked_simple_rnn",
    SimpleRNN,
    torch=replace(TORCH_RNN, likeness="composed", reason=PACKED),
    keras=KERAS,
    cases=(
        *masked_cases(),
        shown(
            recurrent_case("packed", (6, 4, 3), 5, masked="right"),
            replace(TORCH_RNN, build=_torch_packed),
            QUANTITIES,
            "where a step is masked PyTorch's packed sequences give zeros; Keras repeats the output before it",
        ),
    ),
    draw=draw_recurrent(masked=True, activation=("tanh", "relu")),
)
