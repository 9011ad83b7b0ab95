"""Where 16 bits are enough, and where they are not."""

import importlib.util
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor
from torch.amp.grad_scaler import GradScaler
from torch.nn import functional
from torch.overrides import TorchFunctionMode

from tests.shapes import class_names, make_run
from tests.trainer import train_well
from trainyard_torch.data.truth import ClassTruth, ObjectTruth, RegionTruth, Truth
from trainyard_torch.directory.config import parse_config
from trainyard_torch.models.build import build_network
from trainyard_torch.models.network import Network
from trainyard_torch.training import trainer
from trainyard_torch.training.precision import Precision

_size = (64, 64)
_cpu = torch.device("cpu")
_needs_ultralytics = pytest.mark.skipif(importlib.util.find_spec("ultralytics") is None, reason="ultralytics is not installed")
_families = [
    ("classification", "timm", "test_resnet"),
    ("classification", "timm", "test_vit"),
    ("classification", "huggingface", "microsoft/resnet-18"),
    ("detection", "torchvision", "fcos_resnet18_fpn"),
    ("detection", "torchvision", "retinanet_resnet18_fpn"),
    ("detection", "torchvision", "fasterrcnn_resnet18_fpn"),
    ("detection", "torchvision", "ssdlite320_mobilenet_v3_large"),
    ("detection", "huggingface", "PekingU/rtdetr_r18vd"),
    ("detection", "huggingface", "facebook/detr-resnet-50"),
    pytest.param("detection", "ultralytics", "yolo11n", marks=_needs_ultralytics),
    ("segmentation", "huggingface", "nvidia/mit-b0"),
    ("segmentation", "torchvision", "deeplabv3_mobilenet_v3_large"),
    pytest.param("segmentation", "ultralytics", "yolo11n-seg", marks=_needs_ultralytics),
]
#: What losses and boxes are made of, and layers are not.
_arithmetic = {
    *(torch.min, torch.max, torch.minimum, torch.maximum, torch.exp, torch.log, torch.cdist, Tensor.min, Tensor.max, Tensor.exp),
    *(Tensor.log, functional.binary_cross_entropy_with_logits, functional.cross_entropy, functional.l1_loss, functional.smooth_l1_loss),
}


class _Watch(TorchFunctionMode):
    """Collects which of the arithmetic was given numbers of 16 bits."""

    def __init__(self) -> None:
        super().__init__()
        self.narrow: set[str] = set()

    def __torch_function__(self, func: Callable[..., Any], types: Any, args: tuple[Any, ...] = (), kwargs: Any = None) -> Any:
        del types
        if func in _arithmetic and any(isinstance(one, Tensor) and one.dtype in (torch.bfloat16, torch.float16) for one in args):
            self.narrow.add(func.__name__)
        return func(*args, **(kwargs or {}))


def _build(task: str, source: str, name: str) -> Network:
    document = {
        "protocol": 1,
        "runId": "r",
        "attempt": 1,
        "task": {"type": task, "numClasses": 3, "classNames": list(class_names)},
        "model": {"source": source, "name": name},
        "dataset": {"datasetId": "d", "version": 1, "root": "/d", "annotations": None if task == "classification" else "a.jsonl"},
        "training": {"epochs": 1, "batchSize": 2, "learningRate": 1e-3, "optimizer": "adamw", "seed": 3},
    }
    config, _ = parse_config(document)
    return build_network(config, _size, None)[0].train()


def _truth(task: str, source: str, label: int) -> Truth:
    if task == "classification":
        return ClassTruth(label)
    map_ = torch.zeros(_size, dtype=torch.uint8)
    map_[16:48, 10:42] = 1
    if task == "segmentation" and source != "ultralytics":
        return RegionTruth(map_ * (label + 1))
    none = torch.zeros(1, dtype=torch.bool)
    return ObjectTruth(torch.tensor([[10.0, 16, 42, 48]]), torch.tensor([label]), none, none, map_[None])


def _spoil_memory() -> None:
    """What is given back here is what the next tensors lie in."""
    spoilt = [torch.full((2**power,), torch.nan) for power in range(10, 23)]
    del spoilt


def _learn(network: Network, truths: list[Truth], *, amp: bool) -> float:
    network.zero_grad(set_to_none=True)
    images = torch.rand(2, 3, *_size, generator=torch.Generator().manual_seed(1))
    torch.manual_seed(5)
    with Precision(_cpu, amp=amp).cast():
        loss = network(images, truths, None, 1.0)["loss"]
    assert loss.dtype == torch.float32
    _spoil_memory()
    loss.backward()
    return float(loss.item())


@pytest.mark.parametrize(("task", "source", "name"), _families)
def test_with_16_bits_in_the_layers_losses_and_boxes_have_32_and_gradients_are_finite(task: str, source: str, name: str) -> None:
    network = _build(task, source, name)
    truths = [_truth(task, source, label) for label in (0, 2)]
    expected = _learn(network, truths, amp=False)
    with _Watch() as watch:
        loss = _learn(network, truths, amp=True)
    assert loss == pytest.approx(expected, rel=0.05)
    assert watch.narrow == set()
    broken = [part for part, weight in network.named_parameters() if weight.grad is not None and not weight.grad.isfinite().all()]
    assert broken == []


def test_a_convolution_whose_stride_is_wider_than_its_input_takes_no_gradient_from_stale_memory() -> None:
    convolution = torch.nn.Conv2d(64, 64, 3, stride=2, padding=1)
    images = torch.randn(2, 64, 1, 1)
    with Precision(_cpu, amp=True).cast():
        answers = convolution(images)
    _spoil_memory()
    answers.sum().backward()
    unseen = convolution.weight.grad.clone()  # type: ignore[union-attr]
    unseen[:, :, 1, 1] = 0
    assert unseen.abs().max() == 0


@contextmanager
def _fp16_with_a_scale_that_overflows(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Precision]]:
    made: list[Precision] = []

    class Half(Precision):
        def __init__(self, device: torch.device, *, amp: bool) -> None:
            super().__init__(device, amp=amp)
            self.type = torch.float16
            self.scaler = GradScaler("cpu", init_scale=2.0**40, backoff_factor=2.0**-10)
            made.append(self)

    with monkeypatch.context() as patched:
        patched.setattr(trainer, "Precision", Half)
        yield made


@pytest.mark.parametrize("optimizer", ["adamw", "sgd", "rmsprop"])
def test_scaled_gradients_that_overflow_are_skipped_and_the_training_goes_on(
    runs: Path, monkeypatch: pytest.MonkeyPatch, optimizer: str
) -> None:
    training = {"epochs": 4, "batchSize": 6, "amp": True, "optimizer": optimizer, "gradientClip": 1}
    directory = make_run(runs, "classification", ("timm", "test_resnet"), images=24, size=32, training=training)
    with _fp16_with_a_scale_that_overflows(monkeypatch) as made:
        ended = train_well(directory)
    assert 0 < made[0].scaler.get_scale() < 2.0**40
    losses = [loss for (loss,) in ended.curve("train_loss").values()]
    assert len(losses) == 12
    assert all(isinstance(loss, float) for loss in losses)
    assert json.loads((directory / "config.json").read_text())["training"]["amp"]
