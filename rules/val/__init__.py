"""Rules on values and their combinations."""
