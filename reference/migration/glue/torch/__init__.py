"""Parts that PyTorch lacks, composed of its own operations, one family a module."""
