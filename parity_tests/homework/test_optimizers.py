"""Optimizers as students write them: each call style right, and wrong after one change to a line."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from reference.homework.check import check_submission
from reference.homework.verdict import SymbolReport


def checked(folder: Path, code: str, symbol: str = "") -> SymbolReport:
    """The verdict on the only optimizer in some code."""
    path = folder / "handed_in.py"
    path.write_text("import numpy as np\n" + code)
    return check_submission(path, symbol).symbols[0]


MOMENTS = """
            m[k] = self.beta1 * m.get(k, 0) + (1 - self.beta1) * g
            v[k] = self.beta2 * v.get(k, 0) + (1 - self.beta2) * g * g
            m_hat = m[k] / (1 - self.beta1**self.t)
            v_hat = v[k] / (1 - self.beta2**self.t)
            params[k] -= self.lr * m_hat / (np.sqrt(v_hat) + self.eps)
"""
ADAM = f"""
class Adam:
    def __init__(self, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
        self.lr, self.beta1, self.beta2, self.eps = lr, beta1, beta2, eps
        self.t = 0
        self.m, self.v = {{}}, {{}}

    def update(self, params, grads):
        m, v = self.m, self.v
        self.t += 1
        for k, g in grads.items():{MOMENTS}"""
MOMENTUM = """
class Momentum:
    def __init__(self, lr=0.01, momentum=0.9):
        self.lr, self.momentum = lr, momentum
        self.v = None

    def update(self, layer):
        if self.v is None:
            self.v = {"W": np.zeros_like(layer.W), "B": np.zeros_like(layer.B)}
        self.v["W"] = self.momentum * self.v["W"] - self.lr * layer.dW
        self.v["B"] = self.momentum * self.v["B"] - self.lr * layer.dB
        layer.W = layer.W + self.v["W"]
        layer.B = layer.B + self.v["B"]
        return layer
"""
ADAGRAD = """
class AdaGrad:
    def __init__(self, learning_rate=0.01):
        self.learning_rate = learning_rate
        self.h = None

    def update(self, w, dw):
        if self.h is None:
            self.h = np.zeros_like(w)
        self.h = self.h + dw * dw
        return w - self.learning_rate * dw / (np.sqrt(self.h) + 1e-7)
"""
RMSPROP = """
def rmsprop(w, dw, config=None):
    if config is None:
        config = {}
    config.setdefault("learning_rate", 1e-2)
    config.setdefault("decay_rate", 0.99)
    config.setdefault("epsilon", 1e-8)
    cache = config.get("cache", np.zeros_like(w))
    cache = config["decay_rate"] * cache + (1 - config["decay_rate"]) * dw**2
    next_w = w - config["learning_rate"] * dw / (np.sqrt(cache) + config["epsilon"])
    config["cache"] = cache
    return next_w, config
"""
NESTEROV = """
class Nesterov:
    def __init__(self, params, lr=0.01, momentum=0.9):
        self.params, self.lr, self.momentum = params, lr, momentum
        self.v = [np.zeros_like(p) for p in params]

    def step(self, grads):
        for p, g, v in zip(self.params, grads, self.v):
            before = v.copy()
            v *= self.momentum
            v -= self.lr * g
            p += (1 + self.momentum) * v - self.momentum * before
"""
COURSE = """
def initialize_adam(parameters):
    zeros = {"d" + key: np.zeros(value.shape) for key, value in parameters.items()}
    return zeros, {key: value.copy() for key, value in zeros.items()}

def update_parameters_with_adam(parameters, grads, v, s, t, learning_rate=0.01, beta1=0.9, beta2=0.999, epsilon=1e-8):
    for l in range(1, len(parameters) // 2 + 1):
        for key in ("W" + str(l), "b" + str(l)):
            d = "d" + key
            v[d] = beta1 * v[d] + (1 - beta1) * grads[d]
            s[d] = beta2 * s[d] + (1 - beta2) * grads[d] ** 2
            step = v[d] / (1 - beta1**t) / (np.sqrt(s[d] / (1 - beta2**t)) + epsilon)
            parameters[key] = parameters[key] - learning_rate * step
    return parameters, v, s
"""
CLOSURE = """
def sgd(learning_rate=0.1):
    def step(params, grads):
        return [p - learning_rate * g for p, g in zip(params, grads)]

    return step
"""
ADADELTA = """
class Adadelta:
    def __init__(self, rho=0.95, eps=1e-6):
        self.rho, self.eps = rho, eps
        self.g2, self.d2 = 0, 0

    def update(self, w, grad):
        self.g2 = self.rho * self.g2 + (1 - self.rho) * grad**2
        d = np.sqrt(self.d2 + self.eps) / np.sqrt(self.g2 + self.eps) * grad
        self.d2 = self.rho * self.d2 + (1 - self.rho) * d**2
        return w - d
"""
ADAMW = (
    ADAM.replace("Adam", "AdamW")
    .replace("eps=1e-8", "eps=1e-8, weight_decay=0.01")
    .replace("self.t = 0", "self.t, self.decay = 0, weight_decay")
    .replace("params[k] -= ", "params[k] -= self.lr * self.decay * params[k] + ")
)
RAW = ADAM.replace(
    "self.lr * m_hat / (np.sqrt(v_hat)", "self.lr * np.sqrt(1 - self.beta2**self.t) * m_hat / (np.sqrt(v[k])"
)
INSIDE = ADAGRAD.replace("(np.sqrt(self.h) + 1e-7)", "np.sqrt(self.h + 1e-7)")
AVERAGED = MOMENTUM.replace("- self.lr * layer.d", "- (1 - self.momentum) * self.lr * layer.d")
RIGHT = {
    "adam": (ADAM, "adam"),
    "adamw": (ADAMW, "adamw"),
    "adam-raw": (RAW, "adam"),
    "momentum": (MOMENTUM, "momentum"),
    "momentum-averaged": (AVERAGED, "momentum"),
    "adagrad": (ADAGRAD, "adagrad"),
    "adagrad-inside": (INSIDE, "adagrad"),
    "rmsprop": (RMSPROP, "rmsprop"),
    "nesterov": (NESTEROV, "nesterov"),
    "course": (COURSE, "adam"),
    "closure": (CLOSURE, "sgd"),
    "adadelta": (ADADELTA, "adadelta"),
}


@dataclass(frozen=True)
class Change:
    """What is changed in a right optimizer, each as "old => new", and the cause that is named, "" where none is."""

    code: str
    lines: tuple[str, ...]
    cause: str = ""

    def applied(self) -> str:
        code = self.code
        for line in self.lines:
            old, new = line.split(" => ")
            assert old in code
            code = code.replace(old, new)
        return code


UNCORRECTED = "no_bias_correction"
WRONG = {
    "uncorrected": Change(
        ADAM, ("m[k] / (1 - self.beta1**self.t) => m[k]", "v[k] / (1 - self.beta2**self.t) => v[k]"), UNCORRECTED
    ),
    "no-exponent": Change(ADAM, ("**self.t => ",), UNCORRECTED),
    "first-only": Change(ADAM, ("v[k] / (1 - self.beta2**self.t) => v[k]",), UNCORRECTED),
    "up": Change(ADAM, ("params[k] -= => params[k] +=",), "sign"),
    "betas-swapped": Change(ADAM, ("= lr, beta1, beta2, eps => = lr, beta2, beta1, eps",)),
    "epsilon-after": Change(ADAM, ("(np.sqrt(v_hat) + self.eps) => np.sqrt(v_hat) + self.eps",)),
    "epsilon-squared": Change(ADAM, ("(np.sqrt(v_hat) + self.eps) => np.sqrt(v_hat + self.eps**2)",)),
    "class-state": Change(
        ADAM, ("        self.m, self.v = {}, {}\n => ", "class Adam: => class Adam:\n    m, v = {}, {}"), "shared_state"
    ),
    "l2": Change(
        ADAMW,
        (
            "self.lr * self.decay * params[k] + => ",
            "g in grads.items(): => g in grads.items():\n            g = g + self.decay * params[k]",
        ),
        "other",
    ),
    "one-velocity": Change(MOMENTUM, ('self.momentum * self.v["B"] => self.momentum * self.v["W"].mean(axis=0)',)),
    "no-velocity": Change(
        MOMENTUM, ('self.momentum * self.v["W"] => 0', 'self.momentum * self.v["B"] => 0'), "missing_term"
    ),
    "lr-ignored": Change(MOMENTUM, ("= lr, momentum => = 0.01, momentum",)),
    "assigned": Change(MOMENTUM, ("layer.B = layer.B + self.v => layer.B = + self.v",)),
    "from-one": Change(ADAGRAD, ("np.zeros_like(w) => np.ones_like(w)",), "wrong_state"),
    "not-accumulated": Change(ADAGRAD, ("self.h + dw * dw => dw * dw",), "overwritten"),
    "absolute": Change(ADAGRAD, ("dw * dw => np.abs(dw)",), "other"),
    "of-all-elements": Change(ADAGRAD, ("dw * dw => np.sum(dw * dw)",)),
    "no-root": Change(RMSPROP, ("np.sqrt(cache) => cache",), "other"),
    "state-lost": Change(RMSPROP, ('config["cache"] = cache => pass',)),
    "velocity-first": Change(NESTEROV, ("before = v.copy() => before = v",), "missing_term"),
    "local": Change(
        CLOSURE,
        ("return [p - learning_rate * g for => for", "grads)] => grads): p = p - learning_rate * g"),
        "overwritten",
    ),
    "beta1-twice": Change(COURSE, ("1 - beta2**t => 1 - beta1**t",), UNCORRECTED),
    "same-dict": Change(COURSE, ("{key: value.copy() for key, value in zeros.items()} => zeros",)),
    "delta-not-squared": Change(ADADELTA, ("d**2 => d",)),
}  # fmt: skip


@pytest.mark.parametrize("name", RIGHT)
def test_right(tmp_path: Path, name: str) -> None:
    code, pair = RIGHT[name]
    report = checked(tmp_path, code, "update_parameters_with_adam" if name == "course" else "")
    assert (report.verdict, report.pair) == ("correct", pair), report
    assert [q.name for q in report.quantities] == ["w"]


@pytest.mark.parametrize("name", WRONG)
def test_wrong(tmp_path: Path, name: str) -> None:
    code, cause = WRONG[name].applied(), WRONG[name].cause
    report = checked(tmp_path, code, "update_parameters_with_adam" if "def update_parameters" in code else "")
    assert report.verdict == "wrong", report
    assert [q.name for q in report.quantities if not q.agree] == ["w"]
    assert [c.id for c in report.causes] == ([cause] if cause else [])


def test_conventions_are_named(tmp_path: Path) -> None:
    assert "epsilon inside the root" in checked(tmp_path, INSIDE).conventions
    assert any("raw moment" in said for said in checked(tmp_path, RAW).conventions)


def test_what_cannot_be_called_is_said(tmp_path: Path) -> None:
    code = "class SGD:\n    def update(self, tape, context):\n        tape.run(context)\n"
    report = checked(tmp_path, code)
    assert report.verdict == "unsupported"
    assert "tried" in report.remark


def test_own_mistakes_crash(tmp_path: Path) -> None:
    report = checked(tmp_path, ADAM.replace("np.sqrt", "np.squareroot"))
    assert report.verdict == "crashed"
    assert "squareroot" in report.remark


LATE = (
    ("m_hat = m[k]", "m_hat = (m[k] if self.t < 12 else g)"),
    ("self.beta2**self.t", "self.beta2 ** min(self.t, 15)"),
    ("v[k] = self.beta2 * v.get(k, 0)", "v[k] = self.beta2 * (v.get(k, 0) if self.t % 10 else 0)"),
)


@pytest.mark.parametrize(("right", "late"), LATE)
def test_what_is_wrong_after_many_steps_only(right: str, late: str, tmp_path: Path) -> None:
    assert right in ADAM
    assert checked(tmp_path, ADAM).verdict == "correct"
    assert checked(tmp_path, ADAM.replace(right, late)).verdict == "wrong"
