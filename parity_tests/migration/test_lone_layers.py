"""A layer with weights that only one model has is told, and where; that it is all that is wrong, only where it is."""

import itertools
from typing import Any

import keras
import pytest
import torch
from lone_layers import LONE, keras_model, layers, torch_model
from portable import shuffle
from ported_models import Torch
from test_everyday_models import in_float64
from torch import nn

from reference.errors import RequestError
from reference.migration.comparison import Compared, compare
from reference.migration.models import wrap
from reference.migration.moves import put
from reference.migration.subjects import Subject
from reference.migration.unequal import partly

MAKE = {"keras": keras_model, "torch": torch_model}
# how an image lies that a module takes
EXAMPLE = (2, 8, 8, 3)


def with_weights(a: Any, b: Any) -> tuple[Any, Any]:
    """Both with random weights, which are the same in the layers that correspond."""
    first, second = wrap(a), wrap(b)
    shuffle(a, first.framework, 1)
    shuffle(b, second.framework, 2)
    found = partly(first, second, {}, None)
    assert found is not None
    put(found[0])
    return a, b


def compared(a: Any, b: Any, example: Any = EXAMPLE) -> Compared:
    return compare(Subject(a, "A"), Subject(b, "B"), example=example)


def weights_of(model: Any) -> list[Any]:
    wrapped = wrap(model)
    return [(name, {k: v.tolist() for k, v in _arrays(wrapped, layer).items()}) for name, layer in wrapped.leaves()]


def _arrays(wrapped: Any, layer: Any) -> dict[str, Any]:
    return {path: wrapped.get(layer, path) for path in wrapped.variables(layer) if wrapped.get(layer, path) is not None}


@pytest.mark.parametrize("frameworks", list(itertools.product(MAKE, MAKE)), ids="-".join)
@pytest.mark.parametrize("name", LONE)
def test_a_layer_of_one_model_alone_is_told_and_is_the_cause(name: str, frameworks: tuple[str, str]) -> None:
    mine, theirs, causes, words = LONE[name]
    a, b = in_float64(lambda: MAKE[frameworks[0]](**mine), lambda: MAKE[frameworks[1]](**theirs))
    with_weights(a, b)
    before = weights_of(a), weights_of(b)
    found = compared(a, b)
    assert [each.name for each in found.causes] == causes, found
    assert not found.unexplained
    assert not found.equal
    assert bool(found.unmatched) == (name != "bias-forgotten")
    if frameworks[1] == "torch":
        assert words in " ".join(each.text for each in found.unmatched)
    assert (weights_of(a), weights_of(b)) == before
    assert not any("forward" in vars(m) for m in (a, b) if isinstance(m, nn.Module) for m in m.modules())
    assert not any("call" in vars(each) for m in (a, b) if isinstance(m, keras.Model) for each in m.layers)
    # a model is equal to itself: nothing stays left out
    assert compared(a, a).equal


def test_what_is_wrong_beside_the_layer_is_named_too() -> None:
    a, b = in_float64(keras_model, lambda: torch_model(norm=False, act=torch.relu))
    found = compared(*with_weights(a, b))
    assert [each.name for each in found.causes] == ["missing layer", "activation"], found
    assert not found.unexplained
    # at the place of the layer itself, and in front of it
    parts = lambda *more: lambda: nn.Sequential(nn.Linear(5, 4), *(m() for m in more), nn.Linear(4, 3))  # noqa: E731
    square = lambda: nn.Linear(4, 4)  # noqa: E731
    a, b = in_float64(parts(square, nn.Tanh), parts())
    found = compared(*with_weights(a, b), (3, 5))
    assert sorted(each.name for each in found.causes) == ["activation", "missing layer"], found
    a, b = in_float64(parts(square), parts())
    with_weights(a, b)
    with torch.no_grad():
        b[0].bias += 1
    found = compared(a, b, (3, 5))
    assert sorted(each.name for each in found.causes) == ["missing layer", "weights"], found


@pytest.mark.parametrize("options", [{"units": 5}, {"last": 4}])
def test_another_size_is_no_cause_where_more_is_wrong(options: dict[str, Any]) -> None:
    a, b = in_float64(torch_model, lambda: torch_model(**options))
    with_weights(a, b)
    changed = b.head if "units" in options else b.dense
    with torch.no_grad():
        changed.weight[0, 0] += 1
    found = compared(a, b)
    assert "another size" not in {each.name for each in found.causes} or "weights" in {e.name for e in found.causes}
    assert found.unmatched
    # before it, where nothing else shows: a cause is told, but not that it was all
    a, b = in_float64(torch_model, lambda: torch_model(units=5))
    with_weights(a, b)
    wrong = lambda layer, given, y: y + y.cos()  # noqa: E731
    b.head.register_forward_hook(wrong)
    found = compared(a, b)
    assert not found.causes
    assert found.unexplained
    assert found.unmatched


