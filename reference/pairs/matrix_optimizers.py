"""Optimizers that look at a weight as a whole, and their twins; built as those of `reference.pairs.optimizers`."""

from types import SimpleNamespace
from typing import Any

import numpy as np

from reference.fills import choose, constant, normal
from reference.pair import Case, Pair, Twin
from reference.pairs.optimizers import ALL_AROUND, CLIP_VALUE_L2, named, own_class, surrounded
from scratch.matrix_optimizers import Adafactor, Lamb, Muon

# gradients so small that their squares are 0
NOTHING = {"clip_value": 1e-300}
# gradients beside which an epsilon of 1e-7 shows
SMALL = {"clip_value": 1e-6}
# a limit that is met whatever the gradients are
LIMITED = {**ALL_AROUND, "clip_global_norm": 1e-3}
TALL = {"a": normal(5, 3)}
# what Keras' exclude_embeddings looks for
EMBEDDINGS = "(?i)embedding"
# a weight of three axes
DEEP = {"e": normal(2, 3, 4)}
NAMED = {"TokenEmbedding": normal(4, 3), "head": normal(3, 4)}


# ---- Lamb


def _torch_lamb(torch: Any, o: SimpleNamespace) -> Any:
    from reference.migration.glue.torch.matrix_optimizers import Lamb
    from reference.migration.glue.torch.optimizers import made

    return made(Lamb, o, betas=(o.beta_1, o.beta_2), eps=o.epsilon)


def _keras_lamb(keras: Any, o: SimpleNamespace) -> Any:
    from reference.migration.glue.keras.optimizers import made

    return made(keras.optimizers.Lamb, o, **named(o, "beta_1", "beta_2", "epsilon"))


def _draw_lamb(rng: np.random.Generator) -> Case:
    return surrounded(
        rng,
        beta_1=choose(rng, 0.0, 0.5, 0.9),
        beta_2=choose(rng, 0.9, 0.99, 0.999),
        epsilon=float(10 ** rng.uniform(-9, -3)),
    )


LAMB = Pair(
    "lamb",
    Lamb,
    torch=Twin(_torch_lamb, likeness="composed", reason="PyTorch has no Lamb; written with its operations"),
    keras=Twin(_keras_lamb),
    kind="optimizer",
    cases=(
        Case("defaults", {}),
        Case("large-epsilon", DEEP, {"lr": 0.01, "epsilon": 1e-3}),
        Case("betas", {}, {"lr": 0.01, "beta_1": 0.5, "beta_2": 0.9, "epsilon": 1e-3, **LIMITED}),
        Case("from-zero", {"a": constant(3, 5)}, {"lr": 0.01, "epsilon": 1e-4}),
        Case("gradients-of-nothing", {}, {"lr": 0.1, **NOTHING}),
        Case("clip-by-value", {}, {"lr": 0.01, **CLIP_VALUE_L2}),
    ),
    draw=_draw_lamb,
    notes=(
        "The weight decay of the paper is part of what is brought to the norm of the weights; Keras' is decoupled.",
    ),
)


# ---- Adafactor


def _torch_adafactor(torch: Any, o: SimpleNamespace) -> Any:
    from reference.migration.glue.torch.matrix_optimizers import KerasAdafactor, TorchAdafactor
    from reference.migration.glue.torch.optimizers import made

    l2 = o.weight_decay and not o.decoupled
    torch_kind = TorchAdafactor if l2 else torch.optim.Adafactor  # its own weight decay is decoupled
    kind = torch_kind if o.epsilon_on == "root" else KerasAdafactor
    return made(kind, o, beta2_decay=o.beta_2_decay, eps=(o.epsilon_1, o.epsilon_2), d=o.clip_threshold)


def _keras_adafactor(keras: Any, o: SimpleNamespace) -> Any:
    from reference.migration.glue.keras.matrix_optimizers import TorchAdafactor
    from reference.migration.glue.keras.optimizers import made

    kind = TorchAdafactor if o.epsilon_on == "root" else keras.optimizers.Adafactor
    return made(kind, o, **named(o, "beta_2_decay", "epsilon_1", "epsilon_2", "clip_threshold"))


