"""The answers of torchvision's detectors are torchvision's own."""

from typing import Any

import pytest
import torch

from tests.test_config import _with
from trainyard_torch.data.truth import ObjectTruth
from trainyard_torch.directory.config import parse_config
from trainyard_torch.models.torchvision_detectors import TorchvisionDetector, build

_size = (64, 96)


def _make(name: str) -> Any:
    torch.manual_seed(3)
    config, _ = parse_config(_with("model.name", name))
    detector, _ = build(config, _size)
    return detector.eval()


@pytest.mark.parametrize("name", ["fcos_resnet18_fpn", "retinanet_resnet18_fpn", "ssdlite320_mobilenet_v3_large"])
@torch.no_grad()
def test_the_surest_answers_are_those_of_torchvision(name: str) -> None:
    detector: TorchvisionDetector = _make(name)
    net: Any = detector.net
    net.score_thresh, net.nms_thresh = 0.0, 0.5
    for part, weight in net.head.named_parameters():
        if part.startswith("classification_head") and weight.ndim > 1:
            weight.normal_(
                0, 0.003 if name.startswith("retinanet") and "cls_logits" in part else 0.03
            )  # As they begin, all answers are equally sure.
    images = torch.rand(2, 3, *_size)
    for _ in range(30):  # The statistics of these images, without which deep layers see nothing.
        net.train()
        net.backbone(images)
        net.head(list(net.backbone(images).values()))
    net.eval()
    boxes, scores, labels = detector.predict(images)
    first = 0 if name.startswith(("fcos", "retinanet")) else 1
    for at, expected in enumerate(net(list(detector.normalise(images)))):
        order = expected["scores"].argsort(descending=True)[:10]
        assert scores[at, :10].tolist() == pytest.approx(expected["scores"][order].tolist(), abs=1e-5)
        for box, label in zip(expected["boxes"][order][:5], expected["labels"][order][:5], strict=True):
            same = ((boxes[at, :10] - box).abs().amax(dim=1) < 0.01) & (labels[at, :10] == label - first)
            assert same.any()


def test_faster_rcnn_learns_from_boxes_and_answers_within_the_image() -> None:
    detector: TorchvisionDetector = _make("fasterrcnn_resnet18_fpn")
    net: Any = detector.net
    net.rpn._pre_nms_top_n = net.rpn._post_nms_top_n = {"training": 20, "testing": 20}
    none = torch.zeros(1, dtype=torch.bool)
    truth = ObjectTruth(torch.tensor([[10.0, 10, 60, 50]]), torch.tensor([1]), none, none)
    with torch.no_grad():
        loss, (boxes, scores, labels) = detector.validate(torch.rand(1, 3, *_size), [truth])
    assert not net.training
    assert loss > 0
    assert boxes.shape == (1, scores.shape[1], 4)
    assert (boxes[..., [0, 2]] <= _size[1]).all()
    assert (boxes >= 0).all()
    assert set(labels.flatten().tolist()) <= {0, 1}
    assert (scores.diff(dim=1) <= 0).all()
