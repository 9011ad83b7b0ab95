"""The training loop."""

import math
import time
from dataclasses import dataclass
from typing import cast

import torch
from torch import Tensor, nn

from trainyard_torch.data.batches import TrainingBatches, steps_per_epoch
from trainyard_torch.data.dataset import ImageDataset
from trainyard_torch.data.loading import Batch
from trainyard_torch.data.manifest import ImageEntry
from trainyard_torch.data.mixing import mix
from trainyard_torch.data.randomness import seed_of
from trainyard_torch.directory.config import Config
from trainyard_torch.directory.events import Events
from trainyard_torch.directory.failure import StoppedError, TrainerError
from trainyard_torch.directory.progress import Progress
from trainyard_torch.directory.stop import Stop
from trainyard_torch.models.network import Network, set_training
from trainyard_torch.tasks.task import Task
from trainyard_torch.training.evaluation import Evaluator
from trainyard_torch.training.machine import memory_in_use, peak_memory
from trainyard_torch.training.optimizer import Average, make_optimizer
from trainyard_torch.training.precision import Precision
from trainyard_torch.training.ranks import Ranks
from trainyard_torch.training.saving import Saver
from trainyard_torch.training.schedule import learning_rate_at
from trainyard_torch.training.state import Best, Metrics, State, deciding_metric, is_better

#: Of all images so many may be unreadable (or one); they are left out.
_broken_share = 0.01


@dataclass
class Images:
    """The images of a split, and the batches that they come in."""

    dataset: ImageDataset
    batches: "torch.utils.data.DataLoader[Batch]"


@dataclass
class Workshop:
    """Everything that a training works with."""

    config: Config
    events: Events
    stop: Stop
    ranks: Ranks
    task: Task
    train: Images
    order: TrainingBatches
    val: Images | None
    images: int  # in all splits


