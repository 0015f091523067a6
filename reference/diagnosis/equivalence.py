"""Mutants that no check can tell from the right code, each with the reason."""

from reference.diagnosis.mutants import Mutant


def reason_of(mutant: Mutant) -> str:
    return ""
