"""YOLO by Ultralytics, which a person installs who wants it: the package is AGPL-3.0, and no part or dependency of this trainer."""

import os
from pathlib import Path
from typing import Any, cast

import torch
from torch import Tensor, nn
from torch.nn import functional
from torchvision.ops import box_convert

from trainyard_torch.data.truth import ObjectTruth
from trainyard_torch.directory.config import Config
from trainyard_torch.directory.failure import TrainerError
from trainyard_torch.models.detection import Detector, select
from trainyard_torch.models.float32 import in_float32
from trainyard_torch.models.network import InputFormat
from trainyard_torch.models.weights import find_weights, load_weights, read_state


class YoloDetector(Detector):
    """`net` is Ultralytics' `DetectionModel` or `SegmentationModel`; images go in without a mean or deviation."""

    overlap = 0.7

    def __init__(self, net: Any, input_format: InputFormat) -> None:  # noqa: ANN401 - the package may be missing
        super().__init__(cast("nn.Module", net), input_format)
        self._last = len(net.model) - 1

    def head_names(self) -> tuple[str, ...]:
        return (f"model.{self._last}.",)

    def loss(self, images: Tensor, truths: list[ObjectTruth]) -> Tensor:
        net: Any = self.net
        total, _ = in_float32(net.loss)(self._batch(images, truths), net(images))
        loss: Tensor = total.sum() / len(images)  # Ultralytics has the sum over a batch.
        return loss

    def candidates(self, images: Tensor) -> tuple[Tensor, Tensor, list[Tensor]]:
        net: Any = self.net
        answers: Tensor = net(images)[0].float()
        if net.end2end:
            raise TrainerError("bad_config", "This model removes overlaps by itself", "Choose yolo11 or yolov8.")
        rows = answers.transpose(1, 2)
        half = rows[..., 2:4] / 2
        boxes = torch.cat([rows[..., :2] - half, rows[..., :2] + half], dim=-1)
        return boxes, rows[..., 4 : 4 + net.model[-1].nc], []

    def _batch(self, images: Tensor, truths: list[ObjectTruth]) -> dict[str, Tensor]:
        device = images.device
        scale = images.new_tensor([images.shape[-1], images.shape[-2]] * 2)
        boxes = torch.cat([truth.boxes for truth in truths])
        counts = torch.tensor([len(truth) for truth in truths], device=device)
        return {
            "img": images,
            "batch_idx": torch.repeat_interleave(torch.arange(len(truths), device=device), counts).float(),
            "cls": torch.cat([truth.labels for truth in truths]).float()[:, None],
            "bboxes": box_convert(boxes / scale, "xyxy", "cxcywh"),
        }