class Trainer:
    """Trains a network until all epochs are done or the config's own rule stops it."""

    def __init__(self, workshop: Workshop, network: Network, saver: Saver) -> None:
        self._work = workshop
        self._config = workshop.config
        self._saver = saver
        ranks = workshop.ranks
        self.network = network.to(ranks.device)
        ranks.synchronise_norms(self.network)
        self.state = State()
        self.precision = Precision(ranks.device, amp=self._config.training.amp)
        self.average = Average(self.network) if self._config.training.ema else None
        self.optimizer = make_optimizer(self.network, self._config.training)
        self._wrapped: nn.Module = ranks.wrap(self.network)
        self._found_broken: list[tuple[ImageEntry, str]] = []
        self._steps = steps_per_epoch(len(workshop.train.dataset), self._config.training.batch_size)
        self.progress = Progress(workshop.events, self._config.training.epochs, self._steps)
        self.evaluator = Evaluator(ranks, self._config.training.seed, self._warn)

    @property
    def judged(self) -> Network:
        """The network that is judged and saved: of the weights' moving average, where the config asks for one."""
        return self.network if self.average is None else self.average.network

    def train(self) -> None:
        """Raises StoppedError where the trainer was told to stop; a checkpoint was written then, if anything was done."""
        state = self.state
        self.progress.start(state.epoch, state.step)
        try:
            while state.epoch <= self._config.training.epochs and not state.stopped_early:
                started_at = time.monotonic()
                self._close_epoch(started_at, self._train_epoch())
                self.progress.report()
        except StoppedError:
            if state.step > 0 and state.step != self._saver.saved_step:
                epoch = min(state.epoch, self._config.training.epochs)
                self._saver.save(self, epoch, state.step_metrics, is_best=False)
            raise

    def report_broken(self, entry: ImageEntry, why: str) -> None:
        """Leaves an image out; more than a few are an error."""
        broken = self.state.broken
        if entry.path not in broken:
            broken[entry.path] = why
            self._warn(f'"{entry.path}" is left out: it can\'t be read ({why}).')
        if len(broken) <= max(1, int(self._work.images * _broken_share)):
            return
        some = ", ".join(f'"{path}" ({reason})' for path, reason in list(broken.items())[:5])
        raise TrainerError(
            "bad_data",
            f"{len(broken)} of {self._work.images} images can't be read: {some}{', …' if len(broken) > 5 else ''}",
            "Fix or remove these files, import the dataset again and start a new run.",
        )

    def tick(self) -> None:
        """Between two batches: reports progress, and raises where the trainer was told to stop."""
        self.progress.tick()
        if self._work.ranks.count == 1:
            self._work.stop.check()

    def _warn(self, message: str) -> None:
        self._work.events.log("warning", message, self.state.epoch, self.state.step)

    def _train_epoch(self) -> Metrics:
        """Returns how fast it went."""
        work, state = self._work, self.state
        work.order.epoch, work.order.first = state.epoch, state.step_in_epoch
        waited_s, images_before = 0.0, state.image_count
        began_at = started_at = time.monotonic()
        batches = iter(work.train.batches)
        while state.step_in_epoch < self._steps:
            self._check_stop()
            batch = next(batches)
            ready_at = time.monotonic()
            waited_s += ready_at - started_at
            self._step(batch)
            if state.step_in_epoch < self._steps:
                work.events.metric(state.epoch, state.step, state.step_metrics)
            ended_at = time.monotonic()
            self.progress.stepped(state.epoch, state.step, ended_at - started_at)
            started_at = ended_at
        took_s = started_at - began_at
        images = state.image_count - images_before
        # An epoch that was interrupted at its very end has nothing left to train.
        return {"images_per_second": images / took_s, "data_wait_share": min(1.0, waited_s / took_s)} if images > 0 else {}

    def _check_stop(self) -> None:
        """All processes stop at the same step."""
        stop = self._work.stop
        (wanted,) = self._work.ranks.sum(0 if stop.why is None else 1)
        if wanted > 0:
            raise StoppedError(stop.why or "another process was told to stop")

    def _step(self, batch: Batch) -> None:
        """One batch: its gradients, and an update of the weights once enough batches came together."""
        state, ranks, training = self.state, self._work.ranks, self._config.training
        rate = learning_rate_at(training, state.step, self._steps, state.plateau)
        self._take_broken(batch)
        counted = float(sum(key.counts for key in batch.keys))
        (images,) = ranks.sum(counted)
        loss, correct = self._learn(batch, counted, images) if images > 0 else (0.0, 0.0)
        loss_sum, correct_sum = ranks.sum(loss * counted, correct) if counted else ranks.sum(0.0, 0.0)
        state.step += 1
        state.step_in_epoch += 1
        state.loss_sum += loss_sum
        state.correct_sum += correct_sum
        state.image_count += images
        state.step_metrics = {"train_loss": loss_sum / max(1.0, images), "learning_rate": rate}
        if not math.isfinite(loss_sum):
            self._work.events.metric(state.epoch, state.step, state.step_metrics)
            self._refuse_divergence(state.step_metrics["train_loss"], "loss")
        state.accumulated += 1
        if state.accumulated == training.accumulate or state.step_in_epoch == self._steps:
            self._update(rate)

    def _take_broken(self, batch: Batch) -> None:
        ranks = self._work.ranks
        (broken,) = ranks.sum(len(batch.broken))
        if broken > 0:
            for item in ranks.gather(batch.broken):
                self.report_broken(self._work.train.dataset.entries[item.key.index], item.why)

    def _learn(self, batch: Batch, counted: float, images: float) -> tuple[float, float]:
        """Adds a batch's gradients; its loss (the mean of its images) and how many answers were right."""
        ranks, training = self._work.ranks, self._config.training
        size = self.network.input_format
        if len(batch) == 0:  # All its images are broken: the other processes wait for this one all the same.
            none = torch.zeros(1, 3, size.height, size.width, dtype=torch.uint8)
            batch = Batch([], none, [self._work.task.nothing()], [])
        on_device = batch.to(ranks.device)
        torch.manual_seed(seed_of(training.seed, "step", self.state.step, ranks.rank))
        set_training(self.network, frozen=training.freeze_backbone, images=len(on_device.truths))
        mixed = mix(
            on_device.images.float() / 255,
            on_device.truths,
            self._config.dataset.augmentation,
            *(training.seed, "mixing", self.state.step, ranks.rank),
        )
        with self.precision.cast():
            outcome: dict[str, Tensor] = self._wrapped(mixed.images, mixed.truths, mixed.others, mixed.share)
        loss = outcome["loss"]
        # The gradients of several processes become their mean: this weighs each image the same.
        self.precision.scaler.scale(loss * (counted * ranks.count / images)).backward()  # type: ignore[no-untyped-call]
        correct = outcome.get("correct")
        return loss.item(), 0.0 if correct is None else correct.item()

    def _update(self, rate: float) -> None:
        state, training, scaler = self.state, self._config.training, self.precision.scaler
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        scaler.unscale_(self.optimizer)
        weights = [weight for weight in self.network.parameters() if weight.grad is not None]
        if state.accumulated > 1:
            for weight in weights:
                cast("Tensor", weight.grad).div_(state.accumulated)
        if training.gradient_clip is not None:
            nn.utils.clip_grad_norm_(weights, training.gradient_clip)
        if weights:  # None has a gradient where no image of the batch can be read.
            scaler.step(self.optimizer)
            scaler.update()
        self.optimizer.zero_grad(set_to_none=True)
        state.updates += 1
        state.accumulated = 0
        if self.average is not None:
            self.average.follow(self.network, state.updates)

    def _refuse_divergence(self, loss: float, what: str) -> None:
        state = self.state
        if math.isfinite(loss):
            return
        last = self._saver.last
        good = "There is no checkpoint yet" if last is None else f"The last good checkpoint is {last}"
        raise TrainerError(
            "diverged",
            f"The training diverged: the {what} became {loss} in epoch {state.epoch}, step {state.step}. {good}",
            "Lower training.learningRate, add warm-up epochs or set training.gradientClip, and start again.",
        )

    def _validate(self) -> Metrics:
        work = self._work
        if work.val is None:
            return {}
        started_at = time.monotonic()
        judge = self.evaluator.judge(
            self.judged, work.val.dataset, work.val.batches, work.task.judge(keep=False), self.tick, self.collect_broken
        )
        self.share_broken()
        self.progress.evaluated(time.monotonic() - started_at)
        return judge.metrics("val")

    def collect_broken(self, entry: ImageEntry, why: str) -> None:
        """Leaves an image out that is judged, at once or, with several processes, at the end."""
        if self._work.ranks.count == 1:
            self.report_broken(entry, why)
        else:
            self._found_broken.append((entry, why))

    def share_broken(self) -> None:
        """Reports what all processes collected."""
        if self._work.ranks.count > 1:
            found = self._work.ranks.gather(self._found_broken)
            self._found_broken = []
            for entry, why in found:
                self.report_broken(entry, why)

    def _close_epoch(self, started_at: float, pace: Metrics) -> None:
        """Judges the epoch that was trained, reports its metrics, and moves the state on to the next."""
        state, events = self.state, self._work.events
        images = max(1.0, state.image_count)
        trained: Metrics = {"train_loss": state.loss_sum / images}
        if self._config.task.type == "classification":
            trained["train_accuracy"] = state.correct_sum / images
        judged = self._validate()
        metrics = {**trained, **judged}
        device = self._work.ranks.device
        extra = {"epoch_train_loss": trained["train_loss"], "epoch_seconds": time.monotonic() - started_at, **pace}
        extra |= {"memory_usage_gb": memory_in_use(device) / 1e9, "peak_memory_gb": peak_memory(device) / 1e9}
        events.metric(state.epoch, state.step, {**metrics, **state.step_metrics, **extra})
        if "val_loss" in judged:
            self._refuse_divergence(judged["val_loss"], "validation loss")
        better = is_better(metrics, None if state.best is None else state.best.metrics, self._config)
        if better:
            state.best = Best(state.epoch, state.step, metrics)
        state.worse = 0 if better else state.worse + 1
        state.plateau = state.plateau.after_epoch(judged.get("val_loss", trained["train_loss"]))
        stop = self._config.training.early_stop
        state.stopped_early = stop.enabled and state.worse >= stop.patience
        if state.stopped_early and state.best is not None:
            events.log(
                "info",
                f"Stopped early: {deciding_metric(self._config)} has not improved since epoch {state.best.epoch} "
                f"(patience: {stop.patience}).",
                *(state.epoch, state.step),
            )
        closed = state.epoch
        state.begin_epoch()
        self._saver.save(self, closed, metrics, is_best=better)
