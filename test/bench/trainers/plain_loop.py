"""A training loop as people write it, on the images and settings of a run directory: python plain_loop.py RUN_DIRECTORY.

Prints for each epoch the images per second, and per second of processor time of this process, as JSON: [[1.0, 1.0], …].
"""

import json
import sys
import time
from pathlib import Path

import timm
import torch
from PIL import Image
from torch import nn
from torch.utils.data import DataLoader, Dataset
from torchvision.transforms import v2


class Images(Dataset[tuple[torch.Tensor, int]]):
    """The images of the training split, with their classes."""

    def __init__(self, directory: Path, config: dict) -> None:
        names = config["task"]["classNames"]
        lines = [json.loads(line) for line in (directory / "dataset.jsonl").read_text().splitlines()]
        root = Path(config["dataset"]["root"])
        self.items = [(root / line["file"], names.index(line["class"])) for line in lines if line["split"] == "train"]
        side = config["dataset"]["imageSize"]
        self.transform = v2.Compose([v2.Resize((side, side)), v2.ToImage(), v2.ToDtype(torch.float32, scale=True)])

    def __len__(self) -> int:
        return len(self.items)

    def __getitem__(self, index: int) -> tuple[torch.Tensor, int]:
        file, label = self.items[index]
        return self.transform(Image.open(file).convert("RGB")), label


def main() -> None:
    directory = Path(sys.argv[1])
    config = json.loads((directory / "config.json").read_text())
    training = config["training"]
    torch.manual_seed(training["seed"])
    workers = config["resources"]["workers"]
    loader = DataLoader(
        Images(directory, config),
        batch_size=training["batchSize"],
        shuffle=True,
        num_workers=workers,
        persistent_workers=workers > 0,
    )
    network = timm.create_model(config["model"]["name"], num_classes=len(config["task"]["classNames"]))
    normalize = v2.Normalize([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])
    optimizer = torch.optim.Adam(network.parameters(), lr=training["learningRate"])
    loss_of = nn.CrossEntropyLoss()
    epochs = []
    for _ in range(training["epochs"]):
        network.train()
        started_at, cpu_at, seen, total = time.monotonic(), time.process_time(), 0, 0.0
        for images, labels in loader:
            loss = loss_of(network(normalize(images)), labels)
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            optimizer.step()
            total += loss.item()
            seen += len(labels)
        epochs.append([seen / (time.monotonic() - started_at), seen / (time.process_time() - cpu_at)])
    print(json.dumps(epochs))


if __name__ == "__main__":
    main()