def test_a_forgotten_last_layer_and_one_of_other_sizes() -> None:
    sizes = lambda *n: lambda: nn.Sequential(*(nn.Linear(i, o) for i, o in itertools.pairwise(n)))  # noqa: E731
    a, b = in_float64(sizes(5, 4, 8, 3), sizes(5, 4, 8))
    found = compared(*with_weights(a, b), (3, 5))
    assert [each.name for each in found.causes] == ["missing layer"], found
    assert "all before layer '2' (Linear) of A agrees" in found.causes[0].text
    a, b = in_float64(sizes(5, 8, 3), sizes(5, 3))
    found = compared(*with_weights(a, b), (3, 5)) if partly(wrap(a), wrap(b), {}, None) else None
    assert found is not None
    assert not found.causes
    assert found.unexplained
    assert {each.model for each in found.unmatched} == {"A"}


def test_a_level_of_a_recurrent_layer_is_told() -> None:
    steps = lambda m, x: m.head(m.rnn(x)[0][:, -1])  # noqa: E731
    model = lambda n: lambda: Torch(steps, rnn=nn.LSTM(5, 6, n, batch_first=True), head=nn.Linear(6, 3))  # noqa: E731
    a, b = in_float64(model(2), model(3))
    found = compared(*with_weights(a, b), (3, 7, 5))
    assert [each.text[:46] for each in found.unmatched] == ["only in B: layer 'rnn' (LSTM, level 2), betwee"]
    # what a level gives cannot be looked at: that nothing else is wrong is not shown
    assert found.unexplained


def branches(short: bool = True, first: bool = False) -> Any:
    """A residual block whose shortcut is called first or last, with a normalisation or without."""

    def forward(m: Any, x: Any) -> Any:
        side = m.side(x) if first else None
        h = m.conv_2(m.norm(m.conv(x)).relu())
        side = m.side(x) if side is None else side
        return m.head((h + (m.short(side) if short else side)).relu().mean((2, 3)))

    more = {"short": nn.BatchNorm2d(4)} if short else {}
    return Torch(
        forward, conv=nn.Conv2d(3, 4, 3), norm=nn.BatchNorm2d(4), conv_2=nn.Conv2d(4, 4, 1), side=nn.Conv2d(3, 4, 3),
        head=nn.Linear(4, 2), **more,
    )  # fmt: skip


def test_branches_that_are_called_in_another_order_correspond() -> None:
    a, b = in_float64(lambda: branches(first=True), lambda: branches(short=False))
    found = compared(*with_weights(a, b))
    assert [(each.model, each.layer) for each in found.unmatched] == [("A", "short")]
    assert [each.name for each in found.causes] == ["missing layer"]
    assert not found.unexplained


def test_a_layer_in_the_place_of_another_is_one_cause() -> None:
    between = lambda make: lambda: nn.Sequential(nn.Linear(5, 4), make(), nn.Linear(4, 3))  # noqa: E731
    a, b = in_float64(between(lambda: nn.BatchNorm1d(4)), between(lambda: nn.LayerNorm(4)))
    found = compared(*with_weights(a, b), (3, 5))
    assert [each.name for each in found.causes] == ["another layer"], found
    assert "B has layer '1' (LayerNorm) where A has layer '1' (BatchNorm1d)" in found.causes[0].text
    # which give something of another shape than they are given
    steps = lambda make: lambda: Torch(lambda m, x: m.head(m.rnn(x)[0]), rnn=make(), head=nn.Linear(6, 2))  # noqa: E731
    lstm, gru = (lambda of=of: of(4, 6, batch_first=True) for of in (nn.LSTM, nn.GRU))
    a, b = in_float64(steps(lstm), steps(gru))
    found = compared(*with_weights(a, b), (3, 7, 4))
    assert [each.name for each in found.causes] == ["another layer"], found
    assert {(each.model, each.layer) for each in found.unmatched} == {("A", "rnn"), ("B", "rnn")}


def test_a_head_that_one_model_lacks_is_a_difference() -> None:
    def heads(*names: str) -> Any:
        parts = {name: nn.Linear(5, 3) for name in names}
        return Torch(lambda m, x: [getattr(m, n)(m.first(x).tanh()) for n in names], first=nn.Linear(4, 5), **parts)

    a, b = in_float64(lambda: heads("shares", "means", "widths"), lambda: heads("shares", "means"))
    found = compared(*with_weights(a, b), (3, 4))
    assert not found.same
    assert found.unexplained
    assert found.place == "in how many outputs they have"
    assert [(each.model, each.layer) for each in found.unmatched] == [("A", "widths")]


