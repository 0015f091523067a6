"""Networks over letters: one function for the loss and all gradients, or one forward and one back."""
