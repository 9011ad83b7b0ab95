"""Why a training cannot go on."""

from typing import Literal

Cause = Literal[
    "bad_config",
    "bad_data",
    "bad_checkpoint",
    "missing_weights",
    "missing_package",
    "out_of_memory",
    "shared_memory",
    "disk_full",
    "diverged",
    "lost_process",
    "error",
]


class TrainerError(Exception):
    """What a person reads when a training cannot go on: what is wrong, and how to fix it."""

    def __init__(self, cause: Cause, message: str, hint: str) -> None:
        super().__init__(f"{message.rstrip('.')}. {hint}")
        self.cause: Cause = cause


class StoppedError(Exception):
    """Raised at the next safe place once the trainer was told to stop."""
