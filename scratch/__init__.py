"""Layers, losses and optimizers written from scratch in NumPy."""
