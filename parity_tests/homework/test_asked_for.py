"""Points are for what an assignment asks for: something right that is something else gets none, another name all."""

from pathlib import Path

import pytest

from reference.homework.grading.assignment import Assignment, Question
from reference.homework.grading.grade import Answer, answer_of, judge

FOLDER = Path(__file__).parent / "submissions"
DENSE = """
import numpy as np
class Dense:
    def __init__(self, n_in, n_out):
        self.W = np.random.randn(n_in, n_out)
        self.b = np.zeros(n_out)
    def forward(self, x):
        self.x = x
        return x @ self.W + self.b
    def backward(self, dy):
        self.dW, self.db = self.x.T @ dy, dy.sum(0)
        return dy @ self.W.T
"""
RELU = """
import numpy as np
class Relu:
    def forward(self, x):
        self.mask = x > 0
        return x * self.mask
    def backward(self, dy):
        return dy * self.mask
"""
ADAM = """
import numpy as np
class Adam:
    def __init__(self, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
        self.lr, self.beta1, self.beta2, self.eps = lr, beta1, beta2, eps
        self.t, self.m, self.v = 0, {}, {}
    def update(self, params, grads):
        self.t += 1
        for k in params:
            self.m[k] = self.beta1 * self.m.get(k, 0) + (1 - self.beta1) * grads[k]
            self.v[k] = self.beta2 * self.v.get(k, 0) + (1 - self.beta2) * grads[k] ** 2
            m, v = self.m[k] / (1 - self.beta1**self.t), self.v[k] / (1 - self.beta2**self.t)
            params[k] -= self.lr * (m / (np.sqrt(v) + self.eps))
"""
DECAYING = ADAM.replace("self.eps))", "self.eps) + 0.01 * params[k])")
MOMENTUM = """
class SGD:
    def __init__(self, lr=0.01, momentum=0.9):
        self.lr, self.momentum, self.v = lr, momentum, {}
    def update(self, params, grads):
        for k in params:
            self.v[k] = self.momentum * self.v.get(k, 0) + grads[k]
            params[k] -= self.lr * self.v[k]
"""
HE = "import numpy as np\ndef he(shape):\n    a = np.sqrt(6 / shape[0])\n    return np.random.uniform(-a, a, shape)\n"
STEPS = "def step_decay(epoch, lr=0.1, drop=0.5, every=10):\n    return lr * drop ** (epoch // every)\n"
SOFTMAX = """
import numpy as np
class Softmax:
    def forward(self, x):
        e = np.exp(x - x.max(axis=1, keepdims=True))
        self.y = e / e.sum(axis=1, keepdims=True)
        return self.y
    def backward(self, t):
        return self.y - t
"""
RELU_FUNCTIONS = """
import numpy as np
def f(x):
    return np.maximum(x, 0)
def f_backward(dy, x):
    return dy * (x > 0)
"""
BOOK = (FOLDER / "dense" / "two_layer_net_dlfs.py").read_text()


def answered(folder: Path, code: str, symbol: str, pair: str) -> Answer:
    path = folder / "work.py"
    path.write_text(code)
    question = Question("Q", 10.0, symbol=symbol, pair=pair, even=True)
    return answer_of(judge(path, question, Assignment("hw", "", (question,), seed=5)), question, seed=5)


@pytest.mark.parametrize(
    ("code", "symbol", "asked", "what"),
    [
        *((DENSE, "Dense", pair, "dense") for pair in ("two-layer-net", "three-layer-mlp", "cnn", "sequential")),
        *((RELU, "Relu", pair, "relu") for pair in ("two-layer-net", "three-layer-mlp", "cnn", "sequential")),
        (BOOK, "TwoLayerNet", "cnn", "a network of 2 dense layers, relu between"),
        (HE, "he", "he_normal", "he_uniform"),
        (STEPS, "step_decay", "cosine_decay", "step_decay"),
    ],
)
def test_something_else_gets_no_points(tmp_path: Path, code: str, symbol: str, asked: str, what: str) -> None:
    answer = answered(tmp_path, code, symbol, asked)
    assert (answer.points, answer.verdict) == (0, "wrong")
    assert answer.sentence == f"it is {what}, and {asked} is asked for"


def test_what_numbers_alone_tell_is_not_what_was_asked_for(tmp_path: Path) -> None:
    assert answered(tmp_path, RELU_FUNCTIONS, "f", "dense").points == 0
    assert answered(tmp_path, RELU_FUNCTIONS, "f", "relu").points == 10


@pytest.mark.parametrize("name", ["Adam", "AdamW", "Optimizer"])
def test_adamw_needs_a_weight_decay(tmp_path: Path, name: str) -> None:
    answer = answered(tmp_path, ADAM.replace("Adam", name), name, "adamw")
    assert (answer.points, answer.verdict, answer.cause) == (0, "wrong", "missing_term")
    assert answer.sentence == f"{name}.update: the weights do not decay: it is plain Adam, not AdamW."


@pytest.mark.parametrize(
    ("code", "symbol", "asked"),
    [
        (ADAM, "Adam", "adam"),
        (DECAYING, "Adam", "adamw"),
        (MOMENTUM, "SGD", "sgd"),  # judged as momentum, which it offers
        (MOMENTUM, "SGD", "momentum"),
        (HE, "he", "he_uniform"),
        (HE, "he", "he"),
        (SOFTMAX, "Softmax", "softmax_output"),
        (SOFTMAX, "Softmax", "softmax_cross_entropy"),
        (STEPS, "step_decay", "step_decay"),
        (STEPS, "step_decay", "schedule"),
        (BOOK, "TwoLayerNet", "two-layer-net"),
        (BOOK, "TwoLayerNet", "three-layer-mlp"),  # its input counts as a layer
        (BOOK, "TwoLayerNet", "sequential"),
    ],
)
def test_another_name_of_it_gets_all_points(tmp_path: Path, code: str, symbol: str, asked: str) -> None:
    answer = answered(tmp_path, code, symbol, asked)
    assert (answer.points, answer.sentence) == (10, "")
