"""Networks of timm, Hugging Face, torchvision and Ultralytics behind one way to train and to predict."""
