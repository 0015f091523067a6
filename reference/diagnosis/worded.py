"""What a change of the code in scratch is called when it is a mistake: its stable id."""

import re

from reference.diagnosis.mutants import Mutant

# "owner.method: before => after" against these, the first that fits; what is not here is called by its kind
RULES: tuple[tuple[str, str], ...] = (
    (
        r".*step_back: self\.params\['w_h'\] @ (.*) => self\.params\['w_h'\]\.T @ \1$",
        "bptt-untransposed",
    ),
    (r".*step_back: self\.params\['w_h'\] @ self\.da\[t\] => self\.da\[t\]$", "bptt-without-recurrent-weight"),
    (r"Recurrent\.backward: dstates\[0\] \+ dh\[t\] => dh\[t\]", "bptt-truncated"),
    (r"Recurrent\.backward: .*range\(len\(self\.a\)\)\) => .*range\(1, .*", "bptt-ends-early"),
    (r"Recurrent\.backward: reversed\((range\(len\(self\.a\)\))\) => \1", "bptt-forward-in-time"),
    (r"LSTM\.step_back: self\.f\.slope\(c, tanh_c\) => .*|LSTM\.step_back: tanh_c => c", "cell-tanh-derivative"),
    (r"LSTM\.step_back: dc \* f => dc", "cell-without-forget-gate"),
    (r"LSTM\.step_back: dc \+ .* => (dh \* o|dh \*).*", "cell-path-missing"),
    (r"(Dense|Convolution|Recurrent)\.forward: (b is not None|'b' in self\.params) => .*", "bias-missing"),
    (r"(Dense|Convolution|Recurrent)\.forward: (y|piece|self\.a) \+= .* => pass", "bias-missing"),
    (r"Normalisation\.affine_backward: i not in .* => i in .*", "norm-axes-disagree"),
    (r"(GELU|SiLU|ELU|SELU|Mish|Softplus|Softsign|LeakyReLU|LogSigmoid|TanhShrink)\.(slope|_tanh): .*", "*-derivative"),
    (r"Windows\._add_(rows|strips): view \+= .* => view\[\.\.\.\] = .*", "conv-overwritten"),
    (r"(Log)?Softmax\.forward: x - x\.max\(.*\) => x", "softmax-overflow"),
    (r"(Log)?Softmax\.forward: x\.max\(axis=.*\) => x\.max\(keepdims=True.*\)", "softmax-one-maximum"),
    (r"Huber\.value: self\.delta \* d - .* => self\.delta \* d", "huber-offset-missing"),
    (r"Huber\.slope: .*", "huber-derivative"),
    (r"(BinaryCrossEntropy|SigmoidCrossEntropy)\.slope: .*", "bce-derivative"),
    (r"SoftmaxCrossEntropy\.backward: self\.y \* .* - self\.t => .* \+ self\.t", "softmax-ce-sign"),
)
# mutants of the same meaning under one name
KINDS = {
    "sign": "sign-within",  # of a part: not that of the result, which is called "sign"
    "transposition": "transposed-within",
    "mean-for-sum": "mean-for-sum",
    "sum-for-mean": "sum-for-mean",
    "bias-missing": "bias-missing",
    "accumulate": "overwritten",
    "factor-dropped": "missing-factor",
    "term-dropped": "missing-term",
    "square": "square-missing",
    "statement-dropped": "missing-statement",
    "axis": "wrong-axis",
}


def kebab(name: str) -> str:
    """LeakyReLU -> leaky-relu"""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "-", re.sub("ReLU|SiLU", lambda m: m[0].capitalize(), name)).lower()


def named(mutant: Mutant) -> tuple[str, bool]:
    """The id of a mutant's mistake, and whether it has words of its own."""
    place = mutant.method if mutant.owner in ("", mutant.method) else f"{mutant.owner}.{mutant.method}"
    text = f"{place}: {mutant.before} => {mutant.after}"
    for pattern, id in RULES:
        if re.fullmatch(pattern, text, re.DOTALL):
            return id.replace("*", kebab(mutant.owner)), True
    return KINDS.get(mutant.kind, mutant.kind), False
