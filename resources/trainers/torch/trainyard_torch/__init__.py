"""Trains image models on PyTorch. Knows its run directory and nothing else (docs/run-directory.md)."""
