"""torchvision's detectors: Faster R-CNN, RetinaNet and FCOS on any of its ResNets, SSD and SSDlite."""

import re
from typing import Any, cast

import torch
from torch import Tensor, nn
from torchvision.models import detection
from torchvision.models.detection.backbone_utils import resnet_fpn_backbone
from torchvision.models.detection.image_list import ImageList
from torchvision.models.detection.transform import GeneralizedRCNNTransform
from torchvision.ops import FrozenBatchNorm2d, roi_align
from torchvision.ops.feature_pyramid_network import LastLevelP6P7

from trainyard_torch.data.truth import ObjectTruth
from trainyard_torch.directory.config import Config
from trainyard_torch.directory.failure import TrainerError
from trainyard_torch.models.detection import Detector, select
from trainyard_torch.models.float32 import answer_in_float32, take_float32
from trainyard_torch.models.network import InputFormat
from trainyard_torch.models.weights import find_weights, load_weights, read_state

_mean = (0.485, 0.456, 0.406)
_deviation = (0.229, 0.224, 0.225)
_ssd = ("ssd300_vgg16", "ssdlite320_mobilenet_v3_large")
_pyramid = re.compile(r"^(fasterrcnn|retinanet|fcos)_(resnet\d+|resnext\d+_\w+|wide_resnet\d+_2)_fpn$")


class TorchvisionDetector(Detector):
    """`net` is one of torchvision's; it gets images in their final size, so that its own resizing does nothing."""

    def __init__(self, net: Any, input_format: InputFormat) -> None:  # noqa: ANN401 - torchvision's detectors have no class in common
        super().__init__(cast("nn.Module", net), input_format)
        self._kind = type(net).__name__
        #: Whether the classes begin at 1, behind the background.
        self._first_label = 0 if self._kind in ("RetinaNet", "FCOS") else 1
        low, high = sorted((input_format.height, input_format.width))
        # Boxes and losses follow from what the heads give and from anchors, whose type is that of the maps.
        two_stages = self._kind == "FasterRCNN"
        answer_in_float32(*([net.rpn.head, net.roi_heads.box_predictor] if two_stages else [net.head]))
        take_float32((net.rpn if two_stages else net).anchor_generator)
        net.transform = GeneralizedRCNNTransform(low, high, [0.0] * 3, [1.0] * 3, _skip_resize=True)

    def head_names(self) -> tuple[str, ...]:
        return ("head.", "rpn.", "roi_heads.", "backbone.fpn.")

    def loss(self, images: Tensor, truths: list[ObjectTruth]) -> Tensor:
        targets = [{"boxes": truth.boxes, "labels": truth.labels + self._first_label} for truth in truths]
        losses: dict[str, Tensor] = self.net(list(images), targets)
        return torch.stack(list(losses.values())).sum()

    def validation_loss(self, images: Tensor, truths: list[ObjectTruth]) -> Tensor:
        # The losses stand in the training's branch; the layers below keep their mode, so that nothing is learned or dropped.
        modules = [part for name, part in self.net.named_modules() if name in ("", "rpn", "roi_heads")]
        for module in modules:
            module.training = True
        try:
            return self.loss(images, truths)
        finally:
            for module in modules:
                module.training = False

    def candidates(self, images: Tensor) -> tuple[Tensor, Tensor, list[Tensor]]:
        net: Any = self.net
        features: dict[str, Tensor] = net.backbone(images)
        if self._kind == "FasterRCNN":
            return (*_two_stages(net, images, features), [])
        maps = list(features.values())
        size = (self.input_format.height, self.input_format.width)
        anchors = net.anchor_generator(ImageList(images, [size]), maps)[0]
        heads: dict[str, Tensor] = net.head(maps)
        if self._kind == "FCOS":
            scores = (heads["cls_logits"].sigmoid() * heads["bbox_ctrness"].sigmoid()).sqrt()
            return _from_distances(heads["bbox_regression"], anchors), scores, []
        if self._kind == "RetinaNet":
            return _from_offsets(heads["bbox_regression"], anchors, (1.0, 1.0, 1.0, 1.0)), heads["cls_logits"].sigmoid(), []
        scores = heads["cls_logits"].softmax(dim=-1)[..., 1:]
        return _from_offsets(heads["bbox_regression"], anchors, (10.0, 10.0, 5.0, 5.0)), scores, []


def _from_distances(regression: Tensor, anchors: Tensor) -> Tensor:
    """FCOS: distances [n, a, 4] to the sides, in units of the anchors [a, 4], from their centres. Returns boxes [n, a, 4]."""
    centres = (anchors[:, :2] + anchors[:, 2:]) / 2
    sizes = anchors[:, 2:] - anchors[:, :2]
    low = centres - regression[..., :2] * sizes
    high = centres + regression[..., 2:] * sizes
    return torch.cat([low, high], dim=-1)


def _from_offsets(regression: Tensor, anchors: Tensor, weights: tuple[float, float, float, float]) -> Tensor:
    """R-CNN's offsets [n, a, 4] of centre and logarithmic size from anchors [a, 4] or [n, a, 4]. Returns boxes [n, a, 4]."""
    sizes = anchors[..., 2:] - anchors[..., :2]
    centres = anchors[..., :2] + sizes / 2
    offsets = regression / regression.new_tensor(weights)
    middle = centres + offsets[..., :2] * sizes
    half = offsets[..., 2:].clamp(max=4.135).exp() * sizes / 2  # log(1000 / 16): no box grows further in one step
    return torch.cat([middle - half, middle + half], dim=-1)


