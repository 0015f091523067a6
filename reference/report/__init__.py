"""What people and programs get to see of the results."""
