"""What is made of layers: networks as a whole, containers, and models that learn."""
