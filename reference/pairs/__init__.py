"""The pairs, one module a family, with the stems of scratch/."""
