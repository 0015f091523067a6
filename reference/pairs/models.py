"""The five networks, each twin written the way users of its framework would write it."""

from types import SimpleNamespace
from typing import Any

from reference.fills import normal
from reference.pair import Case, Pair, Slot, Twin
from reference.pairs.pooling import NAN_IN_KERAS
from reference.pairs.recurrent import WEIGHT_HH, WEIGHT_IH
from scratch.initializers import Gaussian, GlorotUniform, HeUniform, Initializer, XavierNormal
from scratch.models import cnn, rnn_mnist, simple_rnn, three_layer_mlp, two_layer_net

DENSE = "n_in n_out -> n_out n_in"


def _dense_slots(framework: str, *places: int) -> dict[str, Slot]:
    """Slots of the dense layers at these places of a Sequential."""
    slots: dict[str, Slot] = {}
    for i in places:
        if framework == "torch":
            slots |= {f"{i}.w": Slot(f"{i}.weight", DENSE), f"{i}.b": Slot(f"{i}.bias")}
        else:
            slots |= {f"{i}.w": Slot(f"layers.{i}.kernel"), f"{i}.b": Slot(f"layers.{i}.bias")}
    return slots


def _mlp(
    name: str, layer: Any, activation: str, sizes: tuple[str, str, str], init: Initializer, cases: tuple[Case, ...]
) -> Pair:
    def torch_mlp(torch: Any, o: SimpleNamespace) -> Any:
        n_in, hidden, n_out = (getattr(o, size) for size in sizes)
        nonlinearity = {"relu": torch.nn.ReLU, "sigmoid": torch.nn.Sigmoid}[activation]
        return torch.nn.Sequential(torch.nn.Linear(n_in, hidden), nonlinearity(), torch.nn.Linear(hidden, n_out))

    def keras_mlp(keras: Any, o: SimpleNamespace) -> Any:
        hidden, n_out = (getattr(o, size) for size in sizes[1:])
        return keras.Sequential(
            [keras.layers.Dense(hidden), keras.layers.Activation(activation), keras.layers.Dense(n_out)]
        )

    return Pair(
        name,
        layer,
        torch=Twin(torch_mlp, _dense_slots("torch", 0, 2)),
        keras=Twin(keras_mlp, _dense_slots("keras", 0, 2)),
        kind="network",
        cases=cases,
        drawn={"w": init},
    )


def _rnn(
    name: str, layer: Any, activation: str, sizes: tuple[str, str, str], init: Initializer, cases: tuple[Case, ...]
) -> Pair:
    def torch_rnn(torch: Any, o: SimpleNamespace) -> Any:
        from reference.migration.glue.torch.recurrent import RNN

        n_in, hidden, n_out = (getattr(o, size) for size in sizes)
        return torch.nn.Sequential(
            RNN(n_in, hidden, nonlinearity=activation, sequences=False), torch.nn.Linear(hidden, n_out)
        )

    def keras_rnn(keras: Any, o: SimpleNamespace) -> Any:
        hidden, n_out = (getattr(o, size) for size in sizes[1:])
        return keras.Sequential([keras.layers.SimpleRNN(hidden, activation=activation), keras.layers.Dense(n_out)])

    cell = "layers.0.cell"
    return Pair(
        name,
        layer,
        torch=Twin(
            torch_rnn,
            {
                "0.w_x": Slot("0.weight_ih_l0", WEIGHT_IH.axes),
                "0.w_h": Slot("0.weight_hh_l0", WEIGHT_HH.axes),
                "0.b": Slot("0.bias_ih_l0"),
                **_dense_slots("torch", 1),
            },
            frozen=("0.bias_hh_l0",),
        ),
        keras=Twin(
            keras_rnn,
            {
                "0.w_x": Slot(f"{cell}.kernel"),
                "0.w_h": Slot(f"{cell}.recurrent_kernel"),
                "0.b": Slot(f"{cell}.bias"),
                **_dense_slots("keras", 1),
            },
        ),
        kind="network",
        cases=cases,
        drawn={"w_x": init, "w_h": init, "w": init},
    )


