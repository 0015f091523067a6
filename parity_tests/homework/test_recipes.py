"""The five source systems: complete, unfinished and mistaken notebooks, and every mistake made one at a time."""

import json
from pathlib import Path

import pytest

from reference.errors import RequestError
from reference.homework.recipes import all_recipes, check_all, find, of_system
from reference.homework.verdict import SymbolReport

SOURCES = Path(__file__).parent / "submissions" / "sources"
SYSTEMS = ("rnn-mnist", "three-layer-mlp", "simple-rnn", "cnn-tf", "two-layer-net")
STEMS = {system: system.replace("-", "_") for system in SYSTEMS}


def reports(system: str, path: Path, seed: int = 0) -> dict[str, SymbolReport]:
    """The report on each question of a system, by the name after the slash."""
    allow = ("tensorflow",) if system == "cnn-tf" else ()
    found = check_all(path, [recipe.name for recipe in of_system(system)], seed, None, allow)
    return {name.split("/")[1]: report for name, report in found.items()}


def of(system: str, kind: str) -> dict[str, SymbolReport]:
    return reports(system, SOURCES / f"{STEMS[system]}_{kind}.ipynb")


# what is left blank in each unfinished notebook; everything else in it is right
UNFINISHED = {
    "rnn-mnist": {"compute_cost", "backward_propagation", "update_parameters"},
    "three-layer-mlp": {"softmax_cross_entropy", "dsigmoid_du", "inference", "backward"},
    "simple-rnn": {
        "SimpleRNN.backward",
        "Softmax",
        "Hipo",
        "ScratchSimpleRNNClassifier",
        "ScratchDeepNeuralNetrowkClassifier",
    },
    "cnn-tf": {"convolution_examples", "pooling_examples", "Flatten", "Dense", "cost"},
    "two-layer-net": {"Affine", "SoftmaxWithLoss", "accuracy", "gradient", "gradient_check"},
}

