"""Whole networks: right ones of the corpus with one mistake each, and a class that learns as it goes back."""

from pathlib import Path

import numpy as np
import pytest

from reference.homework.check import check_submission
from reference.homework.isolation.process import Limits
from reference.homework.networks.forms import FOLLOWING, Form, Network, ask
from reference.homework.verdict import SymbolReport

DENSE = Path(__file__).parent / "submissions" / "dense"
IMAGES = DENSE.parent / "convolution"
LEARNER = '''
import numpy as np

class Mlp:
    """tanh inside, nothing at the end; moves its weights while it goes back"""
    def __init__(self, layer_sizes, lr=0.05):
        pairs = list(zip(layer_sizes, layer_sizes[1:]))
        self.W = [np.random.normal(0, 0.3, p) for p in pairs]
        self.b = [np.zeros((1, n)) for _, n in pairs]
        self.lr = lr

    def forward(self, X):
        self.acts = [X]
        for k in range(len(self.W)):
            z = self.acts[k] @ self.W[k] + self.b[k]
            self.acts.append(z if k == len(self.W) - 1 else np.tanh(z))
        return self.acts[-1]

    def backward(self, target):
        err = (self.acts[-1] - target) / len(target)
        for k in range(len(self.W) - 1, -1, -1):
            dW, db = self.acts[k].T @ err, err.sum(axis=0, keepdims=True)
            err = (err @ self.W[k].T) * (1 - self.acts[k] ** 2)
            self.W[k] -= self.lr * dW
            self.b[k] -= self.lr * db
'''
ALL_OF_TWO = {"dw1", "db1", "dw2", "db2"}
ALL_OF_THREE = {*ALL_OF_TWO, "dw3", "db3"}

# source, symbol, what is replaced by what, the quantities that are wrong then
WRONG = {
    "book: bias not added": (
        DENSE / "two_layer_net_dlfs.py",
        "TwoLayerNet",
        ("np.dot(self.x, self.W) + self.b", "np.dot(self.x, self.W)"),
        {"y"},
    ),
    "book: one gradient missing": (
        DENSE / "two_layer_net_dlfs.py",
        "TwoLayerNet",
        ("'b1': self.layers['Affine1'].db,", ""),
        {"db1"},
    ),
    "book: half of one layer": (
        DENSE / "two_layer_net_dlfs.py",
        "TwoLayerNet",
        ("'W1': self.layers['Affine1'].dW", "'W1': self.layers['Affine1'].dW / 2"),
        {"dw1"},
    ),
    "course: penalty differs from its gradient": (
        DENSE / "two_layer_net_cs231n.py",
        "TwoLayerNet",
        (
            "# the ReLU only matters in the forward pass?\n        grads['W1'] = X.T.dot(dh) + 2",
            "dh[h <= 0] = 0\n        grads['W1'] = X.T.dot(dh) + 1",
        ),
        {"dw1"},
    ),
    "course: the loss averages, its gradients do not": (
        DENSE / "two_layer_net_cs231n.py",
        "TwoLayerNet",
        ("d /= N", "dummy = N", "dh = d.dot(W2.T)", "dh = d.dot(W2.T) * (h > 0)"),
        {"loss"},
    ),
    "lists: the last sigmoid has no derivative, the cost is the squared error": (
        DENSE / "network_sizes.py",
        "Network",
        ("activations[-1], y) * sigmoid_prime(zs[-1])", "activations[-1], y)"),
        ALL_OF_THREE,
    ),
    "lists: wrong sign": (
        DENSE / "network_sizes.py",
        "Network",
        ("output_activations - y", "y - output_activations"),
        ALL_OF_THREE,
    ),
    "functions: ReLU open below zero": (
        DENSE / "nn_architecture.py",
        "full_forward_propagation",
        ("dZ[Z <= 0] = 0", "dZ[Z <= -0.4] = 0"),
        {"dw1", "db1", "dw2", "db2"},
    ),
    "functions: biases subtracted": (
        DENSE / "nn_architecture.py",
        "full_forward_propagation",
        ("A_prev) + b_curr", "A_prev) - b_curr"),
        {"y"},
    ),
    "images: the pool hands on twice": (
        IMAGES / "cnn_network.py",
        "ConvNet",
        ("self.arg % 2] = dout", "self.arg % 2] = 2 * dout"),
        ALL_OF_TWO,
    ),
    "learner: weights moved before they are used": (
        LEARNER,
        "Mlp",
        (
            "            err = (err @ self.W[k].T) * (1 - self.acts[k] ** 2)\n",
            "",
            "            self.b[k] -= self.lr * db\n",
            "            self.b[k] -= self.lr * db\n            err = (err @ self.W[k].T) * (1 - self.acts[k] ** 2)\n",
        ),
        ALL_OF_TWO,
    ),
}
RIGHT = {
    "book: gradients summed": (
        DENSE / "two_layer_net_dlfs.py",
        "TwoLayerNet",
        ("dx = (self.y - self.t) / batch_size", "dx = self.y - self.t", "dx = dx / batch_size", "pass"),
        "gradients of cross-entropy",
    ),
    "course: mended": (
        DENSE / "two_layer_net_cs231n.py",
        "TwoLayerNet",
        ("dh = d.dot(W2.T)", "dh = d.dot(W2.T) * (h > 0)"),
        "gradients averaged over the batch",
    ),
    "lists: cross-entropy": (
        DENSE / "network_sizes.py",
        "Network",
        (
            "self.cost_derivative(activations[-1], y) * sigmoid_prime(zs[-1])",
            "activations[-1] - y",
            "def cost_derivative",
            "def unused",
        ),
        "gradients of binary cross-entropy",
    ),
    "functions: every activation that it knows": (
        DENSE / "nn_architecture.py",
        "full_forward_propagation",
        (),
        "the same with sigmoid and with relu",
    ),
    "learner": (LEARNER, "Mlp", (), "gradients of half the squared error"),
}


