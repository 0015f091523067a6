"""From one framework to the other."""