# what is wrong in each mistaken notebook: the verdict and the mistakes found; everything else in it is right
MISTAKEN = {
    ("rnn-mnist", 1): {
        "init_parameters": {"he_uniform"},
        "softmax": {"softmax_whole_array"},
        "compute_cost": {"mean_of_elements"},
        "backward_propagation": {"no_sequence_length"},
        "update_parameters": {"bias_correction_without_exponent"},
    },
    ("rnn-mnist", 2): {
        "init_parameters": {"glorot_normal"},
        "forward_propagation": {"no_recurrence"},
        "compute_cost": {"divided_by_length"},
        "backward_propagation": {"state_after"},
        "update_parameters": {"epsilon_inside_root"},
    },
    ("three-layer-mlp", 1): {
        "softmax": {"softmax_whole_array"},
        "softmax_cross_entropy": {"mean_of_elements"},
        "sigmoid": {"sign_of_exponent"},
        "dsigmoid_du": {"takes_output"},
        "init_params": {"positive_only", "flat_bias"},
        "inference": {"transposed_output"},
        "backward": {"batch_divided_twice"},
        "update": {"ascent"},
    },
    ("three-layer-mlp", 2): {
        "softmax": {"softmax_other_axis"},
        "softmax_cross_entropy": {"averaged"},
        "sigmoid": {"sigmoid_overflows"},
        "dsigmoid_du": {"plus"},
        "init_params": {"scaled"},
        "inference": {"no_sigmoid"},
        "backward": {"sign", "no_slope", "bias_mean"},
    },
    ("simple-rnn", 1): {
        "SimpleRNN.forward": {"state_from_end"},
        "SimpleRNN.backward": {"reads_missing_attribute"},
        "FC": {"state_from_end", "reads_missing_attribute"},
        "ScratchSimpleRNNClassifier": set(),
        "ScratchDeepNeuralNetrowkClassifier": set(),
        "Hipo": {"tanh_squared"},
        "Softmax": {"softmax_whole_array"},
        "SGD": {"bias_ascends"},
        "SimpleInitializer": {"fan_out_normal"},
    },
    ("simple-rnn", 2): {
        "SimpleRNN.backward": {"updated_before_dx", "state_after", "batch_divided_twice"},
        "FC": set(),
        "ScratchSimpleRNNClassifier": set(),
        "ScratchDeepNeuralNetrowkClassifier": set(),
        "Hipo": {"of_argument"},
        "SimpleInitializer": {"fans_added"},
        "GetMiniBatch": set(),
    },
    ("cnn-tf", 1): {
        "convolution_examples": {"other_settings"},
        "pooling_examples": {"other_settings"},
        "Conv": {"bias_after_function", "fan_in_without_filter"},
        "Pooling": {"mean_for_max"},
        "Flatten": {"channels_first"},
        "Dense": {"glorot_uniform"},
        "cost": {"mean_of_elements"},
    },
    ("cnn-tf", 2): {
        "convolution_examples": {"other_filter"},
        "Conv": {"strides_ignored"},
        "Pooling": {"strides_are_ksize"},
        "Dense": {"no_function"},
        "cost": {"not_averaged"},
    },
    ("two-layer-net", 1): {
        "Affine": {"bias_mean"},
        "SoftmaxWithLoss": {"indices_not_averaged"},
        "accuracy": {"argmax_of_batch"},
    },
    ("two-layer-net", 2): {
        "softmax": {"softmax_whole_array"},
        "cross_entropy_error": {"not_averaged"},
        "Affine": {"bias_total"},
        "Relu": {"mask_reversed", "passes_at_zero", "relu_writes_into_x"},
        "SoftmaxWithLoss": {"not_averaged"},
        "accuracy": {"not_divided"},
        "gradient": set(),
        "gradient_check": set(),
    },
}
# those that cannot run at all, or are not in the file
NOT_WRONG = {
    ("simple-rnn", 1, "SimpleRNN.backward"): "crashed",
    ("simple-rnn", 1, "ScratchSimpleRNNClassifier"): "crashed",
    ("simple-rnn", 1, "ScratchDeepNeuralNetrowkClassifier"): "unfinished",
    ("simple-rnn", 2, "FC"): "unfinished",
    ("simple-rnn", 2, "ScratchSimpleRNNClassifier"): "unfinished",
    ("simple-rnn", 2, "ScratchDeepNeuralNetrowkClassifier"): "unfinished",
    ("simple-rnn", 2, "GetMiniBatch"): "unfinished",
    ("two-layer-net", 2, "gradient"): "crashed",
    ("two-layer-net", 2, "gradient_check"): "crashed",
}


@pytest.mark.parametrize("system", SYSTEMS)
def test_a_complete_notebook_is_right_in_everything(system):
    verdicts = {name: report.verdict for name, report in of(system, "complete").items()}
    assert set(verdicts.values()) == {"correct"}, verdicts


@pytest.mark.parametrize("system", SYSTEMS)
def test_blanks_are_unfinished_and_the_rest_is_right(system):
    verdicts = {name: report.verdict for name, report in of(system, "unfinished").items()}
    assert verdicts == {name: "unfinished" if name in UNFINISHED[system] else "correct" for name in verdicts}


@pytest.mark.parametrize(("system", "number"), MISTAKEN)
def test_mistakes_are_found_by_name_and_nothing_else(system, number):
    found = of(system, f"mistaken_{number}")
    expected = MISTAKEN[system, number]
    verdicts = {name: NOT_WRONG.get((system, number, name), "wrong") for name in expected}
    assert {name: report.verdict for name, report in found.items()} == {n: verdicts.get(n, "correct") for n in found}
    causes = {name: {c.id for c in found[name].causes} for name in expected}
    assert causes == expected
    assert all(cause.reproduces for report in found.values() for cause in report.causes)


