"""The adapters of the frameworks: weights and buffers go where their paths say, and nothing else is believed."""

import importlib
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from command_line import process

from reference.frameworks import Ran, framework
from reference.frameworks.imports import hidden
from reference.pair import FRAMEWORKS, Array, Twin

RNG = np.random.default_rng(5)
X, DY, W, B = (RNG.standard_normal(shape) for shape in ((2, 3), (2, 4), (3, 4), (4,)))
BUILD = {
    "torch": lambda torch, o: torch.nn.Linear(3, 4),
    "keras": lambda keras, o: keras.Sequential([keras.layers.Dense(4)]),
}
PATHS = {"torch": ("weight", "bias"), "keras": ("layers.0.kernel", "layers.0.bias")}


def laid(name: str, w: Array) -> Array:
    return w.T.copy() if name == "torch" else w


def run(name: str, module: Any, w: Array, paths: tuple[str, str]) -> Ran:
    return framework(name).run(module, [X], [True], DY, dict(zip(paths, (laid(name, w), B), strict=True)), {})


@pytest.mark.parametrize("name", FRAMEWORKS)
def test_every_run_has_the_weights_it_is_given(name: str) -> None:
    """The weights of a module are given anew each time, before and after the framework has made its own."""
    adapter = framework(name)
    module = adapter.build(Twin(BUILD[name]), SimpleNamespace(), "float64")
    for w in (W, 2 * W):
        ran = run(name, module, w, PATHS[name])
        np.testing.assert_allclose(ran.y, X @ w + B, rtol=1e-14)
        np.testing.assert_allclose(ran.inputs[0], DY @ w.T, rtol=1e-14)
        np.testing.assert_allclose(laid(name, ran.weights[PATHS[name][0]]), X.T @ DY, rtol=1e-14)
        np.testing.assert_allclose(ran.weights[PATHS[name][1]], DY.sum(axis=0), rtol=1e-14)
    assert adapter.uncovered(module, PATHS[name]) == []
    assert len(adapter.uncovered(module, PATHS[name][:1])) == 1


@pytest.mark.parametrize("name", FRAMEWORKS)
def test_a_weight_that_does_not_fit_is_refused(name: str) -> None:
    module = framework(name).build(Twin(BUILD[name]), SimpleNamespace(), "float64")
    with pytest.raises(ValueError, match="has shape"):
        run(name, module, RNG.standard_normal((3, 1)), PATHS[name])
    with pytest.raises(AttributeError, match="misspelt"):
        run(name, module, W, (PATHS[name][0].replace("0.", "0.misspelt_"), "misspelt"))


def test_keras_makes_no_variables_for_a_twin_and_keeps_none() -> None:
    """A variable without a value that Keras remembered would be made real, slowly, by whoever is next."""
    import keras

    module = framework("keras").build(Twin(BUILD["keras"]), SimpleNamespace(), "float64")
    run("keras", module, W, PATHS["keras"])
    with keras.StatelessScope():
        pass  # Keras gives all that it remembers a value at the end of this
    assert all(variable._value is None for variable in module.variables)


def test_keras_buffers_are_those_after_the_run() -> None:
    twin = Twin(lambda keras, o: keras.layers.BatchNormalization(momentum=0.75, scale=False, center=False))
    adapter = framework("keras")
    before = {"moving_mean": np.array([1.0, 2.0, 3.0]), "moving_variance": np.array([4.0, 5.0, 6.0])}
    for training in (True, False):
        module = adapter.build(twin, SimpleNamespace(), "float64")
        after = adapter.run(module, [X], [True], X, {}, before, training=training).buffers
        share = 0.25 if training else 0.0
        expected = {"moving_mean": X.mean(axis=0), "moving_variance": X.var(axis=0)}
        for path, value in before.items():
            np.testing.assert_allclose(after[path], value + share * (expected[path] - value), rtol=1e-14)


def test_keras_is_imported_without_what_it_only_offers_wrappers_for() -> None:
    """Scikit-learn and Matplotlib take two seconds; afterwards all can be imported, and what was there has stayed."""
    code = (
        "import sys; import reference.frameworks.keras\n"
        "print(sorted({'sklearn', 'matplotlib', 'scipy'} & set(sys.modules)))\n"
        "import sklearn, matplotlib.pyplot, scipy.sparse; print(sklearn.__name__, matplotlib.__name__, scipy.__name__)"
    )
    assert process(code=code).stdout.split() == ["[]", "sklearn", "matplotlib", "scipy"]
    with hidden("pytest", "json.tool"):
        assert sys.modules["pytest"] is pytest
        with pytest.raises(ImportError):
            importlib.import_module("json.tool")
    assert importlib.import_module("json.tool").__name__ == "json.tool"


def test_no_row_and_no_comparison_imports_a_compiler(tmp_path: Path) -> None:
    """PyTorch's takes as long as PyTorch itself, and SymPy is for it alone."""
    model = tmp_path / "model.py"
    model.write_text("import torch\nmodel = torch.nn.Linear(3, 2)\n", encoding="utf-8")
    code = (
        "import sys\nfrom reference.migration.build import build\nfrom reference.cli import main\n"
        "made = build(['adam', 'step_decay', 'lstm'], ['rnn_two_bias_lr', 'lr_exp', 'e2e_adam'], 1)\n"
        "print(made.wrong, len(made.rows))\n"
        f"try: main(['compare', {str(model)!r}, {str(model)!r}])\n"
        "finally: print(sorted({'torch._dynamo', 'torch._inductor', 'sympy'} & set(sys.modules)))"
    )
    done = process(code=code)
    lines = done.stdout.splitlines()
    assert (lines[0], lines[-1]) == ("[] 6", "[]"), done.stderr


def test_the_compiler_is_there_again_after_optimizers_did_without_it() -> None:
    """Also after an exception; what it answers them is not kept from it, and where it is imported it stays."""
    code = """
import sys, torch
from torch.optim import SGD, Optimizer
from reference.frameworks.imports import uncompiled
w = torch.nn.Parameter(torch.tensor([1.0]))
try:
    with uncompiled():
        optimizer = SGD([w], lr=0.5)
        w.grad = torch.tensor([1.0])
        optimizer.step()
        optimizer.zero_grad()
        stand_in = sys.modules["torch._dynamo"]
        raise KeyError
except KeyError:
    print(w.item(), w.grad, hasattr(stand_in, "optimize"), "torch._dynamo" in sys.modules)
print("__dynamo_disable" in vars(Optimizer.zero_grad.__wrapped__))
compiled = torch.compile(lambda x: 2 * x, backend="eager")
with uncompiled():
    print(compiled(w).item(), hasattr(torch._dynamo, "optimize"))
"""
    assert process(code=code).stdout.split() == ["0.5", "None", "False", "False", "False", "1.0", "True"]
