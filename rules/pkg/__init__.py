"""Rules on the descriptor and the schemas themselves."""