@pytest.mark.parametrize("system", ["rnn-mnist", "three-layer-mlp", "simple-rnn", "two-layer-net"])
@pytest.mark.parametrize("seed", [1, 20_240_229])
def test_another_seed_gives_the_same_verdicts(system, seed):
    for kind in ("complete", "mistaken_1"):
        path = SOURCES / f"{STEMS[system]}_{kind}.ipynb"
        first, other = reports(system, path), reports(system, path, seed)
        assert {n: r.verdict for n, r in other.items()} == {n: r.verdict for n, r in first.items()}
        assert {n: [c.id for c in r.causes] for n, r in other.items()} == {
            n: [c.id for c in r.causes] for n, r in first.items()
        }


# one change to a complete notebook: what is replaced, by what, in which question it shows, and as which mistake
EDITS = [
    ("rnn-mnist", "np.tanh(a)", "a", "forward_propagation", "no_tanh"),
    ("rnn-mnist", "np.tanh(a)", "np.maximum(a, 0)", "forward_propagation", "relu_for_tanh"),
    ("rnn-mnist", "a = b + np.dot", "a = np.dot", "forward_propagation", "no_hidden_bias"),
    ("rnn-mnist", "o = c + np.dot", "o = np.dot", "forward_propagation", "no_output_bias"),
    ("rnn-mnist", "np.dot(X[:, t], U)", "np.dot(X[:, :, t], U)", "forward_propagation", "columns"),
    ("rnn-mnist", "np.dot(h[27], V)", "np.dot(h[26], V)", "forward_propagation", "last_but_one"),
    ("rnn-mnist", "y_pred = softmax(o)", "y_pred = o", "forward_propagation", "no_softmax"),
    ("rnn-mnist", "y_pred = softmax(o)", "y_pred = softmax(o, 0)", "forward_propagation", "softmax_axis"),
    ("rnn-mnist", "cost = -np.sum", "cost = np.sum", "compute_cost", "sign"),
    ("rnn-mnist", "np.log(y_pred)) / batch_size", "np.log(y_pred))", "compute_cost", "not_averaged"),
    ("rnn-mnist", "/ batch_size / seq_length", "/ seq_length", "backward_propagation", "no_batch_size"),
    ("rnn-mnist", "/ batch_size / seq_length", "/ batch_size", "backward_propagation", "no_sequence_length"),
    ("rnn-mnist", "/ batch_size / seq", "/ batch_size / batch_size / seq", "backward_propagation", "batch_twice"),
    ("rnn-mnist", "np.clip(grad, -1, 1, out=grad)", "np.clip(grad, -1, 1)", "backward_propagation", "not_clipped"),
    ("rnn-mnist", "np.clip(grad, -1, 1,", "np.clip(grad, -5, 5,", "backward_propagation", "clipped_at_5"),
    ("rnn-mnist", "np.dot(h[t - 1].T, da)", "np.dot(h[t].T, da)", "backward_propagation", "state_after"),
    ("rnn-mnist", "dh = np.dot(da, W.T)", "dh = np.dot(da, W)", "backward_propagation", "no_transpose"),
    ("rnn-mnist", "da = dh * (1 - h[t] ** 2)", "da = dh", "backward_propagation", "no_slope"),
    ("rnn-mnist", "(1 - h[t] ** 2)", "h[t] ** 2", "backward_propagation", "slope_squared"),
    ("rnn-mnist", "(1 - h[t] ** 2)", "(1 - h[t - 1] ** 2)", "backward_propagation", "slope_of_state_before"),
    ("rnn-mnist", "dh = np.dot(da, W.T)", "break", "backward_propagation", "last_step_only"),
    ("rnn-mnist", "delta_o = (y_pred - targets)", "delta_o = (targets - y_pred)", "backward_propagation", "sign"),
    ("rnn-mnist", "(1 - beta1 ** iteration)", "1", "update_parameters", ""),
    ("rnn-mnist", "** iteration)", "** (iteration + 1))", "update_parameters", "iteration_plus_one"),
    ("rnn-mnist", "(1 - beta2) * g ** 2", "(1 - beta2) * g", "update_parameters", "gradient_not_squared"),
    ("rnn-mnist", "(np.sqrt(v_hat) + eps)", "np.sqrt(v_hat + eps)", "update_parameters", "epsilon_inside_root"),
    ("rnn-mnist", "(np.sqrt(v_hat) + eps)", "(v_hat + eps)", "update_parameters", "no_root"),
    ("rnn-mnist", "eps = 1e-8", "eps = 1e-7", "update_parameters", "epsilon_1e-7"),
    ("rnn-mnist", "p -= alpha", "p += alpha", "update_parameters", "ascent"),
    ("rnn-mnist", "m[:] = beta1", "m = beta1", "update_parameters", ""),
    ("rnn-mnist", "np.zeros((1, class_num))", "np.ones((1, class_num))", "init_parameters", ""),
    ("three-layer-mlp", "np.clip(Y, 1e-8, 1 - 1e-8)", "Y + 1e-8", "softmax_cross_entropy", "epsilon_added"),
    ("three-layer-mlp", "Y = np.clip(Y, 1e-8, 1 - 1e-8)", "Y = Y", "softmax_cross_entropy", "not_clipped"),
    ("three-layer-mlp", "return -np.sum(D", "return np.sum(D", "softmax_cross_entropy", "sign"),
    ("three-layer-mlp", "1 / (1 + np.exp(-U))", "np.tanh(U)", "sigmoid", "tanh"),
    ("three-layer-mlp", "return z * (1 - z)", "return 1 - z", "dsigmoid_du", "not_multiplied"),
    ("three-layer-mlp", "return Z_3.T", "return Z_3", "inference", "transposed_output"),
    ("three-layer-mlp", "Delta_3 = Z_3 - D\\n", "Delta_3 = D - Z_3\\n", "backward", "sign"),
    ("three-layer-mlp", "dsigmoid_du(U_2) * np.dot", "dsigmoid_du(Z_2) * np.dot", "backward", "slope_of_output"),
    ("three-layer-mlp", "dsigmoid_du(U_2) * np.dot", "np.dot", "backward", "no_slope"),
    ("three-layer-mlp", "np.sum(Delta_3, axis=1, keepdims=True)", "np.sum(Delta_3, axis=1)", "backward", ""),
    ("three-layer-mlp", "np.dot(Delta_3, Z_2.T)", "np.dot(Delta_3, U_2.T)", "backward", "pre_activation"),
    ("three-layer-mlp", "W_3 = W_3 - eta", "W_3 = W_3 + eta", "update", ""),
    ("three-layer-mlp", "reduce_axis, keepdims=True)\\n    expU", "reduce_axis)\\n    expU", "softmax", ""),
    ("simple-rnn", "self.h[:, t] @ self.W_h + self.B", "self.h[:, t] @ self.W_h", "SimpleRNN.forward", "no_bias"),
    ("simple-rnn", "self.h[:, t] @ self.W_h", "self.h[:, t] @ self.W_h.T", "SimpleRNN.forward", "no_transpose"),
    ("simple-rnn", "carry = da @ self.W_h.T", "carry = da @ self.W_h", "SimpleRNN.backward", "no_transpose"),
    ("simple-rnn", "carry = da @ self.W_h.T", "pass", "SimpleRNN.backward", "last_step_only"),
    ("simple-rnn", "self.h[:, t].T @ da", "self.h[:, t + 1].T @ da", "SimpleRNN.backward", "state_after"),
    ("simple-rnn", "(1 - self.h[:, t + 1] ** 2)", "self.h[:, t + 1] ** 2", "SimpleRNN.backward", "slope_squared"),
    ("simple-rnn", "self.dB += da.sum(axis=0)", "self.dB += da.mean(axis=0)", "SimpleRNN.backward", "bias_mean"),
    ("simple-rnn", "dZ * (1 - self.Z ** 2)", "dZ * self.Z ** 2", "Hipo", "tanh_squared"),
    ("simple-rnn", "dZ * (1 - self.Z ** 2)", "dZ * (1 - np.tanh(self.Z) ** 2)", "Hipo", "of_output"),
    ("simple-rnn", "e / e.sum(axis=-1, keepdims=True)", "e / e.sum()", "Softmax", "softmax_whole_array"),
    ("simple-rnn", "return Z - y", "return y - Z", "Softmax", "sign"),
    ("simple-rnn", "dA @ self.W_x.T ", "dA @ self.W.T ", "FC", "reads_missing_attribute"),
    ("simple-rnn", "self.dB = dA.sum(axis=0)", "self.dB = dA.mean(axis=0)", "FC", "bias_mean"),
    ("simple-rnn", "layer.W_h -= self.lr * layer.dW_h", "pass", "SGD", "recurrent_weight_left"),
    ("simple-rnn", "layer.B -= self.lr", "layer.B -= 0.01", "SGD", ""),
    ("simple-rnn", "np.sqrt(2 / n_in)", "np.sqrt(2 / n_out)", "SimpleInitializer", "fan_out_normal"),
    ("simple-rnn", "self._y = y[shuffle_index]", "self._y = y", "GetMiniBatch", ""),
    ("simple-rnn", "dh[:, -1] = self.fc.backward(dA)", "self.fc.W_x *= 0", "ScratchSimpleRNNClassifier", ""),
    ("two-layer-net", "np.dot(self.x, self.W) + self.b", "np.dot(self.x, self.W)", "Affine", "no_bias"),
    ("two-layer-net", "return dx.reshape(*self.original_x_shape)", "return dx", "Affine", "not_reshaped"),
    ("two-layer-net", "(x <= 0)", "(x < 0)", "Relu", "passes_at_zero"),
    ("two-layer-net", "dx[self.mask] = 0", "dx[~self.mask] = 0", "Relu", "mask_reversed"),
    ("two-layer-net", "(self.y - self.t) / batch_size", "(self.y - self.t)", "SoftmaxWithLoss", ""),
    ("two-layer-net", "/ float(x.shape[0])", "", "accuracy", "not_divided"),
    ("two-layer-net", "return {key: numerical", "return {key: 2 * numerical", "numerical_gradient", "one_h"),
    ("two-layer-net", "return self.lastLayer.forward(", "return 6 * self.lastLayer.forward(", "loss", "not_averaged"),
    ("two-layer-net", "Affine(self.params['W1'],", "Affine(self.params['W1'].copy(),", "predict", ""),
    ("two-layer-net", "weight_init_std * np.random.randn", "np.random.randn", "predict", "not_scaled"),
]


