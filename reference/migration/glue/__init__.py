"""What one framework lacks, composed of its own operations: `glue.torch` for PyTorch, `glue.keras` for Keras.

The twins of the pairs are built with it, so the parity suite verifies every part of it.
"""
