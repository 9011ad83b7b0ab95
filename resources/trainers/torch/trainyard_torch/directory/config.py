"""`config.json` of a run directory (docs/run-directory.md): read strictly, every wrong field named."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast

from trainyard_torch.directory.failure import TrainerError
from trainyard_torch.directory.fields import Fields, Findings

TaskType = Literal["classification", "detection", "segmentation"]
Source = Literal["timm", "huggingface", "torchvision", "ultralytics"]
sources: dict[str, tuple[str, ...]] = {
    "classification": ("timm", "huggingface"),
    "detection": ("torchvision", "huggingface", "ultralytics"),
    "segmentation": ("torchvision", "huggingface", "ultralytics"),
}
optimizers = ("sgd", "adam", "adamw", "rmsprop")
schedulers = ("cosine", "step", "plateau", "onecycle", "linear", "none")
#: Names of `earlyStop.metric` by task, and whether more is better.
metric_directions: dict[str, dict[str, bool]] = {
    "classification": {
        **{"val_loss": False, "val_accuracy": True, "train_loss": False, "train_accuracy": True},
        **{"val_precision": True, "val_recall": True, "val_f1": True},
    },
    "detection": {"val_loss": False, "train_loss": False, "val_map50": True, "val_map50_95": True},
    "segmentation": {"val_loss": False, "train_loss": False, "val_miou": True, "val_accuracy": True},
}
largest_side = 4096


@dataclass(frozen=True)
class Task:
    type: TaskType
    class_names: tuple[str, ...]


@dataclass(frozen=True)
class Model:
    name: str
    source: Source
    pretrained: bool
    pretrained_weights: str | None


@dataclass(frozen=True)
class Augmentation:
    random_flip: bool
    random_rotation: float  # degrees
    color_jitter: bool
    mixup: bool
    cutmix: bool


@dataclass(frozen=True)
class Dataset:
    id: str
    version: int
    root: str
    manifest: str
    annotations: str | None
    train_split: float
    val_split: float
    test_split: float
    image_size: tuple[int, int] | None  # height, width
    augmentation: Augmentation


@dataclass(frozen=True)
class Scheduler:
    type: str
    warmup_epochs: float


@dataclass(frozen=True)
class EarlyStop:
    enabled: bool
    patience: int
    metric: str


@dataclass(frozen=True)
class Training:
    epochs: int
    batch_size: int
    learning_rate: float
    optimizer: str
    weight_decay: float
    momentum: float
    scheduler: Scheduler
    early_stop: EarlyStop
    seed: int
    amp: bool
    gradient_clip: float | None
    accumulate: int
    ema: bool
    freeze_backbone: bool
    class_weights: Literal["balanced"] | tuple[float, ...] | None


@dataclass(frozen=True)
class Resources:
    gpu_count: int
    gpu_type: str | None
    memory_gb: float
    workers: int | None  # processes that read images; None: as many as fit


@dataclass(frozen=True)
class Resume:
    path: str
    epoch: int
    step: int


@dataclass(frozen=True)
class Config:
    run_id: str
    attempt: int
    task: Task
    model: Model
    dataset: Dataset
    training: Training
    resources: Resources
    resume: Resume | None


def _task(fields: Fields) -> Task:
    names = fields.texts("classNames")
    count = fields.whole("numClasses", least=1)
    kind = fields.choice("type", tuple(sources))
    if len(set(names)) != count or len(names) != count:
        fields.reject("numClasses", f"is {count}, but classNames has {len(set(names))} different names")
    fields.close()
    return Task(cast("TaskType", kind), tuple(names))


def _model(fields: Fields, task: TaskType) -> Model:
    model = Model(
        name=fields.text("name"),
        source=cast("Source", fields.choice("source", sources[task])),
        pretrained=fields.flag("pretrained", False),
        pretrained_weights=fields.optional_text("pretrainedWeights"),
    )
    fields.close()
    return model


def _image_size(fields: Fields) -> tuple[int, int] | None:
    value = fields.given("imageSize")
    if value is None:
        return None
    sides = value if isinstance(value, list) else [value, value]
    if len(sides) == 2 and all(type(side) is int and 1 <= side <= largest_side for side in sides):
        return cast("tuple[int, int]", tuple(sides))
    fields.reject("imageSize", f"expected pixels or [height, width], each from 1 to {largest_side}")
    return None


def _dataset(fields: Fields) -> Dataset:
    shares = [fields.number(f"{name}Split", default, most=1) for name, default in _default_shares]
    if sum(shares) > 1 + 1e-6 or shares[0] == 0:
        fields.reject("trainSplit", "must be above 0, and with valSplit and testSplit at most 1")
    augmentation = fields.section("augmentation", optional=True)
    dataset = Dataset(
        id=fields.text("datasetId"),
        version=fields.whole("version"),
        root=fields.text("root"),
        manifest=fields.text("manifest", "dataset.jsonl"),
        annotations=fields.optional_text("annotations"),
        train_split=shares[0],
        val_split=shares[1],
        test_split=shares[2],
        image_size=_image_size(fields),
        augmentation=Augmentation(
            random_flip=augmentation.flag("randomFlip", False),
            random_rotation=augmentation.number("randomRotation", 0.0, most=180),
            color_jitter=augmentation.flag("colorJitter", False),
            mixup=augmentation.flag("mixup", False),
            cutmix=augmentation.flag("cutmix", False),
        ),
    )
    augmentation.close()
    fields.close()
    return dataset


_default_shares = (("train", 0.8), ("val", 0.2), ("test", 0.0))


def _class_weights(fields: Fields, classes: int) -> Literal["balanced"] | tuple[float, ...] | None:
    value = fields.given("classWeights")
    if value is None or value == "balanced":
        return value
    if isinstance(value, list) and len(value) == classes:
        if all(isinstance(one, (int, float)) and not isinstance(one, bool) and one >= 0 for one in value) and any(value):
            return tuple(float(one) for one in value)
    fields.reject("classWeights", f'expected "balanced" or {classes} numbers of at least 0, one above')
    return None


def _training(fields: Fields, task: Task) -> Training:
    scheduler = fields.section("scheduler", optional=True)
    stop = fields.section("earlyStop", optional=True)
    training = Training(
        epochs=fields.whole("epochs", least=1),
        batch_size=fields.whole("batchSize", least=1),
        learning_rate=fields.number("learningRate", above=0),
        optimizer=fields.choice("optimizer", optimizers),
        weight_decay=fields.number("weightDecay", 0.0),
        momentum=fields.number("momentum", 0.9, most=0.9999999),
        scheduler=Scheduler(scheduler.choice("type", schedulers, "none"), scheduler.number("warmupEpochs", 0.0)),
        early_stop=EarlyStop(
            enabled=stop.flag("enabled", False),
            patience=stop.whole("patience", 5, least=1),
            metric=stop.choice("metric", tuple(metric_directions[task.type]), "val_loss"),
        ),
        seed=fields.whole("seed", 0),
        amp=fields.flag("amp", False),
        gradient_clip=None if fields.given("gradientClip") is None else fields.number("gradientClip", above=0),
        accumulate=fields.whole("accumulate", 1, least=1),
        ema=fields.flag("ema", False),
        freeze_backbone=fields.flag("freezeBackbone", False),
        class_weights=_class_weights(fields, len(task.class_names)),
    )
    for part in (scheduler, stop, fields):
        part.close()
    return training


def _resources(fields: Fields) -> Resources:
    kind = fields.given("gpuType")
    resources = Resources(
        gpu_count=fields.whole("gpuCount", 0),
        gpu_type=kind if isinstance(kind, str) else None,
        memory_gb=fields.number("memoryGb", 0.0),
        workers=None if fields.given("workers") is None else fields.whole("workers", most=256),
    )
    fields.close()
    return resources


def _resume(fields: Fields, name: str) -> Resume | None:
    if fields.given(name) is None:
        return None
    resume = fields.section(name)
    result = Resume(resume.text("from"), resume.whole("epoch"), resume.whole("step"))
    resume.close()
    return result


def parse_config(document: object) -> tuple[Config, list[str]]:
    """The config, and the names of fields that are not known.

    Raises:
        TrainerError: names every wrong field.

    """
    findings = Findings()
    fields = Fields(document, "", findings)
    protocol = fields.whole("protocol")
    if protocol != 1:
        fields.reject("protocol", f"is {protocol}; this trainer knows 1")
    task = _task(fields.section("task"))
    config = Config(
        run_id=fields.text("runId"),
        attempt=fields.whole("attempt", least=1),
        task=task,
        model=_model(fields.section("model"), task.type),
        dataset=_dataset(fields.section("dataset")),
        training=_training(fields.section("training"), task),
        resources=_resources(fields.section("resources", optional=True)),
        resume=_resume(fields, "resume"),
    )
    fields.close()
    if findings.problems:
        raise TrainerError(
            "bad_config",
            f"config.json is not valid: {'; '.join(findings.problems)}",
            "Correct these fields and start again.",
        )
    return config, findings.unknown


def read_config(directory: Path) -> tuple[Config, list[str]]:
    """Reads `config.json`; see `parse_config`."""
    file = directory / "config.json"
    try:
        document: object = json.loads(file.read_bytes())
    except (OSError, ValueError) as error:
        raise TrainerError(
            "bad_config",
            f"{file} cannot be read: {error}",
            "The run directory must hold a config.json as docs/run-directory.md describes it.",
        ) from error
    return parse_config(document)