def judged(source: Path | str, symbol: str, edits: tuple[str, ...], folder: Path) -> SymbolReport:
    text = source if isinstance(source, str) else source.read_text(encoding="utf-8")
    for old, new in zip(edits[::2], edits[1::2], strict=True):
        assert old in text
        text = text.replace(old, new)
    path = folder / "handed_in.py"
    path.write_text(text, encoding="utf-8")
    return check_submission(path, symbol, limits=Limits(seconds=30)).symbols[0]


@pytest.mark.parametrize(("source", "symbol", "edits", "wrong"), WRONG.values(), ids=WRONG)
def test_one_mistake_is_found_where_it_is(source, symbol, edits, wrong, tmp_path):
    report = judged(source, symbol, edits, tmp_path)
    assert report.verdict == "wrong", report
    found = {q.name for q in report.quantities if not q.agree}
    assert found >= wrong
    assert "y" in wrong or "y" not in found


@pytest.mark.parametrize(("source", "symbol", "edits", "said"), RIGHT.values(), ids=RIGHT)
def test_a_right_one_is_right_in_its_convention(source, symbol, edits, said, tmp_path):
    report = judged(source, symbol, edits, tmp_path)
    assert report.verdict == "correct", report
    assert said in report.conventions


def test_a_network_of_another_kind_is_not_judged(tmp_path):
    slope = "np.where(self.acts[k] > 0, 1, 0.1)"
    leaky = ("np.tanh(z)", "np.where(z > 0, z, 0.1 * z)", "1 - self.acts[k] ** 2", slope)
    report = judged(LEARNER, "Mlp", leaky, tmp_path)
    assert report.verdict == "unsupported"
    assert "none of the usual networks" in report.remark


def test_a_gradient_that_is_not_written_is_unfinished(tmp_path):
    text = LEARNER.split("        err = (self.acts[-1]")[0] + "        pass\n"
    report = judged(text, "Mlp", (), tmp_path)
    assert (report.verdict, report.remark) == ("unfinished", "backward is not written")


@pytest.mark.parametrize("output", FOLLOWING)
@pytest.mark.parametrize("hidden", ["relu", "tanh"])
def test_gradients_are_those_of_the_loss(output, hidden):
    """The slope of the loss along every weight, by central differences of a loss written out here."""
    for loss in FOLLOWING[output]:
        asked = ask(Form(hidden=hidden, output=output, loss=loss), seed=3)
        x, t = asked.arrays.inputs["x"], asked.extras["t"]

        def value(params, form=asked.facts["form"], loss=loss, x=x, t=t):
            made = Network(form)
            made.load(params)
            y = made.forward(x)
            if loss == "half the squared error":
                return ((y - t) ** 2).sum() / 2
            soft = np.exp(made.z) / np.exp(made.z).sum(axis=1, keepdims=True)
            p = soft if loss == "cross-entropy" else 1 / (1 + np.exp(-made.z))
            other = (1 - t) * np.log(1 - p) if loss == "binary cross-entropy" else 0
            return -(t * np.log(p) + other).sum()

        for name, w in asked.arrays.params.items():
            way = np.random.default_rng(1).standard_normal(w.shape)
            up, down = ({**asked.arrays.params, name: w + h * way} for h in (1e-6, -1e-6))
            slope = (value(up) - value(down)) / 2e-6
            # rounding of a loss of some tens, eps / h = 2e-10 each; the formula's own error, h**2, is less
            np.testing.assert_allclose((asked.want[f"d{name}"] * way).sum(), slope, rtol=0, atol=5e-8)
