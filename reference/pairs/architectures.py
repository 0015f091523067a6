"""Well-known networks and blocks, each twin written the way users of its framework would write it."""

from functools import partial
from types import SimpleNamespace
from typing import Any

from reference.fills import indices, normal
from reference.pair import Case, Pair, Slot, Twin
from reference.pairs.bidirectional import LSTM_CELL
from reference.pairs.convolution import CHANNELS_FIRST
from reference.pairs.models import DROPS_NAN, KERNEL
from reference.pairs.network import DENSE, keras_dense, torch_dense
from reference.pairs.recurrent import part
from scratch.architectures import bilstm_classifier, inception_block, lenet5, residual_block
from scratch.initializers import Gaussian, GlorotUniform, HeNormal


def _torch_convs(**places: str) -> dict[str, Slot]:
    """Slots of convolutions: from the part of the network that each is to its name in the PyTorch module."""
    slots = {name: {"w": Slot(f"{path}.weight", KERNEL), "b": Slot(f"{path}.bias")} for name, path in places.items()}
    return {key: slot for name, each in slots.items() for key, slot in part(name, each).items()}


def _norms(names: dict[str, str], **places: str) -> dict[str, Slot]:
    """Slots of batch normalisations, whose arrays have these `names` in the framework."""
    slots = {name: {key: Slot(f"{path}.{there}") for key, there in names.items()} for name, path in places.items()}
    return {key: slot for name, each in slots.items() for key, slot in part(name, each).items()}


def _torch_lenet(torch: Any, o: SimpleNamespace) -> Any:
    nn = torch.nn
    activation, pooling = (nn.Tanh, nn.AvgPool2d) if o.variant == "classic" else (nn.ReLU, nn.MaxPool2d)
    (f_1, f_2), (n_1, n_2) = o.filters, o.units
    return nn.Sequential(
        *(nn.Conv2d(1, f_1, 5, padding=2), activation(), pooling(2)),
        *(nn.Conv2d(f_1, f_2, 5), activation(), pooling(2)),
        nn.Flatten(),
        *(nn.Linear(25 * f_2, n_1), activation()),
        *(nn.Linear(n_1, n_2), activation()),
        nn.Linear(n_2, o.class_num),
    )


def _keras_lenet(keras: Any, o: SimpleNamespace) -> Any:
    layers, classic = keras.layers, o.variant == "classic"
    activation, pooling = ("tanh", layers.AveragePooling2D) if classic else ("relu", layers.MaxPooling2D)
    return keras.Sequential(
        [
            layers.Conv2D(o.filters[0], 5, padding="same", activation=activation),
            pooling(2),
            layers.Conv2D(o.filters[1], 5, activation=activation),
            pooling(2),
            layers.Flatten(),
            *(layers.Dense(units, activation=activation) for units in o.units),
            layers.Dense(o.class_num),
        ]
    )


SMALL, MODERN = {"filters": (2, 3), "units": (7, 6), "class_num": 4}, {"variant": "modern"}
LENET5 = Pair(
    "lenet5",
    lenet5,
    torch=Twin(
        _torch_lenet,
        {
            **_torch_convs(**{"0": "0", "3": "3"}),
            **torch_dense(**{"7": "7", "9": "9", "11": "11"}),
            "7.w": Slot("7.weight", "(h w c) n_out -> n_out (c h w)", sizes={"h": 5, "w": 5}),
        },
        {"x": CHANNELS_FIRST["x"]},
    ),
    keras=Twin(
        _keras_lenet,
        keras_dense(**{"0": "layers.0", "3": "layers.2", "7": "layers.5", "9": "layers.6", "11": "layers.7"}),
    ),
    kind="network",
    cases=(
        Case("small", {"x": normal(2, 28, 28, 1)}, SMALL),
        Case("small-modern", {"x": normal(2, 28, 28, 1)}, {**SMALL, **MODERN}),
        *(Case(name, {"x": normal(3, 28, 28, 1)}, o) for name, o in (("full", {}), ("full-modern", MODERN))),
    ),
    drawn={"w": GlorotUniform()},
)


