"""Initializers, dropout, schedules and clipping as students write them: right, and wrong after one change."""

from pathlib import Path

import pytest

from reference.homework.check import check_submission
from reference.homework.verdict import SymbolReport

RIGHT = {
    "glorot_uniform": """
def xavier_uniform(shape):
    receptive = np.prod(shape[:-2])
    limit = np.sqrt(6 / (receptive * (shape[-2] + shape[-1])))
    return np.random.uniform(-limit, limit, shape)
""",
    "he_normal": """
class HeInitializer:
    def W(self, n_nodes1, n_nodes2):
        return np.random.randn(n_nodes1, n_nodes2) * np.sqrt(2 / n_nodes1)

    def B(self, n_nodes2):
        return np.zeros(n_nodes2)
""",
    "gaussian": """
class SimpleInitializer:
    def __init__(self, sigma=0.01):
        self.sigma = sigma

    def W(self, *shape):
        return self.sigma * np.random.randn(*shape)
""",
    "lecun_normal": """
def initialize_lecun(layer_dims):
    parameters = {}
    for l in range(1, len(layer_dims)):
        parameters[f"W{l}"] = np.random.randn(layer_dims[l], layer_dims[l - 1]) / np.sqrt(layer_dims[l - 1])
    return parameters
""",
    "dropout": """
class Dropout:
    def __init__(self, dropout_ratio=0.5):
        self.dropout_ratio = dropout_ratio

    def forward(self, x, train_flg=True):
        if not train_flg:
            return x
        self.mask = (np.random.rand(*x.shape) > self.dropout_ratio) / (1 - self.dropout_ratio)
        return x * self.mask

    def backward(self, dout):
        return dout * self.mask
""",
    "step_decay": """
def step_decay(epoch, lr=0.1, drop=0.5, epochs_drop=10):
    return lr * drop ** np.floor(epoch / epochs_drop)
""",
    "cosine_decay": """
class CosineAnnealing:
    def __init__(self, lr_max, lr_min, total):
        self.lr_max, self.lr_min, self.total = lr_max, lr_min, total

    def __call__(self, t):
        share = min(t, self.total) / self.total
        return self.lr_min + (self.lr_max - self.lr_min) * (1 + np.cos(np.pi * share)) / 2
""",
    "clip_by_global_norm": """
def clip_by_global_norm(grads, max_norm):
    norm = np.sqrt(sum(np.sum(g**2) for g in grads.values()))
    scale = min(1.0, max_norm / (norm + 1e-6))
    return {name: g * scale for name, g in grads.items()}
""",
    "clip_by_value": """
def clip_gradients(gradients, maxValue):
    for name in ["dWax", "dWaa", "dby"]:
        np.clip(gradients[name], -maxValue, maxValue, out=gradients[name])
    return gradients
""",
}
# the one changed, "old => new", and the quantities that disagree
WRONG = {
    "fan-of-first-axes": (
        "glorot_uniform", "receptive * (shape[-2] + shape[-1]) => np.prod(shape[1:]) + shape[0]", "deviation",
    ),
    "no-kernel": ("glorot_uniform", "np.prod(shape[:-2]) => 1 if len(shape) else 0", "deviation"),
    "from-zero": ("glorot_uniform", "-limit, limit => 0, limit", "deviation mean"),
    "normal-not-uniform": (
        "glorot_uniform", "uniform(-limit, limit, shape) => normal(0, limit / np.sqrt(3), shape)", "bound",
    ),
    "fan-out": ("he_normal", "2 / n_nodes1 => 2 / n_nodes2", "deviation"),
    "no-root": ("he_normal", "np.sqrt(2 / n_nodes1) => 2 / n_nodes1", "deviation"),
    "sigma-ignored": ("gaussian", "self.sigma * => 0.01 *", "deviation"),
    "sigma-squared": ("gaussian", "self.sigma * => self.sigma**2 *", "deviation"),
    "fan-of-this-layer": ("lecun_normal", "np.sqrt(layer_dims[l - 1]) => np.sqrt(layer_dims[l])", "deviation"),
    "share-dropped": ("dropout", ") / (1 - self.dropout_ratio) => ) / self.dropout_ratio", "y dx"),
    "kept-for-dropped": ("dropout", "(np.random.rand(*x.shape) > => (np.random.rand(*x.shape) <", "y"),
    "new-mask": ("dropout", "return dout * self.mask => self.forward(dout); return dout * self.mask", "dx"),
    "no-mask-back": ("dropout", "return dout * self.mask => return dout", "dx"),
    "scaled-at-test": ("dropout", "            return x\n =>             return x * (1 - self.dropout_ratio)\n", "y"),
    "not-scaled": ("dropout", " / (1 - self.dropout_ratio) => ", "y"),
    "same-mask": ("dropout", "self.mask = => self.mask = self.mask if hasattr(self, 'mask') else", "y"),
    "not-whole": ("step_decay", "np.floor(epoch / epochs_drop) => (epoch / epochs_drop)", "lr"),
    "half-lost": ("cosine_decay", "(1 + np.cos(np.pi * share)) / 2 => np.cos(np.pi * share)", "lr"),
    "end-lost": ("cosine_decay", "return self.lr_min + => return", "lr"),
    "squares": ("clip_by_global_norm", "np.sqrt => float", "grads"),
    "always": ("clip_by_global_norm", "min(1.0, max_norm / (norm + 1e-6)) => max_norm / (norm + 1e-6)", "grads"),
    "each-norm": ("clip_by_global_norm", "g * scale for => g * min(1.0, max_norm / np.linalg.norm(g)) for", "grads"),
    "one-side": ("clip_by_value", "-maxValue, maxValue, => None, maxValue,", "grads"),
    "one-forgotten": ("clip_by_value", '["dWax", "dWaa", "dby"] => ["dWax", "dby", "dWaa"][:2]', "grads"),
}  # fmt: skip


