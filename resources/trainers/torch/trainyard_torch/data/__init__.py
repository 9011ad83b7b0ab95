"""Images and their labels: read, divided, decoded, changed by chance and put together as batches."""
