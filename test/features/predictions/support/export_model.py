"""Exports an untrained model as the torch trainer does, with what torch itself answers to images.

Arguments: the trainer's folder, a folder to write to, and as JSON `{"task", "source", "name", "size": [height, width]}` and
`[{"file", "width", "height", "maxValue"}]`. Writes `model.onnx`, `model.json`, `answers.json` and, of each image, `<number>.rgb` with the network's input.
"""

import json
import os
import re
import sys
from pathlib import Path

sys.path.insert(0, sys.argv[1])
os.environ["PYTHONPATH"] = sys.argv[1]  # ONNX Runtime answers in a process of its own.

import torch  # noqa: E402
from torch.nn.functional import interpolate  # noqa: E402
from trainyard_torch.data.decoding import decode, white_of  # noqa: E402
from trainyard_torch.data.manifest import ImageEntry  # noqa: E402
from trainyard_torch.directory.config import parse_config  # noqa: E402
from trainyard_torch.models.build import build_network  # noqa: E402
from trainyard_torch.reports.card import describe_model  # noqa: E402
from trainyard_torch.reports.onnx import compare, export_onnx  # noqa: E402

torch.set_num_threads(1)
torch.manual_seed(3)
folder, model, images = Path(sys.argv[2]), json.loads(sys.argv[3]), json.loads(sys.argv[4])
names = ["circle", "square", "triangle"]
config, _ = parse_config(
    {
        "protocol": 1,
        "runId": "r",
        "attempt": 1,
        "task": {"type": model["task"], "numClasses": 3, "classNames": names},
        "model": {"name": model["name"], "source": model["source"], "pretrained": False},
        "dataset": {"datasetId": "d", "version": 1, "root": "/", "annotations": "annotations.jsonl", "imageSize": model["size"]},
        "training": {"epochs": 1, "batchSize": 2, "learningRate": 1e-3, "optimizer": "sgd", "seed": 5},
    }
)
size = (model["size"][0], model["size"][1])
network, _ = build_network(config, size, None)
network.eval()
entries = [
    ImageEntry(
        **{"line": at, "file": one["file"], "path": one["file"], "label": 0, "sha256": None, "size": None, "channels": 3, "split": None},
        **{"width": one["width"], "height": one["height"], "max_value": one["maxValue"]},
    )
    for at, one in enumerate(images)
]
white = white_of(entries)
inputs = [decode(entry, *size, white) for entry in entries]
# Untrained networks fade out layer by layer, and are as sure of each place as of the next. They get the statistics of these images, and
# layers that decide between classes by these images.
batch = torch.stack(inputs).float() / 255
decisive = re.compile(
    r"(cls_logits|cls_score|classification_head\.module_list\.\d+\.1|class_labels_classifier|enc_score_head|class_embed\.\d+|cv3\.\d+\.2)$"
)


def spread_scores(layer: torch.nn.Module, scores: torch.Tensor) -> torch.Tensor:
    """Scales a layer so that its scores are as far apart as those of a trained one."""
    bias = layer.bias.view(-1, *[1] * (scores.ndim - 2)) if isinstance(layer, torch.nn.Conv2d) else layer.bias
    scale = 1 / (scores - bias).std().clamp(min=1e-6)
    shift = -scale * (scores - bias).mean()
    layer.weight.mul_(scale)
    layer.bias.fill_(shift)
    return (scores - bias) * scale + shift


def spread_once(layer: torch.nn.Module) -> None:
    def on_forward(_layer: torch.nn.Module, _given: object, scores: torch.Tensor) -> torch.Tensor:
        hook.remove()
        return spread_scores(layer, scores)

    hook = layer.register_forward_hook(on_forward)


for name, layer in network.net.named_modules():
    if isinstance(layer, torch.nn.BatchNorm2d):
        layer.momentum = None
        layer.reset_running_stats()
        layer.train()
    if decisive.search(name):
        spread_once(layer)
with torch.no_grad():
    network.predict(batch)
network.eval()
answers = []
for at, pixels in enumerate(inputs):
    (folder / f"{at}.rgb").write_bytes(pixels.permute(1, 2, 0).contiguous().numpy().tobytes())
    with torch.no_grad():
        outputs = network.predict(pixels[None].float() / 255)
    answer = {}
    for name, value in zip(network.outputs, outputs, strict=True):
        if name == "masks":  # Of each object, how much of the input it covers.
            answer["shares"] = (interpolate(value, size, mode="bilinear", align_corners=False) >= 0.5)[0].float().mean(dim=(1, 2)).tolist()
            continue
        regions = name == "probabilities" and value.dim() == 4
        answer[name] = (value.argmax(dim=1) if regions else value)[0].tolist()
    answers.append(answer)
about = describe_model(config, network, 1, {}, white)
(folder / "model.json").write_text(json.dumps(about))
content = export_onnx(network, batch[:2], about)
(folder / "model.onnx").write_bytes(content)
apart = compare(network, content, batch[::3])
(folder / "answers.json").write_text(json.dumps(answers))
sys.stdout.write(json.dumps(apart) + "\n")
