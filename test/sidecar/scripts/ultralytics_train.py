"""YOLO11n from scratch on red squares, as anybody trains it."""

import random
from pathlib import Path

from PIL import Image, ImageDraw
from ultralytics import YOLO

root = Path("shapes").resolve()
random.seed(0)
for split in ("train", "val"):
    images, labels = root / "images" / split, root / "labels" / split
    for folder in (images, labels):
        folder.mkdir(parents=True, exist_ok=True)
    for at in range(8):
        image = Image.new("RGB", (64, 64), "gray")
        x, y, side = random.randint(0, 40), random.randint(0, 40), 20
        ImageDraw.Draw(image).rectangle([x, y, x + side, y + side], fill="red")
        image.save(images / f"{at}.png")
        box = [(x + side / 2) / 64, (y + side / 2) / 64, side / 64, side / 64]
        (labels / f"{at}.txt").write_text(f"0 {' '.join(map(str, box))}\n")
(root / "data.yaml").write_text(f"path: {root}\ntrain: images/train\nval: images/val\nnames: [square]\n")

YOLO("yolo11n.yaml").train(data=root / "data.yaml", epochs=3, imgsz=64, batch=4, workers=0, device="cpu", plots=False)