class YoloSegmenter(YoloDetector):
    """Finds objects with masks: answers `masks` [n, k, height / 4, width / 4] as well, each pixel from 0 to 1."""

    @property
    def outputs(self) -> tuple[str, ...]:
        return (*super().outputs, "masks")

    def candidates(self, images: Tensor) -> tuple[Tensor, Tensor, list[Tensor]]:
        net: Any = self.net
        answers, prototypes = net(images)[0]
        rows = answers.float().transpose(1, 2)
        classes = net.model[-1].nc
        half = rows[..., 2:4] / 2
        boxes = torch.cat([rows[..., :2] - half, rows[..., :2] + half], dim=-1)
        return boxes, rows[..., 4 : 4 + classes], [rows[..., 4 + classes :], prototypes.float()]

    def answers(self, images: Tensor, boxes: Tensor, scores: Tensor, more: list[Tensor]) -> tuple[Tensor, ...]:
        coefficients, prototypes = more
        chosen, best, labels, places = select(boxes, scores, self.overlap)
        own = coefficients.gather(1, places[..., None].expand(-1, -1, coefficients.shape[-1]))
        masks = torch.einsum("nkc,nchw->nkhw", own, prototypes).sigmoid()
        height, width = masks.shape[-2:]
        rows = (torch.arange(height, device=masks.device) + 0.5)[None, None, :, None] * (images.shape[-2] / height)
        columns = (torch.arange(width, device=masks.device) + 0.5)[None, None, None] * (images.shape[-1] / width)
        x1, y1, x2, y2 = (chosen[..., at, None, None] for at in range(4))
        inside = (rows >= y1) & (rows <= y2) & (columns >= x1) & (columns <= x2)
        return chosen, best, labels, masks * inside.to(masks)

    def _batch(self, images: Tensor, truths: list[ObjectTruth]) -> dict[str, Tensor]:
        size = (images.shape[-2] // 4, images.shape[-1] // 4)
        masks = torch.cat([cast("Tensor", truth.masks) for truth in truths]).float()
        small = functional.interpolate(masks[:, None], size, mode="area")[:, 0] if len(masks) else masks.new_zeros(0, *size)
        return {**super()._batch(images, truths), "masks": (small >= 0.5).float()}


def _import(config: Config) -> Any:  # noqa: ANN401
    # What it would write lies in the run directory's own place, and it looks for no newer release.
    os.environ.setdefault("YOLO_AUTOINSTALL", "false")
    os.environ.setdefault("YOLO_VERBOSE", "false")
    os.environ.setdefault("YOLO_CONFIG_DIR", str(Path(os.environ.get("TMPDIR", "/tmp")) / "trainyard-ultralytics"))  # noqa: S108
    try:
        import ultralytics
    except ImportError as error:
        raise TrainerError(
            "missing_package",
            f'The model "{config.model.name}" needs the package ultralytics, which is not installed',
            "It is licensed under AGPL-3.0, which may bind what you do with the model: read it, then run `pip install ultralytics` "
            "in this trainer's environment. All other models work without it.",
        ) from error
    return ultralytics


def _state(path: Path) -> dict[str, Tensor]:
    """The weights of a file, Ultralytics' own `.pt` among them, whose pickles hold its classes."""
    if path.suffix != ".pt":
        return read_state(path)
    from ultralytics.nn.tasks import torch_safe_load

    try:
        loaded, _ = torch_safe_load(str(path), safe_only=True)
    except Exception as error:
        raise TrainerError(
            "missing_weights", f'"{path}" can\'t be read: {str(error)[:300]}', "Use a file that Ultralytics wrote."
        ) from error
    model = loaded.get("ema") or loaded["model"]
    state: dict[str, Tensor] = model if isinstance(model, dict) else model.float().state_dict()
    return state


def build(config: Config, size: tuple[int, int]) -> tuple[Detector, list[str]]:
    """The detector (or, by a name with `-seg`, the segmenter), and lines for the log."""
    _import(config)
    from ultralytics.cfg import get_cfg
    from ultralytics.nn.tasks import DetectionModel, SegmentationModel

    name = config.model.name.removesuffix(".pt").removesuffix(".yaml")
    wants_masks = config.task.type == "segmentation"
    if name.endswith("-seg") != wants_masks:
        raise TrainerError(
            "bad_config",
            f'"{name}" is not for {config.task.type}',
            "Names of models for segmentation end in -seg, those for detection do not.",
        )
    weights = find_weights(config.model)
    try:
        kind = SegmentationModel if wants_masks else DetectionModel
        net = kind(f"{name}.yaml", nc=len(config.task.class_names), verbose=False)
    except (FileNotFoundError, OSError) as error:
        raise TrainerError("bad_config", f'Ultralytics has no model "{name}"', "Use yolo11n, yolo11s-seg, yolov8m, …") from error
    net.args = get_cfg(overrides={"overlap_mask": False})
    net.end2end = False
    lines = [
        "Ultralytics is licensed under AGPL-3.0; so may be what is made with it.",
        *([] if weights is None else [load_weights(net, _state(weights), weights)]),
    ]
    detector = YoloSegmenter if wants_masks else YoloDetector
    return detector(net, InputFormat(*size, (0.0, 0.0, 0.0), (1.0, 1.0, 1.0))), lines
