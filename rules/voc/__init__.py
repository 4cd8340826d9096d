"""Rules on the vocabulary."""
