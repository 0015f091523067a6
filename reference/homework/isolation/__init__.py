"""The process apart in which submissions run: fenced in, asked step by step, its answers checked."""