def edited(system: str, old: str, new: str, folder: Path) -> Path:
    """The complete notebook with one text replaced by another everywhere."""
    text = (SOURCES / f"{STEMS[system]}_complete.ipynb").read_text(encoding="utf-8")
    book = json.loads(text)
    for cell in book["cells"]:
        cell["source"] = "".join(cell["source"]).replace(old.replace("\\n", "\n"), new.replace("\\n", "\n"))
    path = folder / "edited.ipynb"
    path.write_text(json.dumps(book), encoding="utf-8")
    assert path.read_text(encoding="utf-8") != json.dumps(json.loads(text))
    return path


@pytest.mark.parametrize(("system", "old", "new", "question", "cause"), EDITS)
def test_one_mistake_fails_its_question(system, old, new, question, cause, tmp_path):
    report = reports(system, edited(system, old, new, tmp_path))[question]
    assert report.verdict in ("wrong", "crashed")
    assert cause in {"", *(each.id for each in report.causes)}


# one change that is no mistake: a convention, or another way to write the same
HARMLESS = [
    ("rnn-mnist", "np.log(y_pred)", "np.log(y_pred + 1e-8)", "compute_cost", "1e-08 is added inside the logarithm"),
    ("rnn-mnist", "np.sum(da, axis=0, keepdims=True)", "np.sum(da, axis=0)", "backward_propagation", ""),
    ("rnn-mnist", "    return params\n", "", "update_parameters", ""),
    ("rnn-mnist", "params = (U, W, V, b, c)", "params = [U, W, V, b, c]", "init_parameters", ""),
    ("rnn-mnist", "np.dot(h[27], V)", "h[27] @ V", "forward_propagation", ""),
    ("three-layer-mlp", "Delta_3 = Z_3 - D", "Delta_3 = (Z_3 - D) / batch_size", "backward", "averaged"),
    ("three-layer-mlp", "Delta_3 = Z_3 - D", "Delta_3 = (Z_3 - D) / X.shape[1]", "update", "averaged"),
    ("three-layer-mlp", "eta * dLdW_", "eta / batch_size * dLdW_", "forward", ""),
    ("three-layer-mlp", "np.clip(Y, 1e-8, 1 - 1e-8)", "np.maximum(Y, 1e-8)", "softmax_cross_entropy", "1e-8 only"),
    ("three-layer-mlp", "X = X_train[perm[i:i + batch_size]].T", "Z_1 = X", "forward", ""),
    ("simple-rnn", "return Z - y", "return (Z - y) / len(y)", "Softmax", "averaged over the batch"),
    ("simple-rnn", "return self.h[:, 1:]", "return self.h[:, -1]", "SimpleRNN.forward", "returns the last state"),
    ("simple-rnn", "optimizer, activation=None", "optim, activation=None, *, n_sequences=0", "SGD", ""),
    ("two-layer-net", "h = 1e-4", "h = 1e-5", "numerical_gradient", "1e-05"),
    ("two-layer-net", " + 1e-7))", "))", "loss", ""),
]