def _two_stages(net: Any, images: Tensor, features: dict[str, Tensor]) -> tuple[Tensor, Tensor]:  # noqa: ANN401
    """Faster R-CNN's second answers: boxes [n, p · classes, 4] of p proposals, each for one class, and their scores [n, p · classes, classes]."""
    maps = list(features.values())
    height, width = images.shape[-2:]
    anchors = net.rpn.anchor_generator(ImageList(images, [(height, width)]), maps)[0]
    objectness, regression = net.rpn.head(maps)
    scores = torch.cat([one.permute(0, 2, 3, 1).flatten(1) for one in objectness], dim=1)[..., None].sigmoid()
    offsets = torch.cat([_rows(one, 4) for one in regression], dim=1)
    limits = images.new_tensor([width, height, width, height])
    proposals, _, _, _ = select(_inside(_from_offsets(offsets, anchors, (1.0, 1.0, 1.0, 1.0)), limits), scores, 0.7)
    pooled = _pool(net, features, proposals, (height, width))
    logits, changes = net.roi_heads.box_predictor(net.roi_heads.box_head(pooled))
    count = proposals.shape[1]
    classes = logits.shape[-1] - 1
    by_class = logits.softmax(dim=-1)[:, 1:].reshape(-1, count, classes)
    changes = changes.reshape(-1, count, classes + 1, 4)[:, :, 1:]
    refined = _from_offsets(changes, proposals[:, :, None], (10.0, 10.0, 5.0, 5.0))
    only_own = by_class[:, :, :, None] * torch.eye(classes, device=logits.device)
    return _inside(refined, limits).flatten(1, 2), only_own.flatten(1, 2)


def _rows(values: Tensor, last: int) -> Tensor:
    """A head's map [n, anchors · last, height, width] as [n, height · width · anchors, last]."""
    count, channels, height, width = values.shape
    return values.view(count, channels // last, last, height, width).permute(0, 3, 4, 1, 2).reshape(count, -1, last)


def _inside(boxes: Tensor, limits: Tensor) -> Tensor:
    return torch.minimum(boxes.clamp(min=0), limits)


def _pool(net: Any, features: dict[str, Tensor], proposals: Tensor, size: tuple[int, int]) -> Tensor:  # noqa: ANN401
    """Features [n · p, channels, 7, 7] under proposals [n, p, 4], each from the level of the pyramid that fits its size (Lin et al. 2017)."""
    flat = proposals.reshape(-1, 4)
    images = torch.arange(proposals.shape[0], device=flat.device)[:, None].expand(-1, proposals.shape[1]).reshape(-1, 1)
    regions = torch.cat([images.to(flat), flat], dim=1)
    pooler = net.roi_heads.box_roi_pool
    maps = [features[name] for name in pooler.featmap_names if name in features]
    sides = ((flat[:, 2] - flat[:, 0]) * (flat[:, 3] - flat[:, 1])).clamp(min=0).sqrt()
    levels = (4 + torch.log2(sides / 224 + 1e-6)).floor().clamp(2, 1 + len(maps)) - 2
    result: Tensor | None = None
    for level, one in enumerate(maps):
        pooled = roi_align(one, regions, pooler.output_size, one.shape[-2] / size[0], pooler.sampling_ratio)
        own = pooled * (levels == level).to(pooled)[:, None, None, None]
        result = own if result is None else result + own
    return cast("Tensor", result)


def build(config: Config, size: tuple[int, int]) -> tuple[Detector, list[str]]:
    """The detector, and lines for the log."""
    name, classes = config.model.name, len(config.task.class_names)
    weights = find_weights(config.model)
    found = _pyramid.match(name)
    if found is None and name not in _ssd:
        raise TrainerError(
            "bad_config",
            f'torchvision has no detector "{name}"',
            f"Use {', '.join(_ssd)}, or fasterrcnn_, retinanet_ or fcos_ with a ResNet: fcos_resnet18_fpn, retinanet_resnet50_fpn, …",
        )
    if found is None:
        net = getattr(detection, name)(weights=None, weights_backbone=None, num_classes=classes + 1)
    else:
        # As in torchvision: statistics that were learned from far larger batches stay as they are.
        norm = nn.BatchNorm2d if weights is None else FrozenBatchNorm2d
        kind = {"fasterrcnn": detection.FasterRCNN, "retinanet": detection.RetinaNet, "fcos": detection.FCOS}[found[1]]
        more: dict[str, Any] = {}
        if found[1] != "fasterrcnn":
            more = {"returned_layers": [2, 3, 4], "extra_blocks": LastLevelP6P7(256, 256)}
        backbone = resnet_fpn_backbone(backbone_name=found[2], weights=None, norm_layer=norm, trainable_layers=5, **more)
        net = kind(backbone, num_classes=classes + (1 if found[1] == "fasterrcnn" else 0))
    lines = [] if weights is None else [load_weights(net, read_state(weights), weights)]
    return TorchvisionDetector(net, InputFormat(*size, _mean, _deviation)), lines
