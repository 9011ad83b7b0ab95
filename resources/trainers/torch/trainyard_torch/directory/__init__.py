"""The run directory: what is read from it and written to it, and how a trainer is stopped."""
