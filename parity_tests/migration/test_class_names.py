"""Pairs are found by the names that users know: classes and functions of the frameworks, as they write them."""

import pytest
from click.testing import CliRunner
from command_line import ONE_LINE, process

from reference.cli import main
from reference.commands.migrate import _pair_of
from reference.errors import RequestError
from reference.migration.facts import about


@pytest.mark.parametrize(
    ("name", "pair"),
    [
        ("LSTM", "lstm"),
        ("nn.LSTM", "lstm"),
        ("torch.nn.MSELoss", "mean_squared_error"),
        ("mseloss", "mean_squared_error"),
        ("F.mse_loss", "mean_squared_error"),
        ("keras.losses.MeanSquaredError", "mean_squared_error"),
        ("keras.layers.Conv2D", "conv2d"),
        ("Conv2d", "conv2d"),
        ("tf.keras.layers.Dense", "dense"),
        ("nn.Linear", "dense"),
        ("F.relu", "relu"),
        ("BatchNorm2d", "batch_norm2d"),
        ("nn.CrossEntropyLoss", "softmax_cross_entropy"),
        ("torch.optim.lr_scheduler.StepLR", "step_decay"),
        ("keras.layers.MaxPooling2D", "max_pool2d"),
        ("layers.GlobalAveragePooling1D", "global_avg_pool1d"),
        ("nn.Dropout2d", "spatial_dropout2d"),
    ],
)
def test_a_name_of_a_framework_is_its_pair(name: str, pair: str) -> None:
    assert _pair_of(name) == pair


@pytest.mark.parametrize(
    ("name", "several"),
    [
        ("keras.layers.BatchNormalization", "3 pairs: batch_norm1d, batch_norm2d, batch_norm3d"),
        ("nn.Upsample", "up_sampling1d, up_sampling2d"),
        ("Bidirectional", "bidirectional_gru, bidirectional_lstm"),
    ],
)
def test_several_are_listed(name: str, several: str) -> None:
    with pytest.raises(RequestError, match=several) as refused:
        _pair_of(name)
    assert "crosscheck migrate " in str(refused.value)


@pytest.mark.parametrize(
    ("name", "said"), [("gruu", "Close: gru"), ("nn.Frobnicate", "no pair is called"), ("nn.Linaer", "Close: Linear")]
)
def test_a_name_that_nobody_has_is_refused(name: str, said: str) -> None:
    with pytest.raises(RequestError, match=said):
        _pair_of(name)


@pytest.mark.parametrize(
    ("name", "names"),
    [
        ("clip_grad_norm_", ["clipnorm", "global_clipnorm"]),
        ("torch.nn.utils.clip_grad_value_", ["clipvalue"]),
        ("keras.utils.to_categorical", ["one_hot_labels"]),
        ("Tensor.detach", ["stop_gradient"]),
        ("model.frobnicate", []),
        ("eva", []),
    ],
)
def test_facts_are_found_by_what_they_tell_of(name: str, names: list[str]) -> None:
    assert about(name)[: len(names)] == names
    assert bool(about(name)) is bool(names)


def test_a_name_of_no_pair_shows_its_facts_as_they_are_run() -> None:
    result = CliRunner().invoke(main, ["migrate", "clip_grad_norm_"], prog_name="crosscheck")
    assert result.exit_code == 0, result.output
    assert "2 facts, run now" in result.output
    assert "off by " in result.output
    result = CliRunner().invoke(main, ["migrate", "clip_grad_norm_", "--code"], prog_name="crosscheck")
    assert result.exit_code == 2
    assert ONE_LINE.fullmatch(result.output), result.output


def test_a_slip_in_the_name_of_a_class_is_told() -> None:
    with pytest.raises(RequestError, match="BatchNormalization"):
        _pair_of("BatchNormalisation")


def test_a_name_that_nobody_has_is_one_line_in_a_new_process() -> None:
    done = process("migrate", "nn.Frobnicate")
    assert done.returncode == 2
    assert ONE_LINE.fullmatch(done.stderr), done.stderr


def test_on_the_command_line() -> None:
    result = CliRunner().invoke(
        main, ["migrate", "torch.nn.MSELoss", "--code", "--to", "keras"], prog_name="crosscheck"
    )
    assert result.exit_code == 0, result.output
    assert result.output.startswith("# mean_squared_error in Keras")
    result = CliRunner().invoke(main, ["migrate", "nn.Upsample"], prog_name="crosscheck")
    assert result.exit_code == 2
    assert len(result.output.strip().splitlines()) == 1
