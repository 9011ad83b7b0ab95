"""A trainer for the contract of executors."""
