"""The process in which a submission runs: the standard library and NumPy only, started by path, never imports scratch.

The modules `values`, `steps` and `wire` are read on both sides; the rest runs in the process apart.
"""
