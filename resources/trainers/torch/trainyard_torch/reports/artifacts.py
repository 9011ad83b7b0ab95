"""Saves the best epoch's model and what it does on images that it was not trained on."""

import copy
import json
from pathlib import Path

import torch

from trainyard_torch.directory.durable import write_durably
from trainyard_torch.directory.events import Events
from trainyard_torch.models.network import Network
from trainyard_torch.reports.card import describe_model, write_card
from trainyard_torch.reports.onnx import compare, export_onnx
from trainyard_torch.training.checkpoint import tensors_to_bytes
from trainyard_torch.training.saving import Saver
from trainyard_torch.training.trainer import Images, Trainer, Workshop

#: Torch and ONNX Runtime add in another order; pixels of boxes are hundreds.
_tolerance = {"boxes": 0.5}
_usual_tolerance = 1e-3


class Artifacts:
    """Writes files and reports each."""

    def __init__(self, directory: Path, events: Events) -> None:
        self._directory = directory
        self._events = events

    def save(self, name: str, kind: str, media_type: str, content: bytes) -> None:
        write_durably(self._directory / "artifacts" / name, content)
        self._events.artifact(path=f"artifacts/{name}", kind=kind, name=name, media_type=media_type)

    def save_json(self, name: str, kind: str, content: object) -> None:
        self.save(name, kind, "application/json", f"{json.dumps(content, ensure_ascii=False)}\n".encode())


def finish(workshop: Workshop, trainer: Trainer, saver: Saver, directory: Path, splits: dict[str, Images]) -> dict[str, float]:
    """Saves model, reports, ONNX and card. Returns the final metrics."""
    best = trainer.state.best
    if best is None:
        raise RuntimeError("All epochs are done and none was the best.")
    network = trainer.judged
    if workshop.ranks.is_first:
        network.net.load_state_dict(saver.model())
    workshop.ranks.share_weights(network.net)
    split = next(name for name in ("test", "val", "train") if name in splits)
    judge = trainer.evaluator.judge(
        network,
        splits[split].dataset,
        splits[split].batches,
        workshop.task.judge(keep=True),
        trainer.tick,
        trainer.collect_broken,
    )
    trainer.share_broken()
    metrics = {**best.metrics, "best_epoch": float(best.epoch)}
    if split == "test":
        metrics |= judge.metrics("test")
    if not workshop.ranks.is_first:
        return metrics
    artifacts = Artifacts(directory, workshop.events)
    are_deep = any(entry.max_value is not None for one in splits.values() for entry in one.dataset.entries)
    white = splits[split].dataset.white if are_deep else None
    about = describe_model(workshop.config, network, best.epoch, metrics, white)
    artifacts.save("model.safetensors", "model", "application/octet-stream", tensors_to_bytes(network.net.state_dict(), about))
    artifacts.save_json("model.json", "model", about)
    for name, (kind, content) in judge.reports(split, best.epoch).items():
        artifacts.save_json(name, kind, content)
    onnx = _save_onnx(workshop, network, splits[split], about, artifacts)
    images = {name: len(one.dataset) for name, one in splits.items()}
    artifacts.save("model_card.md", "other", "text/markdown", write_card(workshop.config, about, onnx, images).encode())
    return metrics


def _save_onnx(
    workshop: Workshop, network: Network, images: Images, about: dict[str, object], artifacts: Artifacts
) -> dict[str, float] | str:
    """The model runs without ONNX: where it can't be written, that is a warning."""
    batch = next(one for one in images.batches if len(one) > 0)
    shown = batch.images[:3].float() / 255
    shown = torch.cat([shown] * 3)[:3]
    plain = copy.deepcopy(network).cpu().eval()
    try:
        content = export_onnx(copy.deepcopy(plain), shown, about)
        differences = compare(plain, content, shown)
    except Exception as error:  # noqa: BLE001 - the exporter raises whatever it likes
        why = f"There is no ONNX model: {type(error).__name__}: {str(error).splitlines()[0][:300] if str(error) else ''}"
        workshop.events.log("warning", why)
        return why
    artifacts.save("model.onnx", "model", "application/octet-stream", content)
    artifacts.save_json("onnx_check.json", "other", {"format": "trainyard/onnx-check", "version": 1, "differences": differences})
    far = {name: value for name, value in differences.items() if value > _tolerance.get(name.split(" ")[0], _usual_tolerance)}
    if far:
        workshop.events.log("warning", f"ONNX Runtime's answers differ from torch's: {far}.")
    return differences
