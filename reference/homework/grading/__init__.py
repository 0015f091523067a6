"""Assignments, and the points that many submissions get."""