def _draw_adafactor(rng: np.random.Generator) -> Case:
    return surrounded(
        rng,
        beta_2_decay=choose(rng, -0.8, -0.5, -1.0),
        epsilon_1=float(10 ** rng.uniform(-12, -3)),
        epsilon_2=choose(rng, 1e-3, 0.1, 2.0),
        clip_threshold=choose(rng, 1.0, 1.5, 4.0),
        epsilon_on=choose(rng, "squares", "root"),
    )


_ROOT = "the same epsilon_1 is the least that the root of v can be in PyTorch, and added to the squares in Keras"

ADAFACTOR = Pair(
    "adafactor",
    Adafactor,
    torch=Twin(_torch_adafactor),
    keras=Twin(_keras_adafactor),
    kind="optimizer",
    cases=(
        Case("defaults", {}),
        Case("root", DEEP, {"epsilon_1": 1e-3, "epsilon_on": "root"}),
        Case("large-epsilon", DEEP, {"epsilon_1": 1e-2, "epsilon_2": 2.0, "lr": 0.05}),
        Case("around", TALL, {"beta_2_decay": -0.5, "epsilon_1": 1e-6, **LIMITED}),
        Case("threshold", TALL, {"lr": 0.5, "clip_threshold": 0.5, "epsilon_1": 1e-6}),
        Case("from-zero", {"a": constant(3, 5)}, {"epsilon_1": 1e-6}),
        Case("tiny-gradients", {}, {"clip_value": 1e-15}),
        Case("clip-by-value", {}, {"epsilon_1": 0.1, "epsilon_on": "root", **CLIP_VALUE_L2}),
        own_class(
            "torch",
            lambda torch, o: lambda weights: torch.optim.Adafactor(weights, lr=o.lr, eps=(o.epsilon_1, o.epsilon_2)),
            {"epsilon_1": 1e-2},
            _ROOT,
        ),
        own_class(
            "keras",
            lambda keras, o: keras.optimizers.Adafactor(o.lr, epsilon_1=o.epsilon_1),
            {"epsilon_1": 1e-2, "epsilon_on": "root"},
            _ROOT,
        ),
    ),
    draw=_draw_adafactor,
    notes=(
        "epsilon_1 is added to the squares in Keras, as in the paper; in PyTorch it is the least that the root of v "
        "may be, and by default the eps of the dtype. The default lr is 0.01 in PyTorch, 0.001 in Keras.",
        "Keras' relative_step changes nothing: the rate is 1 / sqrt(t) at most without it too.",
    ),
)


# ---- Muon


def _torch_muon(torch: Any, o: SimpleNamespace) -> Any:
    from reference.migration.glue.torch.matrix_optimizers import Muon
    from reference.migration.glue.torch.optimizers import made

    return made(
        Muon,
        o,
        ns_coefficients=o.coefficients,
        ns_steps=o.iterations,
        eps=o.epsilon,
        eps_on=o.epsilon_on,
        scale={
            "original": lambda rows, columns: max(1, rows / columns) ** 0.5,
            "rms": lambda rows, columns: o.rms_rate * max(rows, columns) ** 0.5,
            "none": lambda rows, columns: 1.0,
        }[o.scale],
        betas=(o.beta_1, o.beta_2),
        adam_eps=o.adam_epsilon,
        **named(o, "momentum", "nesterov", "adam_ratio", "exclude"),
    )


