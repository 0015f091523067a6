"""What the tests of assignments share: one that is right."""

from pathlib import Path

GOOD = """
title = "Layers"
seed = 31415
[[question]]
id = "A"
symbol = "Dense"
pair = "dense"
points = 10
partial = { forward = 4, dw = 3.5 }
[[question]]
tag = "Step2 QuestionNumber3"
recipe = "rnn-mnist/softmax"
points = 2.5
partial = "even"
seconds = 3
tolerance = "rough"
"""
SYSTEMS = ["cnn-tf", "rnn-mnist", "simple-rnn", "three-layer-mlp", "two-layer-net"]


def written(folder: Path, text: str) -> Path:
    """An assignment's file."""
    path = folder / "hw.toml"
    path.write_text(text, encoding="utf-8")
    return path
