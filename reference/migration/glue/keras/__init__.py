"""Parts that Keras lacks, composed of its own operations, one family a module."""