def _keras_muon(keras: Any, o: SimpleNamespace) -> Any:
    from reference.migration.glue.keras.matrix_optimizers import TorchMuon
    from reference.migration.glue.keras.optimizers import made

    own = o.epsilon == 1e-7 and o.epsilon_on == "sum" and o.scale != "original"
    more = {} if own else {"eps": o.epsilon, "eps_on": o.epsilon_on, "original": o.scale == "original"}
    a, b, c = o.coefficients
    optimizer = made(
        keras.optimizers.Muon if own else TorchMuon,
        o,
        adam_beta_1=np.float64(o.beta_1),
        adam_beta_2=np.float64(o.beta_2),
        epsilon=o.adam_epsilon,
        adam_lr_ratio=o.adam_ratio,
        adam_weight_decay=np.float64(o.weight_decay if o.decoupled else 0.0),
        muon_a=a,
        muon_b=b,
        muon_c=c,
        ns_steps=o.iterations,
        rms_rate=o.rms_rate if o.scale == "rms" else None,
        nesterov=o.nesterov,
        exclude_embeddings=EMBEDDINGS in o.exclude,
        exclude_layers=[each for each in o.exclude if each != EMBEDDINGS],
        **more,
    )
    optimizer.momentum = o.momentum  # a number of NumPy would multiply Keras' variables itself
    return optimizer


def _draw_muon(rng: np.random.Generator) -> Case:
    return surrounded(
        rng,
        momentum=choose(rng, 0.0, 0.5, 0.95),
        nesterov=choose(rng, True, False),
        iterations=choose(rng, 1, 3, 5),
        epsilon=choose(rng, 1e-7, 1e-3, 0.1),
        epsilon_on=choose(rng, "sum", "average"),
        scale=choose(rng, "original", "rms", "none"),
        rms_rate=choose(rng, 0.2, 0.5),
        beta_2=choose(rng, 0.9, 0.999),
        adam_epsilon=float(10 ** rng.uniform(-9, -3)),
        adam_ratio=choose(rng, 0.1, 1.0),
        exclude=choose(rng, (), ("^a$",), ("z", "a")),
    )


MUON = Pair(
    "muon",
    Muon,
    torch=Twin(
        _torch_muon,
        likeness="composed",
        reason="PyTorch's class computes in bfloat16, whatever the dtype, and takes matrices only; written anew",
    ),
    keras=Twin(_keras_muon),
    kind="optimizer",
    cases=(
        Case("defaults", {}),
        Case("keras-defaults", DEEP, {"scale": "rms"}),
        Case("keras-small-gradients", TALL, {"scale": "rms", "nesterov": False, **SMALL}),
        Case("average", TALL, {"epsilon": 0.5, "epsilon_on": "average", "momentum": 0.7, "clip_value": 0.05}),
        Case("unscaled", TALL, {"scale": "none", "iterations": 2, "coefficients": (1.5, -0.5, 0.0), **ALL_AROUND}),
        Case("adam", {}, {"lr": 0.01, "beta_1": 0.5, "beta_2": 0.9, "adam_epsilon": 1e-3, "adam_ratio": 0.3}),
        Case("excluded", NAMED, {"lr": 0.01, "scale": "rms", "exclude": ("ead$",)}),
        Case("excluded-embeddings", NAMED, {"lr": 0.01, "exclude": (EMBEDDINGS, "^b")}),
        Case("clip-by-value", {}, {"lr": 0.01, **CLIP_VALUE_L2}),
        own_class(
            "torch",
            lambda torch, o: lambda weights: torch.optim.Muon(weights, lr=o.lr, weight_decay=0.0),
            {"epsilon_on": "average"},
            "PyTorch's class computes in bfloat16, whatever the dtype of the weights",
        ),
    ),
    draw=_draw_muon,
    notes=(
        "PyTorch's class scales by sqrt(max(1, rows / columns)) unless told otherwise, Keras' by 0.2 sqrt(max(rows, "
        'columns)), which is adjust_lr_fn="match_rms_adamw". Rows are the first axis in both, which is n_out of a '
        "torch.nn.Linear and n_in of a keras.layers.Dense.",
        "Keras steps weights that are no matrices by AdamW, and embeddings unless exclude_embeddings=False; PyTorch "
        "refuses the former and has no exclude_layers: what is left out takes an AdamW of its own.",
        "Keras' Muon decays the weights by 0.004 unless told otherwise, PyTorch's by 0.1.",
    ),
)