def _torch_cnn(torch: Any, o: SimpleNamespace) -> Any:
    nn = torch.nn
    side = ((o.image_size - o.kernel + 1) // 2 - o.kernel + 1) // 2
    return nn.Sequential(
        nn.Conv2d(1, o.filters[0], o.kernel),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(o.filters[0], o.filters[1], o.kernel),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(side * side * o.filters[1], o.class_num),
    )


def _keras_cnn(keras: Any, o: SimpleNamespace) -> Any:
    layers = keras.layers
    return keras.Sequential(
        [
            layers.Conv2D(o.filters[0], o.kernel),
            layers.ReLU(),
            layers.MaxPooling2D(2),
            layers.Conv2D(o.filters[1], o.kernel),
            layers.ReLU(),
            layers.MaxPooling2D(2),
            layers.Flatten(),
            layers.Dense(o.class_num),
        ]
    )


KERNEL = "kh kw n_in n_out -> n_out n_in kh kw"

RNN_MNIST = _rnn(
    "rnn-mnist",
    rnn_mnist,
    "tanh",
    ("image_size", "hidden_size", "class_num"),
    GlorotUniform(),
    (
        Case("small", {"x": normal(3, 5, 4)}, {"image_size": 4, "hidden_size": 6, "class_num": 2}),
        Case("full", {"x": normal(4, 28, 28)}),
    ),
)
THREE_LAYER_MLP = _mlp(
    "three-layer-mlp",
    three_layer_mlp,
    "sigmoid",
    ("x_dim", "h_dim", "class_num"),
    Gaussian(1.0),
    (
        Case("small", {"x": normal(3, 5)}, {"x_dim": 5, "h_dim": 4, "class_num": 2}),
        Case("full", {"x": normal(4, 784)}),
    ),
)
SIMPLE_RNN_CLASSIFIER = _rnn(
    "simple-rnn",
    simple_rnn,
    "relu",
    ("n_features", "n_nodes", "n_output"),
    XavierNormal(),
    (
        Case("small", {"x": normal(3, 5, 4)}, {"n_features": 4, "n_nodes": 6, "n_output": 2}),
        Case("full", {"x": normal(4, 28, 28)}),
    ),
)
DROPS_NAN = {"keras": NAN_IN_KERAS}
CNN = Pair(
    "cnn",
    cnn,
    spares={"nan": DROPS_NAN, "infinities": DROPS_NAN},
    torch=Twin(
        _torch_cnn,
        {
            "0.w": Slot("0.weight", KERNEL),
            "0.b": Slot("0.bias"),
            "3.w": Slot("3.weight", KERNEL),
            "3.b": Slot("3.bias"),
            # channels run fastest in scratch's Flatten, columns in PyTorch's; only whole images of side 4 tell h, w
            "7.w": Slot("7.weight", "(h w c) n_out -> n_out (c h w)", sizes={"h": 4, "w": 4}),
            "7.b": Slot("7.bias"),
        },
        {"x": "n h w c -> n c h w"},
    ),
    keras=Twin(
        _keras_cnn,
        {
            "0.w": Slot("layers.0.kernel"),
            "0.b": Slot("layers.0.bias"),
            "3.w": Slot("layers.3.kernel"),
            "3.b": Slot("layers.3.bias"),
            "7.w": Slot("layers.7.kernel"),
            "7.b": Slot("layers.7.bias"),
        },
    ),
    kind="network",
    cases=(
        Case("small", {"x": normal(2, 28, 28, 1)}, {"filters": (2, 3), "class_num": 4}),
        # the last row and column are in no window of either pooling
        Case("odd", {"x": normal(2, 31, 31, 1)}, {"image_size": 31, "filters": (2, 3), "class_num": 4}),
        Case("full", {"x": normal(3, 28, 28, 1)}),
    ),
    drawn={"w": HeUniform()},
)
TWO_LAYER_NET = _mlp(
    "two-layer-net",
    two_layer_net,
    "relu",
    ("input_size", "hidden_size", "output_size"),
    Gaussian(0.01),
    (
        Case("small", {"x": normal(3, 5)}, {"input_size": 5, "hidden_size": 4, "output_size": 2}),
        Case("full", {"x": normal(4, 784)}),
    ),
)
