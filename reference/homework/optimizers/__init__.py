"""What moves weights: optimizers, the clipping of gradients, and schedules of the learning rate."""
