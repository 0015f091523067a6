"""Adam, what came of it, and their twins; built as those of `reference.pairs.optimizers`."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np

from reference.fills import choose
from reference.pair import Case, Options, Pair, Twin
from reference.pairs.optimizers import ALL_AROUND, CLIP_VALUE_L2, named, own_class, surrounded
from scratch.adam_optimizers import Adam, Adamax, AdamW, AMSGrad, Nadam, RAdam

# ---- Adam


def _torch_adam(amsgrad: bool = False) -> Any:
    def build(torch: Any, o: SimpleNamespace) -> Any:
        from reference.migration.glue.torch.optimizers import RawEpsilon, made

        hooks = [RawEpsilon(o.epsilon)] if o.epsilon_on == "raw" else []
        options = {"betas": (o.beta_1, o.beta_2), "eps": o.epsilon, "amsgrad": amsgrad}
        return made(torch.optim.Adam, o, *hooks, **options)

    return build


def _torch_adamw(torch: Any, o: SimpleNamespace) -> Any:
    from reference.migration.glue.torch.optimizers import RawEpsilon, made

    kind = torch.optim.AdamW if o.decoupled else torch.optim.Adam
    hooks = [RawEpsilon(o.epsilon)] if o.epsilon_on == "raw" else []
    # decoupled decay is AdamW's own here, and 0 is not its default
    own = SimpleNamespace(**{**vars(o), "decoupled": False})
    return made(kind, own, *hooks, betas=(o.beta_1, o.beta_2), eps=o.epsilon, weight_decay=o.weight_decay)


def _keras_adam(amsgrad: bool = False) -> Any:
    def build(keras: Any, o: SimpleNamespace) -> Any:
        from reference.migration.glue.keras.optimizers import TorchAdam, made

        kind = TorchAdam if o.epsilon_on == "corrected" else keras.optimizers.Adam
        return made(kind, o, beta_1=o.beta_1, beta_2=o.beta_2, epsilon=o.epsilon, amsgrad=amsgrad)

    return build


def _keras_adamw(keras: Any, o: SimpleNamespace) -> Any:
    from reference.migration.glue.keras.optimizers import TorchAdam, made

    kind = TorchAdam if o.epsilon_on == "corrected" or not o.decoupled else keras.optimizers.AdamW
    return made(kind, o, beta_1=o.beta_1, beta_2=o.beta_2, epsilon=o.epsilon)


def _draw_adam(rng: np.random.Generator) -> Case:
    return surrounded(
        rng,
        beta_1=choose(rng, 0.0, 0.5, 0.9),
        beta_2=choose(rng, 0.9, 0.99, 0.999),
        epsilon=float(10 ** rng.uniform(-9, -3)),
        epsilon_on=choose(rng, "corrected", "raw"),
    )


def _own_adam(framework: str, options: Options) -> Case:
    def torch_own(torch: Any, o: SimpleNamespace) -> Any:
        return lambda weights: torch.optim.Adam(weights, lr=o.lr, eps=o.epsilon)

    def keras_own(keras: Any, o: SimpleNamespace) -> Any:
        return keras.optimizers.Adam(o.lr, epsilon=o.epsilon)

    build = {"torch": torch_own, "keras": keras_own}[framework]
    reason = "the same epsilon is added to another root: PyTorch's to the corrected one, Keras' to the raw one"
    return own_class(framework, build, {"lr": 0.01, **options}, reason)


_ADAM_CASES = (
    Case("defaults", {}, {}),
    Case("keras-epsilon", {}, {"epsilon": 1e-7, "epsilon_on": "raw"}),
    Case("large-epsilon", {}, {"lr": 0.01, "epsilon": 1e-3}),
    Case("large-keras-epsilon", {}, {"lr": 0.01, "epsilon": 1e-3, "epsilon_on": "raw"}),
    Case("betas", {}, {"lr": 0.01, "beta_1": 0.5, "beta_2": 0.9, **ALL_AROUND}),
    Case("clip-by-value", {}, CLIP_VALUE_L2),
)

ADAM = Pair(
    "adam",
    Adam,
    torch=Twin(_torch_adam()),
    keras=Twin(_keras_adam()),
    kind="optimizer",
    cases=(
        *_ADAM_CASES,
        _own_adam("torch", {"epsilon": 1e-3, "epsilon_on": "raw"}),
        _own_adam("keras", {"epsilon": 1e-3}),
    ),
    draw=_draw_adam,
    notes=(
        "PyTorch adds epsilon to the bias-corrected root of v, Keras to the raw one. The two agree when PyTorch's is "
        "1 / sqrt(1 - beta_2**t) times Keras' at step t; no constant does. `epsilon_on` says which one is meant.",
        "Keras rounds beta_1 and beta_2 to float32 in the bias correction, even of float64 weights, which moves a "
        "first step by 7e-6 of its size; given as numpy.float64 they are not rounded.",
    ),
)

AMSGRAD = Pair(
    "amsgrad",
    AMSGrad,
    torch=Twin(_torch_adam(amsgrad=True)),
    keras=Twin(_keras_adam(amsgrad=True)),
    kind="optimizer",
    cases=_ADAM_CASES,
    draw=_draw_adam,
)

ADAMW = Pair(
    "adamw",
    AdamW,
    torch=Twin(_torch_adamw),
    keras=Twin(_keras_adamw),
    kind="optimizer",
    cases=(
        *_ADAM_CASES,
        Case("strong-decay", {}, {"lr": 0.1, "weight_decay": 0.5}),
        Case("clipped-l2", {}, {"lr": 0.01, "weight_decay": 0.1, "decoupled": False, **CLIP_VALUE_L2}),
    ),
    draw=_draw_adam,
    notes=("The default weight decay is 0.01 in PyTorch, 0.004 in Keras.",),
)


# ---- Adamax, Nadam, RAdam


def _torch_like_adam(choice: Callable[[Any, SimpleNamespace], Any], *names: str) -> Any:
    """With Adam's betas and epsilon and the options of these names, of the class that is chosen."""

    def build(torch: Any, o: SimpleNamespace) -> Any:
        from reference.migration.glue.torch.optimizers import made

        return made(choice(torch, o), o, betas=(o.beta_1, o.beta_2), eps=o.epsilon, **named(o, *names))

    return build


