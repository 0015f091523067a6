"""What a function computes, in words, and what to write for it in either framework."""

from collections.abc import Mapping
from dataclasses import dataclass

from reference.migration.calls import Instead


@dataclass(frozen=True)
class Words:
    """What a model does ("adds them"), and how that is written in each framework, where there is a name for it."""

    does: str
    written: Mapping[str, str]

    def advice(self, framework: str) -> str:
        text = self.written.get(framework, "")
        return f"; use {text}" if text else ""


@dataclass(frozen=True)
class Change:
    """Something else in the place of a call: the name of the mistake, what is computed, and what would be."""

    cause: str
    own: Words
    other: Words
    instead: Instead


def words(does: str, torch: str = "", keras: str = "") -> Words:
    return Words(does, {"torch": torch, "keras": keras})


NOTHING = words("does nothing")


def number(value: float) -> str:
    """2, 0.1, 1/255, sqrt(8): the shortest that is exact to rounding."""
    for text, of in (("{:g}", value), ("1/{:g}", 1 / value if value else 0.0)):
        if of and abs(of - round(of, 4)) < 1e-9 * abs(of):
            return text.format(round(of, 4))
    for text, of in (("sqrt({:g})", value**2), ("1/sqrt({:g})", 1 / value**2 if value else 0.0)):
        if value > 0 and abs(of - round(of)) < 1e-9 * of:
            return text.format(round(of))
    return f"{value:.6g}"


def affine(factor: float, offset: float) -> str:
    """x * 2 + 1, in words: "multiplies by 2 and adds 1"."""
    parts = [f"multiplies by {number(factor)}"] * (factor != 1) + [f"adds {number(offset)}"] * (offset != 0)
    return " and ".join(parts)


POOLS = {
    "max": "takes the largest of each window",
    "mean": "takes the mean of each window",
}


def pooled(kind: str, n: int) -> Words:
    torch, keras = {"max": ("MaxPool", "MaxPooling"), "mean": ("AvgPool", "AveragePooling")}[kind]
    return words(POOLS[kind], f"torch.nn.{torch}{n}d", f"keras.layers.{keras}{n}D")


def adaptive(kind: str, n: int) -> Words:
    torch, keras = {"max": ("AdaptiveMaxPool", "GlobalMax"), "mean": ("AdaptiveAvgPool", "GlobalAverage")}[kind]
    return words(POOLS[kind], f"torch.nn.{torch}{n}d", f"keras.layers.{keras}Pooling{n}D (of one window)")


REDUCED = {
    "mean": words("takes the mean of an axis", "x.mean(dim)", "GlobalAveragePooling or keras.ops.mean"),
    "sum": words("takes the sum of an axis", "x.sum(dim)", "keras.ops.sum"),
    "amax": words("takes the largest of an axis", "x.amax(dim)", "GlobalMaxPooling or keras.ops.max"),
    "amin": words("takes the smallest of an axis", "x.amin(dim)", "keras.ops.min"),
    "last": words("takes the last step", "x[:, -1]", "x[:, -1]"),
    "first": words("takes the first step", "x[:, 0]", "x[:, 0]"),
    "last of both": words("takes the last state of each direction", "h_n", "Bidirectional without return_sequences"),
}
MERGED = {
    "add": words("adds them", "x + y", "keras.layers.Add"),
    "mul": words("multiplies them", "x * y", "keras.layers.Multiply"),
    "sub": words("subtracts the second from the first", "x - y", "keras.layers.Subtract"),
    "sub from": words("subtracts the first from the second", "y - x", "keras.layers.Subtract of (y, x)"),
    "maximum": words("takes the larger", "torch.maximum", "keras.layers.Maximum"),
    "minimum": words("takes the smaller", "torch.minimum", "keras.layers.Minimum"),
    "average": words("takes the mean of both", "(x + y) / 2", "keras.layers.Average"),
    "first": words("takes the first alone", "the first alone", "the first alone"),
    "second": words("takes the second alone", "the second alone", "the second alone"),
}
