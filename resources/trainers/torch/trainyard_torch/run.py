"""A training from a run directory's config to its artifacts."""

import os
import warnings
from pathlib import Path

import torch
import torch.utils.deterministic

from trainyard_torch.data.batches import EvaluationBatches, TrainingBatches
from trainyard_torch.data.dataset import ImageDataset
from trainyard_torch.data.decoding import white_of
from trainyard_torch.data.loading import choose_workers, loader
from trainyard_torch.data.splits import Labels, Splits, data_warnings, read_splits
from trainyard_torch.directory.config import Config
from trainyard_torch.directory.events import Events
from trainyard_torch.directory.failure import TrainerError
from trainyard_torch.directory.stop import Stop
from trainyard_torch.models.build import build_network, choose_size, class_weights
from trainyard_torch.models.network import Network, freeze_backbone
from trainyard_torch.reports.artifacts import finish
from trainyard_torch.tasks.classification import ClassificationTask
from trainyard_torch.tasks.detection import DetectionTask
from trainyard_torch.tasks.segmentation import SegmentationTask, check_masks
from trainyard_torch.tasks.task import Task
from trainyard_torch.training.checkpoint import basis_of
from trainyard_torch.training.machine import cpus, keep_freed_memory
from trainyard_torch.training.ranks import Ranks
from trainyard_torch.training.saving import Saver
from trainyard_torch.training.trainer import Images, Trainer, Workshop


def _task(config: Config, labels: Labels, size: tuple[int, int]) -> Task:
    names = config.task.class_names
    if config.task.type == "classification":
        return ClassificationTask(names)
    if config.task.type == "detection":
        return DetectionTask(names, labels, size)
    return SegmentationTask(names, labels, size, by_object=config.model.source == "ultralytics")


def _check(config: Config, splits: Splits, labels: Labels, events: Events) -> None:
    """What can be known of the data before the first step."""
    if config.task.type != "classification" and labels.file is None:
        raise TrainerError(
            "bad_data",
            f"The dataset has no annotations, which {config.task.type} needs",
            "Choose a dataset with boxes or masks, or train a classifier.",
        )
    if config.task.type == "classification" and labels.file is not None:
        raise TrainerError("bad_data", "The images of the dataset have no class each", "Choose a dataset of classes, or train a detector.")
    stop = config.training.early_stop
    if stop.enabled and not splits.val and stop.metric.startswith("val_"):
        raise TrainerError(
            "bad_config",
            f'training.earlyStop.metric is "{stop.metric}", but no image is kept for validation',
            "Set dataset.valSplit above 0, or stop on train_loss.",
        )
    for warning in data_warnings(splits, labels, config.task.class_names):
        events.log("warning", warning)
    if config.task.type == "detection" and labels.boxes == 0:
        raise TrainerError(
            "bad_data",
            f"None of the {sum(labels.objects.values())} objects of the dataset has a box",
            "Train a segmenter on it, or import it with boxes.",
        )
    if config.task.type == "segmentation":
        warning_of_masks = check_masks(labels, len(config.task.class_names))
        if warning_of_masks is not None:
            events.log("warning", warning_of_masks)


def _warn_of_config(config: Config, ranks: Ranks, events: Events) -> None:
    """What the config asks for and happens otherwise."""
    if config.resources.gpu_count > 0 and ranks.device.type != "cuda":
        events.log(
            "warning",
            f"resources.gpuCount is {config.resources.gpu_count}, but torch finds no GPU here: training on the processor.",
        )
    if config.task.type == "detection" and config.training.class_weights is not None:
        events.log("warning", "training.classWeights has no effect on detectors, whose losses balance classes by themselves.")


