"""What is left of a training: reports, ONNX, model card."""
