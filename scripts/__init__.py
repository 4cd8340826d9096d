"""Motion: one verb per module, run as ``python -m scripts.<verb>``."""