def _prepare_torch(seed: int, device: torch.device) -> None:
    torch.manual_seed(seed)
    if device.type == "cuda":
        torch.backends.cudnn.benchmark = True  # All batches have one size.
        return
    keep_freed_memory()
    torch.use_deterministic_algorithms(mode=True, warn_only=True)
    torch.utils.deterministic.fill_uninitialized_memory = False  # type: ignore[attr-defined]
    warnings.filterwarnings("ignore", message=".*does not have a deterministic implementation.*")
    if "OMP_NUM_THREADS" not in os.environ:
        torch.set_num_threads(cpus())


def _open_images(
    config: Config, splits: Splits, task: Task, size: tuple[int, int], ranks: Ranks, events: Events
) -> tuple[dict[str, Images], TrainingBatches, Images]:
    """The splits as they are judged, and the order and images of training."""
    white = white_of(splits.all)
    batch_size = config.training.batch_size
    own = -(-batch_size // ranks.count)
    workers, warning = choose_workers(config.resources.workers, cpus(), ranks.count, own * 3 * size[0] * size[1])
    if warning is not None:
        events.log("warning", warning)
    pin = ranks.device.type == "cuda"
    judged = {}
    for name in ("train", "val", "test"):
        entries = splits.of(name)
        if entries:
            dataset = ImageDataset(entries, task.read_truth, size, white)
            batches = EvaluationBatches(len(entries), own, ranks.rank, ranks.count)
            judged[name] = Images(dataset, loader(dataset, batches, workers, pin=pin))
    augmented = ImageDataset(splits.train, task.read_truth, size, white, config.dataset.augmentation, config.training.seed)
    order = TrainingBatches(len(splits.train), batch_size, config.training.seed, ranks.rank, ranks.count)
    return judged, order, Images(augmented, loader(augmented, order, workers, pin=pin))


def _describe(config: Config, network: Network, splits: Splits, ranks: Ranks) -> str:
    size = network.input_format
    count = sum(weight.numel() for weight in network.parameters())
    where = "the processor" if ranks.device.type == "cpu" else torch.cuda.get_device_name(ranks.device)
    processes = f" in {ranks.count} processes" if ranks.count > 1 else ""
    return (
        f"{config.model.source}/{config.model.name} with {count} weights on images of {size.width} × {size.height} pixels, on {where}"
        f"{processes}; classes: {len(config.task.class_names)}; images to train on: {len(splits.train)}, to validate: "
        f"{len(splits.val)}, to test: {len(splits.test)}."
    )


def run_training(directory: Path, config: Config, events: Events, stop: Stop, ranks: Ranks) -> dict[str, float]:
    """Trains what the run directory asks for and leaves model, reports and events there.

    Returns:
        the saved model's metrics

    Raises:
        StoppedError: the trainer was told to stop
        TrainerError: the config, the data or the machine is at fault

    """
    _prepare_torch(config.training.seed, ranks.device)
    _warn_of_config(config, ranks, events)
    splits, labels = read_splits(directory, config)
    _check(config, splits, labels, events)
    size, line = choose_size(config, splits)
    if line is not None:
        events.log("warning", line)
    task = _task(config, labels, size)
    judged, order, train = _open_images(config, splits, task, size, ranks, events)
    network, lines = build_network(config, size, class_weights(config, splits, labels))
    for line in [*lines, _describe(config, network, splits, ranks)]:
        events.log("info", line)
    if config.training.freeze_backbone:
        events.log("info", f"The backbone is frozen: {freeze_backbone(network)} weights learn.")
    saver = Saver(directory, basis_of(config, splits, network.input_format), config, events, ranks)
    workshop = Workshop(config, events, stop, ranks, task, train, order, judged.get("val"), len(splits.all))
    trainer = Trainer(workshop, network, saver)
    if config.resume is not None:
        saver.resume(trainer, Path(config.resume.path))
        events.log("info", f"Continuing from {config.resume.path}: epoch {trainer.state.epoch}, step {trainer.state.step}.")
    trainer.train()
    metrics = finish(workshop, trainer, saver, directory, judged)
    trainer.progress.report()
    return metrics