def _torch_residual(torch: Any, o: SimpleNamespace) -> Any:
    from reference.migration.glue.torch.normalisation import biased_batch_norm

    nn = torch.nn
    norm = partial(nn.BatchNorm2d, o.n_out) if o.unbiased else partial(biased_batch_norm, 2, o.n_out)

    class BasicBlock(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.conv1 = nn.Conv2d(o.n_in, o.n_out, 3, o.stride, 1, bias=False)
            self.bn1 = norm()
            self.conv2, self.bn2 = nn.Conv2d(o.n_out, o.n_out, 3, 1, 1, bias=False), norm()
            self.downsample = nn.Identity()
            if o.stride != 1 or o.n_in != o.n_out:
                self.downsample = nn.Sequential(nn.Conv2d(o.n_in, o.n_out, 1, o.stride, bias=False), norm())

        def forward(self, x: Any) -> Any:
            y = self.bn1(self.conv1(x)).relu()
            return (self.bn2(self.conv2(y)) + self.downsample(x)).relu()

    return BasicBlock()


def _keras_residual(keras: Any, o: SimpleNamespace) -> Any:
    from reference.migration.glue.keras.normalisation import UnbiasedBatchNormalization

    layers = keras.layers
    normalisation = UnbiasedBatchNormalization if o.unbiased else layers.BatchNormalization

    class BasicBlock(keras.Model):
        def __init__(self) -> None:
            super().__init__()
            self.pad = layers.ZeroPadding2D(1)
            self.conv1 = layers.Conv2D(o.n_out, 3, o.stride, use_bias=False)
            self.conv2 = layers.Conv2D(o.n_out, 3, padding="same", use_bias=False)
            # PyTorch's epsilon and momentum, as ports of ResNet set them
            self.bn1, self.bn2 = (normalisation(epsilon=1e-5, momentum=0.9) for _ in range(2))
            self.fits = o.stride == 1 and o.n_in == o.n_out
            if not self.fits:
                self.downsample = layers.Conv2D(o.n_out, 1, o.stride, use_bias=False)
                self.bn3 = normalisation(epsilon=1e-5, momentum=0.9)

        def call(self, x: Any, training: bool = False) -> Any:
            y = keras.ops.relu(self.bn1(self.conv1(self.pad(x)), training=training))
            y = self.bn2(self.conv2(y), training=training)
            shortcut = x if self.fits else self.bn3(self.downsample(x), training=training)
            return keras.ops.relu(y + shortcut)

    return BasicBlock()


def _block(name: str, shape: tuple[int, ...], n_out: int, training: bool = True, **options: Any) -> Case:
    return Case(name, {"x": normal(*shape)}, {"n_in": shape[-1], "n_out": n_out, **options}, training=training)


MAIN, SHORTCUT = "0.main", "0.shortcut"
TORCH_NORM = {"gamma": "weight", "beta": "bias", "running_mean": "running_mean", "running_variance": "running_var"}
KERAS_NORM = {"gamma": "gamma", "beta": "beta", "running_mean": "moving_mean", "running_variance": "moving_variance"}
RESIDUAL_BLOCK = Pair(
    "residual_block",
    residual_block,
    torch=Twin(
        _torch_residual,
        {
            **_torch_convs(**{f"{MAIN}.0": "conv1", f"{MAIN}.3": "conv2", f"{SHORTCUT}.0": "downsample.0"}),
            **_norms(TORCH_NORM, **{f"{MAIN}.1": "bn1", f"{MAIN}.4": "bn2", f"{SHORTCUT}.1": "downsample.1"}),
        },
        CHANNELS_FIRST,
    ),
    keras=Twin(
        _keras_residual,
        {
            **keras_dense(**{f"{MAIN}.0": "conv1", f"{MAIN}.3": "conv2", f"{SHORTCUT}.0": "downsample"}),
            **_norms(KERAS_NORM, **{f"{MAIN}.1": "bn1", f"{MAIN}.4": "bn2", f"{SHORTCUT}.1": "bn3"}),
        },
    ),
    kind="network",
    cases=(
        _block("identity", (3, 5, 6, 4), 4),
        _block("projection", (3, 6, 5, 2), 4),
        _block("stride", (3, 7, 6, 4), 4, stride=2),
        _block("unbiased", (3, 7, 6, 2), 4, stride=2, unbiased=True),
        _block("inference", (2, 5, 6, 4), 4, training=False),
        _block("inference-stride", (1, 6, 7, 3), 5, training=False, stride=2),
    ),
    drawn={"w": HeNormal()},
    empty=False,
    notes=("The running variances follow Keras, or with `unbiased` PyTorch.",),
)


def _torch_inception(torch: Any, o: SimpleNamespace) -> Any:
    nn = torch.nn

    def conv(n: int, n_out: int, kernel: int) -> list[Any]:
        return [nn.Conv2d(n, n_out, kernel, padding=kernel // 2), nn.ReLU()]

    class Inception(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.one = nn.Sequential(*conv(o.n_in, o.n_1, 1))
            self.three = nn.Sequential(*conv(o.n_in, o.n_3[0], 1), *conv(o.n_3[0], o.n_3[1], 3))
            self.five = nn.Sequential(*conv(o.n_in, o.n_5[0], 1), *conv(o.n_5[0], o.n_5[1], 5))
            self.pool = nn.Sequential(nn.MaxPool2d(3, 1, 1), *conv(o.n_in, o.n_pool, 1))

        def forward(self, x: Any) -> Any:
            return torch.cat([self.one(x), self.three(x), self.five(x), self.pool(x)], 1)

    return Inception()


def _keras_inception(keras: Any, o: SimpleNamespace) -> Any:
    layers = keras.layers

    def conv(n_out: int, kernel: int) -> Any:
        return layers.Conv2D(n_out, kernel, padding="same", activation="relu")

    sides = {
        "one": keras.Sequential([conv(o.n_1, 1)]),
        "three": keras.Sequential([conv(o.n_3[0], 1), conv(o.n_3[1], 3)]),
        "five": keras.Sequential([conv(o.n_5[0], 1), conv(o.n_5[1], 5)]),
        "pool": keras.Sequential([layers.MaxPooling2D(3, 1, "same"), conv(o.n_pool, 1)]),
    }
    x = keras.Input((None, None, o.n_in))
    model = keras.Model(x, layers.Concatenate()([side(x) for side in sides.values()]))
    for name, side in sides.items():
        setattr(model, name, side)
    return model


INCEPTION_CONVS = ("one.0", "three.0", "three.2", "five.0", "five.2", "pool.1")
KERAS_PLACES = ("one.layers.0", "three.layers.0", "three.layers.1", "five.layers.0", "five.layers.1", "pool.layers.1")
INCEPTION_BLOCK = Pair(
    "inception_block",
    inception_block,
    spares={"nan": DROPS_NAN},
    torch=Twin(_torch_inception, _torch_convs(**{name: name for name in INCEPTION_CONVS}), CHANNELS_FIRST),
    keras=Twin(_keras_inception, keras_dense(**dict(zip(INCEPTION_CONVS, KERAS_PLACES, strict=True)))),
    kind="network",
    cases=(
        Case("plain", {"x": normal(2, 6, 7, 3)}, {"n_in": 3, "n_1": 2, "n_3": (4, 5), "n_5": (2, 3), "n_pool": 1}),
        Case("batch1", {"x": normal(1, 7, 5, 2)}, {"n_in": 2, "n_1": 3, "n_3": (3, 4), "n_5": (1, 2), "n_pool": 4}),
        Case("narrow", {"x": normal(2, 9, 3, 4)}, {"n_in": 4, "n_1": 1, "n_3": (2, 3), "n_5": (2, 2), "n_pool": 5}),
    ),
    drawn={"w": HeNormal()},
)


def _torch_bilstm(torch: Any, o: SimpleNamespace) -> Any:
    nn = torch.nn

    class Classifier(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.embedding = nn.Embedding(o.n_tokens, o.n_embedding)
            self.lstm = nn.LSTM(o.n_embedding, o.n_hidden, num_layers=2, bidirectional=True, batch_first=True)
            self.head = nn.Linear(2 * o.n_hidden, o.class_num)

        def forward(self, tokens: Any) -> Any:
            _, (h, _) = self.lstm(self.embedding(tokens))
            return self.head(torch.cat([h[-2], h[-1]], -1))

    return Classifier()


def _keras_bilstm(keras: Any, o: SimpleNamespace) -> Any:
    layers = keras.layers
    return keras.Sequential(
        [
            layers.Embedding(o.n_tokens, o.n_embedding),
            layers.Bidirectional(layers.LSTM(o.n_hidden, return_sequences=True)),
            layers.Bidirectional(layers.LSTM(o.n_hidden)),
            layers.Dense(o.class_num),
        ]
    )


ENDS = {"1.forward": "_l0", "1.backward": "_l0_reverse", "2.forward": "_l1", "2.backward": "_l1_reverse"}
CELLS = {f"{i}.{side}": f"layers.{i}.{side}_layer.cell" for i in (1, 2) for side in ("forward", "backward")}


def _text(name: str, batch: int, time: int, **sizes: int) -> Case:
    return Case(name, {"x": indices(batch, time, below=sizes.get("n_tokens", 10_000))}, sizes)


BILSTM_CLASSIFIER = Pair(
    "bilstm_classifier",
    bilstm_classifier,
    torch=Twin(
        _torch_bilstm,
        {
            "0.w": Slot("embedding.weight"),
            **{k: s for name, end in ENDS.items() for k, s in part(name, LSTM_CELL.torch_slots(end, "lstm.")).items()},
            "3.w": Slot("head.weight", DENSE),
            "3.b": Slot("head.bias"),
        },
        frozen=tuple(f"lstm.bias_hh{end}" for end in ENDS.values()),
    ),
    keras=Twin(
        _keras_bilstm,
        {
            "0.w": Slot("layers.0.embeddings"),
            **{k: s for name, path in CELLS.items() for k, s in part(name, LSTM_CELL.keras_slots(path)).items()},
            **keras_dense(**{"3": "layers.3"}),
        },
    ),
    kind="network",
    drawn={"0.w": Gaussian(1.0), **dict.fromkeys(("w", "w_x", "w_h"), GlorotUniform())},
    cases=(
        _text("small", 3, 6, n_tokens=8, n_embedding=4, n_hidden=5, class_num=2),
        _text("batch1", 1, 5, n_tokens=7, n_embedding=3, n_hidden=2, class_num=4),
        _text("repeated-tokens", 4, 9, n_tokens=3, n_embedding=2, n_hidden=4, class_num=5),
    ),
)
