"""How fast the commands are and how they grow, beside other tools: ``python -m benchmarks``."""
