"""One training loop for all tasks: steps, schedule, optimizer, checkpoints, several processes."""
