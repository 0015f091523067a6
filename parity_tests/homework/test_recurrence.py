"""What recurrent submissions are held to: the gradients of every form against central differences."""

import numpy as np
import pytest

from reference.homework.attempt import Place
from reference.homework.gathering import gathered, owners
from reference.homework.recurrence import CELLS, SIZES, Form, Model, ask
from reference.homework.trees import Leaf

FORMS = [
    Form(),
    Form(sequences=False),
    Form(bias=False, output="linear"),
    Form(states=("h_0",)),
    Form(step=True, states=("h_0",)),
    Form(output="linear", sequences=False),
    Form(output="soft"),
    Form(output="beside"),
    Form(letters=True, batch=1, output="soft"),
]
OWN = [
    ("lstm", Form(step=True, states=("h_0", "c_0"), cell_gradient=True)),
    ("gru", Form(flip=True)),
    ("gru_reset_before", Form(flip=True, step=True, states=("h_0",))),
]


@pytest.mark.parametrize(("cell", "form"), [*((c, f) for c in CELLS for f in FORMS), *OWN], ids=str)
def test_gradients_are_those_of_the_output(cell, form):
    asked = ask(cell, form, seed=1)
    inputs = {name: array.copy() for name, array in asked.arrays.inputs.items()}
    params = {name: array.copy() for name, array in asked.arrays.params.items()}

    def value():
        model = Model(cell, form, *SIZES[1:])
        model.load(params)
        y = model.forward(*inputs.values(), *asked.extras.values())
        if form.output == "soft":
            return -np.log(y[asked.extras["t"] == 1]).sum()
        cells = (model.buffers["c"] * asked.extras["dc"]).sum() if form.cell_gradient else 0.0
        return (y * asked.arrays.dy).sum() + cells

    for name, array in [*inputs.items(), *params.items()]:
        for place in (0, array.size // 2, array.size - 1):
            kept, step = array.flat[place], 1e-6
            array.flat[place] = kept + step
            above = value()
            array.flat[place] = kept - step
            slope = (above - value()) / (2 * step)
            array.flat[place] = kept
            assert asked.want[f"d{name}"].flat[place] == pytest.approx(slope, rel=1e-6, abs=1e-7)


def test_other_inputs_keep_what_only_the_backward_pass_is_given_apart():
    asked = ask("lstm", Form(step=True, states=("h_0", "c_0"), cell_gradient=True), seed=1)
    again = asked.again(7)
    assert list(again.extras) == ["dc"]
    assert list(again.arrays.inputs) == ["x", "h_0", "c_0"]
    assert not np.array_equal(again.extras["dc"], asked.extras["dc"])


def test_gates_apart_are_gathered_into_the_weights_of_the_layer():
    asked = ask("lstm", Form(), seed=1)
    ids, flat = asked.ids(), asked.flat({name: asked.want[f"d{name}"] for name in asked.arrays.params})
    both = np.concatenate([ids["w_h"], ids["w_x"]])
    places = {f"w_{k}": Place(Leaf(f".W{k}", None), part) for k, part in enumerate(np.split(both, 4, axis=1))}
    found = {name: (flat[place.ids].copy(), flat[place.ids], "") for name, place in places.items()}
    found["w_2"][0][0, 0] += 1.0
    joined = gathered(asked, places, found)
    assert list(joined) == ["w_x", "w_h"]
    assert np.array_equal(*joined["w_x"][:2])
    assert np.argwhere(joined["w_h"][0] != joined["w_h"][1]).tolist() == [[0, 2 * SIZES[2]]]
    assert owners(asked, "w_2", places["w_2"]) == ["w_x", "w_h"]


def test_of_two_biases_the_one_that_is_farther_off_counts():
    asked = ask("simple_rnn", Form(), seed=1)
    ids, want = asked.ids()["b"], asked.want["db"]
    places = {name: Place(Leaf(f".{name}", None), ids, 0.5) for name in ("b_x", "b_1")}
    found = {"b_x": (want + 1.0, want, ""), "b_1": (want.copy(), want, "")}
    assert np.array_equal(gathered(asked, places, found)["b"][0], want + 1.0)
