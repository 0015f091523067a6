"""Arguments that correspond, and defaults that differ, from the signatures of the constructors themselves."""

import inspect
from dataclasses import dataclass
from typing import Any

# one thing under two names, Keras' first; the same name in both needs no line
CORRESPONDING = (
    ("units", "out_features"),
    ("units", "hidden_size"),
    ("filters", "out_channels"),
    ("input_dim", "num_embeddings"),
    ("output_dim", "embedding_dim"),
    ("strides", "stride"),
    ("pool_size", "kernel_size"),
    ("dilation_rate", "dilation"),
    ("use_bias", "bias"),
    ("epsilon", "eps"),
    ("rate", "p"),
    ("axis", "dim"),
    ("learning_rate", "lr"),
    ("rho", "alpha"),
    ("beta_1", "betas[0]"),
    ("beta_2", "betas[1]"),
    ("num_heads", "num_heads"),
    ("max_value", "max_val"),
    ("delta", "beta"),
    ("initial_accumulator_value", "initial_accumulator_value"),
    ("size", "scale_factor"),
    ("interpolation", "mode"),
    ("activation", "nonlinearity"),
    ("decay_steps", "T_max"),
    ("first_decay_steps", "T_0"),
    ("t_mul", "T_mult"),
    ("end_learning_rate", "eta_min"),
    ("decay_rate", "gamma"),
)
# measured by the pairs of default_initializers; the constructors do not say it
INITIAL = {
    "kernel_initializer": "PyTorch: uniform within 1/sqrt(fan_in), biases too",
    "embeddings_initializer": "PyTorch: standard normal",
    "recurrent_initializer": "PyTorch: uniform within 1/sqrt(hidden), all weights and both biases",
}


@dataclass(frozen=True)
class Argument:
    """An argument in both constructors, with its defaults in words; "" where one must be given."""

    keras: str
    keras_default: str
    torch: str
    torch_default: str

    @property
    def differs(self) -> bool:
        return self.keras_default != self.torch_default


def arguments(keras: Any, torch: Any) -> list[Argument]:
    """The arguments that correspond in the constructors of two classes."""
    theirs, others = defaults_of(keras), defaults_of(torch)
    others |= {
        f"betas[{i}]": value for i, value in enumerate(others.get("betas") or ()) if isinstance(others["betas"], tuple)
    }
    pairs = [*CORRESPONDING, *((name, name) for name in theirs if name in others)]
    found = {
        name: Argument(name, _words(theirs[name]), other, _words(others[other]))
        for name, other in reversed(pairs)
        if name in theirs and other in others and name not in ("name", "dtype", "bias", "seed")
    }
    return list(found.values())


def initial(keras: Any) -> list[str]:
    """How the first weights differ, of a Keras class that makes some."""
    theirs = defaults_of(keras)
    return [
        f"{name} is {theirs[name]!r}; {said}" for name, said in INITIAL.items() if isinstance(theirs.get(name), str)
    ]


def defaults_of(made: Any) -> dict[str, Any]:
    """The arguments of a constructor with their defaults, those of the class it is derived from among them."""
    found: dict[str, Any] = {}
    classes = inspect.getmro(made) if inspect.isclass(made) else (made,)
    for base in classes:
        if inspect.isclass(base) and "__init__" not in vars(base):
            continue
        try:
            parameters = list(inspect.signature(base).parameters.values())
        except (ValueError, TypeError):
            break
        for p in parameters:
            if p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY):
                found.setdefault(p.name, p.default)
        if not any(p.kind == p.VAR_KEYWORD for p in parameters):
            break
    return found


def _words(default: Any) -> str:
    if default is inspect.Parameter.empty:
        return ""
    if isinstance(default, tuple) and len(set(default)) == 1:
        default = default[0]
    if isinstance(default, float):
        return f"{default:g}"
    if callable(default):  # a function, by its name
        return str(getattr(default, "__name__", type(default).__name__))
    return str(default)
