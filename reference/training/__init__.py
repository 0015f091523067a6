"""Training side by side: the same weights, batches and hyper-parameters in NumPy and in both frameworks."""