def _keras_like_adam(choice: Callable[[Any, SimpleNamespace], Any], *names: str) -> Any:
    def build(keras: Any, o: SimpleNamespace) -> Any:
        from reference.migration.glue.keras.optimizers import made

        return made(choice(keras, o), o, **named(o, "beta_1", "beta_2", "epsilon", *names))

    return build


def _draw_like_adam(**choices: tuple[Any, ...]) -> Callable[[np.random.Generator], Case]:
    def draw(rng: np.random.Generator) -> Case:
        options = {
            "beta_1": choose(rng, 0.0, 0.5, 0.9),
            "beta_2": choose(rng, 0.9, 0.99, 0.999),
            "epsilon": float(10 ** rng.uniform(-9, -3)),
        }
        return surrounded(rng, **options, **{name: choose(rng, *values) for name, values in choices.items()})

    return draw


def _like_adam_cases(**options: Any) -> tuple[Case, ...]:
    large: Options = {"lr": 0.01, "epsilon": 1e-3, **options}
    return (
        Case("defaults", {}, {}),
        Case("large-epsilon", {}, large),
        Case("betas", {}, {"lr": 0.01, "beta_1": 0.5, "beta_2": 0.9, **options, **ALL_AROUND}),
        Case("clip-by-value", {}, CLIP_VALUE_L2),
    )


def _torch_adamax(torch: Any, o: SimpleNamespace) -> Any:
    from reference.migration.glue.torch.optimizers import KerasAdamax

    return torch.optim.Adamax if o.epsilon_on == "norm" else KerasAdamax


def _keras_adamax(keras: Any, o: SimpleNamespace) -> Any:
    from reference.migration.glue.keras.optimizers import TorchAdamax

    return TorchAdamax if o.epsilon_on == "norm" else keras.optimizers.Adamax


_NORM = "the same epsilon is added under the maximum in PyTorch, to what it divides by in Keras"

ADAMAX = Pair(
    "adamax",
    Adamax,
    torch=Twin(_torch_like_adam(_torch_adamax)),
    keras=Twin(_keras_like_adam(_keras_adamax)),
    kind="optimizer",
    cases=(
        *_like_adam_cases(),
        Case("keras-epsilon", {}, {"lr": 0.001, "epsilon": 1e-7, "epsilon_on": "denominator"}),
        Case("large-keras-epsilon", {}, {"lr": 0.01, "epsilon": 1e-3, "epsilon_on": "denominator"}),
        own_class(
            "torch",
            lambda torch, o: lambda weights: torch.optim.Adamax(weights, lr=o.lr, eps=o.epsilon),
            {"lr": 0.1, "epsilon": 1e-2, "epsilon_on": "denominator"},
            _NORM,
        ),
        own_class(
            "keras",
            lambda keras, o: keras.optimizers.Adamax(o.lr, epsilon=o.epsilon),
            {"lr": 0.1, "epsilon": 1e-2},
            _NORM,
        ),
    ),
    draw=_draw_like_adam(epsilon_on=("norm", "denominator")),
)

NADAM = Pair(
    "nadam",
    Nadam,
    torch=Twin(_torch_like_adam(lambda torch, o: torch.optim.NAdam, "momentum_decay")),
    keras=Twin(
        lambda keras, o: _keras_like_adam(_keras_nadam, "momentum_decay")(keras, o),
        likeness="composed",
        reason="Keras' class has momentum_decay 1 only and rounds 0.96 to float32 whatever the dtype; written anew",
    ),
    kind="optimizer",
    cases=(
        *_like_adam_cases(momentum_decay=1.0),
        Case("fast", {}, {"lr": 0.01, "momentum_decay": 0.5}),
        own_class(
            "keras",
            lambda keras, o: keras.optimizers.Nadam(o.lr, epsilon=o.epsilon),
            {"momentum_decay": 1.0},
            "Keras' class rounds 0.96 and its betas to float32, whatever the dtype of the weights",
            least=1e-12,
        ),
    ),
    draw=_draw_like_adam(momentum_decay=(0.004, 0.1, 1.0)),
    notes=("PyTorch's default momentum_decay is 0.004, as in the paper; Keras' Nadam is that with 1.",),
)


def _keras_nadam(keras: Any, o: SimpleNamespace) -> Any:
    from reference.migration.glue.keras.optimizers import TorchNadam

    return TorchNadam


def _keras_radam(keras: Any, o: SimpleNamespace) -> Any:
    from reference.migration.glue.keras.optimizers import RAdam

    return RAdam


RADAM = Pair(
    "radam",
    RAdam,
    torch=Twin(_torch_like_adam(lambda torch, o: torch.optim.RAdam)),
    keras=Twin(
        _keras_like_adam(_keras_radam),
        likeness="composed",
        reason="Keras has no RAdam; written with its operations",
    ),
    kind="optimizer",
    cases=_like_adam_cases(),
    draw=_draw_like_adam(),
)
