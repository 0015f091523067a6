"""What is done with labels beside losses: as rows of zeros and a one, and how many are predicted rightly."""
