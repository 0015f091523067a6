"""What the ways to run a training step are called; imports nothing, so that the command line is there at once."""

EAGER, CHANNELS_LAST, COMPILED = "torch", "torch-channels-last", "torch-compiled"
FUNCTION, XLA, TRAIN_ON_BATCH = "tensorflow", "tensorflow-xla", "keras"
MODES: dict[str, tuple[str, ...]] = {
    "torch": (EAGER, CHANNELS_LAST, COMPILED),
    "keras": (FUNCTION, XLA, TRAIN_ON_BATCH),
}