@pytest.mark.parametrize(("system", "old", "new", "question", "said"), HARMLESS)
def test_a_convention_is_named_and_not_punished(system, old, new, question, said, tmp_path):
    report = reports(system, edited(system, old, new, tmp_path))[question]
    assert report.verdict == "correct", report
    assert said in " ".join(report.conventions)


@pytest.mark.parametrize(
    ("old", "new", "question", "cause"),
    [
        (
            "dx = dout.copy()\\n        dx[self.mask] = 0",
            "dout[self.mask] = 0\\n        dx = dout",
            "Relu",
            "relu_writes_into_dout",
        ),
        ("return dout * dx", "return dx", "SoftmaxWithLoss", "dout_ignored"),
        ("        x = x - np.max(x, axis=1, keepdims=True)\\n", "", "softmax", "softmax_overflows"),
    ],
)
def test_what_is_right_as_it_is_used_is_remarked_on(old, new, question, cause, tmp_path):
    report = reports("two-layer-net", edited("two-layer-net", old, new, tmp_path))[question]
    assert report.verdict == "correct"
    assert [each.id for each in report.causes] == [cause]
    assert report.remark.startswith("Right")


def test_a_wrong_helper_costs_its_own_question_only(tmp_path):
    path = edited("three-layer-mlp", "1 / (1 + np.exp(-U))", "1 / (1 + np.exp(U))", tmp_path)
    found = reports("three-layer-mlp", path)
    assert {name for name, report in found.items() if report.verdict != "correct"} == {"sigmoid"}
    assert "correct versions" in found["inference"].remark


def test_a_loop_that_does_not_end_costs_its_own_question_only(tmp_path):
    from reference.homework.process import Limits

    path = edited("rnn-mnist", "cost = -np.sum", "while True: pass\\n    cost = -np.sum", tmp_path)
    names = ["rnn-mnist/compute_cost", "rnn-mnist/softmax"]
    found = check_all(path, names, limits=Limits(seconds=1))
    assert [found[name].verdict for name in names] == ["crashed", "correct"]
    assert "1 second" in found[names[0]].remark


def test_a_symbol_that_is_not_there_is_unfinished(tmp_path):
    path = tmp_path / "empty.py"
    path.write_text("import numpy as np\n", encoding="utf-8")
    report = find("rnn-mnist/softmax").check(path)
    assert (report.verdict, report.remark) == ("unfinished", "There is no softmax in the file.")


def test_recipes_are_found_by_name():
    assert {name.split("/")[0] for name in all_recipes()} == set(SYSTEMS)
    assert all(find(name).name == name and find(name).title for name in all_recipes())
    with pytest.raises(RequestError, match=r"no recipe is called 'rnn-mnist/softmx'\. Close: rnn-mnist/softmax"):
        find("rnn-mnist/softmx")