def checked(folder: Path, code: str) -> SymbolReport:
    path = folder / "handed_in.py"
    path.write_text("import numpy as np\n" + code)
    return check_submission(path).symbols[0]


@pytest.mark.parametrize("pair", RIGHT)
def test_right(tmp_path: Path, pair: str) -> None:
    report = checked(tmp_path, RIGHT[pair])
    assert (report.verdict, report.pair) == ("correct", pair), report


@pytest.mark.parametrize("name", WRONG)
def test_wrong(tmp_path: Path, name: str) -> None:
    pair, change, quantities = WRONG[name]
    old, new = change.split(" => ")
    assert old in RIGHT[pair]
    report = checked(tmp_path, RIGHT[pair].replace(old, new))
    assert (report.verdict, report.pair) == ("wrong", pair), report
    assert {q.name.split()[0] for q in report.quantities if not q.agree} == set(quantities.split())


def test_either_layout_of_a_kernel_is_a_convention(tmp_path: Path) -> None:
    code = RIGHT["glorot_uniform"].replace("shape[:-2]", "shape[2:]").replace("[-2] + shape[-1]", "[0] + shape[1]")
    report = checked(tmp_path, code)
    assert report.verdict == "correct"
    assert "OIHW" in report.conventions


def test_words_that_choose_are_all_tried(tmp_path: Path) -> None:
    code = """
class SimpleInitializer:
    def __init__(self, weight_type="sig", sigma=0.01):
        self.weight_type, self.sigma = weight_type, sigma

    def W(self, n1, n2):
        scale = {"sig": self.sigma, "xavier": np.sqrt(1 / n1), "he": np.sqrt(2 / n1)}[self.weight_type]
        return scale * np.random.randn(n1, n2)
"""
    assert checked(tmp_path, code).verdict == "correct"
    report = checked(tmp_path, code.replace("np.sqrt(2 / n1)", "np.sqrt(2) / n1"))
    assert report.verdict == "wrong"
    assert "'he'" in report.remark


def test_the_probability_may_be_to_keep_or_to_drop(tmp_path: Path) -> None:
    kept = RIGHT["dropout"].replace("dropout_ratio", "p").replace("> self.p) / (1 - self.p)", "< self.p) / self.p")
    assert "probability to keep" in checked(tmp_path, kept).conventions
    named = kept.replace("p=0.5", "drop_prob=0.5").replace("self.p = p", "self.p = drop_prob")
    assert checked(tmp_path, named).verdict == "wrong"