def test_two_towers_with_the_weights_of_a_shared_one_differ_in_training_only() -> None:
    def forward(m: Any, x: Any, y: Any) -> Any:
        return m.head((m.tower(x).tanh() - getattr(m, "other", m.tower)(y).tanh()).abs())

    def towers(two: bool) -> Any:
        more = {"other": nn.Linear(5, 4)} if two else {}
        return Torch(forward, tower=nn.Linear(5, 4), **more, head=nn.Linear(4, 2))

    a, b = in_float64(lambda: towers(False), lambda: towers(True))
    with_weights(a, b)
    b.other.load_state_dict(b.tower.state_dict())
    found = compared(a, b, [(3, 5), (3, 5)])
    assert found.same
    assert found.training[0].startswith("only in B: layer 'other'")
    with torch.no_grad():
        b.other.weight[0] += 1
    assert not compared(a, b, [(3, 5), (3, 5)]).same


def folded(a: Any, b: Any) -> None:
    """b has a's convolution with its normalisation in it."""
    factor = a.norm.weight / torch.sqrt(a.norm.running_var + a.norm.eps)
    with torch.no_grad():
        b.conv.weight.copy_(a.conv.weight * factor[:, None, None, None])
        b.conv.bias.copy_((a.conv.bias - a.norm.running_mean) * factor + a.norm.bias)


def test_a_normalisation_folded_into_the_layer_before_it_differs_in_training_only() -> None:
    a, b = in_float64(torch_model, lambda: torch_model(norm=False))
    with_weights(a, b)
    folded(a, b)
    for first, second, side in ((a, b, "A"), (b, a, "B")):
        found = compared(first, second)
        assert found.same
        assert not found.equal
        assert found.training[0].startswith(f"only in {side}: layer 'norm'")
    # and is not to blame for anything else
    b.how = torch_model(norm=False, act=torch.relu).how
    found = compared(a, b)
    assert [each.name for each in found.causes] == ["activation"]


def test_a_layer_that_is_never_called_is_left_out() -> None:
    a, b = in_float64(torch_model, torch_model)
    with_weights(a, b)
    b.unused = nn.Linear(3, 3)
    found = compared(a, b)
    assert found.equal
    assert "layer 'unused' (Linear) of B has no counterpart, and is never called" in found.notes[0]


class Scaled(nn.Module):
    def __init__(self, n: int) -> None:
        super().__init__()
        self.factor = nn.Parameter(torch.rand(n) + 1)

    def forward(self, x: Any) -> Any:
        return x * self.factor


class KerasScaled(layers.Layer):
    def build(self, shape: Any) -> None:
        self.factor = self.add_weight(shape=(shape[-1],), initializer="random_normal")

    def call(self, x: Any) -> Any:
        return x * self.factor


def test_what_may_be_right_is_refused() -> None:
    """Layers of one's own that do not fit, models whose layers have nothing in common: neither is said to differ."""
    made = lambda *parts: keras.Sequential([keras.Input((5,)), layers.Dense(4), *parts])  # noqa: E731
    rows = lambda *more: lambda: made(*more, layers.Dense(3))  # noqa: E731
    parts = lambda *more: lambda: nn.Sequential(nn.Linear(5, 4), *more, nn.Linear(4, 3))  # noqa: E731
    # weights of one size that no pair knows are compared; of other sizes nothing says that they are one
    a, b = in_float64(rows(KerasScaled()), parts(Scaled(4)))
    assert [each.layer for each in compared(*with_weights(a, b), (3, 5)).causes] == ["1.factor"]
    a, b = in_float64(rows(KerasScaled()), parts(Scaled(1)))
    with pytest.raises(RequestError, match=r"make it a layer of the framework|no pair has KerasScaled beside Scaled"):
        compared(a, b, (3, 5))
    a, b = in_float64(rows(KerasScaled()), parts())
    found = compared(*with_weights(a, b), (3, 5))
    assert [each.name for each in found.causes] == ["missing layer"]
    # the same numbers from one fused layer and from two: layers do not correspond, and nothing shows a difference
    a, b = in_float64(parts(), lambda: nn.Sequential(nn.Linear(5, 3)))
    with torch.no_grad():
        b[0].weight.copy_(a[1].weight @ a[0].weight)
        b[0].bias.copy_(a[1].weight @ a[0].bias + a[1].bias)
    with pytest.raises(RequestError):
        compared(a, b, (3, 5))
    sequence = lambda: keras.Sequential([keras.Input((6, 5)), layers.Dense(4), layers.Dense(3)])  # noqa: E731
    a, b = in_float64(sequence, lambda: nn.Sequential(nn.Conv1d(5, 4, 1), nn.Conv1d(4, 3, 1)))
    with pytest.raises(RequestError, match="no pair has Dense beside Conv1d"):
        compared(a, b, (2, 6, 5))
