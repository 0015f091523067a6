"""Step times of networks in NumPy and in the frameworks: workloads, ways to run them, measuring, the document."""
