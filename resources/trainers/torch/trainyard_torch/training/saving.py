"""Writes checkpoints, and goes on from them."""

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from torch import Tensor

from trainyard_torch.directory.config import Config
from trainyard_torch.directory.durable import Content, write_folder
from trainyard_torch.directory.events import Events
from trainyard_torch.training import checkpoint as files
from trainyard_torch.training.ranks import Ranks
from trainyard_torch.training.state import Metrics, State

if TYPE_CHECKING:
    from trainyard_torch.training.trainer import Trainer


class Saver:
    """Keeps the last checkpoint and the best one. The first process writes; all of them read."""

    def __init__(self, directory: Path, basis: dict[str, object], config: Config, events: Events, ranks: Ranks) -> None:
        self._directory = directory
        self._basis = basis
        self._config = config
        self._events = events
        self._ranks = ranks
        #: The folder of the last one, and the step of the one that this run directory holds.
        self.last: Path | None = None
        self.saved_step: int | None = None
        #: The best epoch's weights, as a file of the last checkpoint.
        self._model: Content | None = None

    def save(self, trainer: "Trainer", epoch: int, metrics: Metrics, *, is_best: bool) -> None:
        """Writes the whole state and reports it; the best epoch's has the same files."""
        state = trainer.state
        self.saved_step = state.step
        if not self._ranks.is_first:
            return
        about = self._about(epoch, metrics)
        weights = files.tensors_to_bytes(trainer.network.net.state_dict(), about)
        if is_best:
            own = trainer.average is None
            self._model = weights if own else files.tensors_to_bytes(trainer.judged.net.state_dict(), about)
        content: dict[str, Content] = {
            files.state_name: files.state_to_bytes(self._basis, _content(trainer)),
            files.weights_name: weights,
        }
        if self._model is not None:
            content[files.model_name] = self._model
        last = self._write("last", state, epoch, metrics, content)
        if self._model is not None:
            self._model = last / files.model_name
        if is_best:
            self._write("best", state, epoch, metrics, {name: last / name for name in content})
        self.last = last

    def model(self) -> dict[str, Tensor]:
        """The best epoch's weights."""
        assert isinstance(self._model, Path)  # An epoch is over, and the first one is the best so far.
        return files.read_tensors(self._model.parent, self._model.name)

    def resume(self, trainer: "Trainer", folder: Path) -> None:
        """Goes on from a checkpoint exactly as it was.

        Raises:
            TrainerError: it is damaged, or does not fit this run.

        """
        content = files.read_state(folder, self._basis)
        device = self._ranks.device
        trainer.network.net.load_state_dict(files.read_tensors(folder, files.weights_name))
        trainer.optimizer.load_state_dict(content["optimizer"])
        trainer.precision.scaler.load_state_dict(content["scaler"])
        if trainer.average is not None:
            trainer.average.network.net.load_state_dict(content["average"])
        weights = dict(trainer.network.net.named_parameters())
        for name, gradient in content["gradients"].items():
            weights[name].grad = gradient.to(device)
        trainer.state = State.from_json(content["state"])
        if trainer.state.best is not None:
            self._model = folder / files.model_name
        self.last = folder

    def _write(self, kind: Literal["last", "best"], state: State, epoch: int, metrics: Metrics, content: dict[str, Content]) -> Path:
        checkpoints = self._directory / "checkpoints"
        folder = checkpoints / f"{kind}-{state.step}"
        write_folder(folder, content)
        path = folder.relative_to(self._directory).as_posix()
        self._events.checkpoint(path=path, epoch=epoch, step=state.step, kind=kind, metrics=metrics)
        for other in checkpoints.glob(f"{kind}-*"):
            # Its successor is on the disk, and so is the event that names it.
            if other != folder:
                shutil.rmtree(other, ignore_errors=True)
        return folder

    def _about(self, epoch: int, metrics: Metrics) -> dict[str, object]:
        return {
            **{"format": "trainyard/torch-model", "version": 1, "task": self._config.task.type},
            "model": {"source": self._config.model.source, "name": self._config.model.name},
            "classes": list(self._config.task.class_names),
            **{"runId": self._config.run_id, "epoch": epoch, "metrics": metrics},
        }


def _content(trainer: "Trainer") -> dict[str, Any]:
    gradients = {
        name: weight.grad.detach().cpu()
        for name, weight in trainer.network.net.named_parameters()
        if weight.grad is not None and trainer.state.accumulated > 0
    }
    return {
        "state": trainer.state.to_json(),
        "optimizer": trainer.optimizer.state_dict(),
        "scaler": trainer.precision.scaler.state_dict(),
        "average": None if trainer.average is None else dict(trainer.average.network.net.state_dict()),
        "gradients": gradients,
    }
