"""Homework: read a submission as it is, run it apart, say what is right and what is wrong, and grade it."""
