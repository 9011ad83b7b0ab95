"""A loop that logs by the package."""

from pathlib import Path

import torch
import trainyard

for epoch in range(1, 4):
    trainyard.log({"loss": torch.tensor(1 / epoch)}, step=epoch, epoch=epoch)
    trainyard.progress(epoch, 3)
trainyard.log_image("noise", torch.rand(3, 8, 8))
Path("weights.pt").write_bytes(b"weights")
trainyard.log_artifact("weights.pt")
