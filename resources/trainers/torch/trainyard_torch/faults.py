"""What an exception means for the person who started the training."""

import errno

from trainyard_torch.directory.failure import Cause, TrainerError

_texts: tuple[tuple[str, Cause, str], ...] = (
    (
        "out of shared memory",
        "shared_memory",
        "Shared memory (/dev/shm) is too small for the processes that read images. Give the container more, or set resources.workers lower.",
    ),
    (
        "Bus error",
        "shared_memory",
        "Shared memory (/dev/shm) is too small for the processes that read images. Give the container more, or set resources.workers lower.",
    ),
    ("out of memory", "out_of_memory", "Memory is full. Lower training.batchSize or dataset.imageSize, or turn on training.amp."),
    ("can't allocate memory", "out_of_memory", "Memory is full. Lower training.batchSize or dataset.imageSize."),
    ("No space left", "disk_full", "The disk with the run directory is full. Make room there, then resume the run."),
    (
        "DataLoader worker",
        "lost_process",
        "A process that reads images was killed; mostly memory is full then. Set resources.workers or training.batchSize lower.",
    ),
    *(
        (part, "lost_process", "Another process of this training ended. What it wrote to standard error says why.")
        for part in ("Connection closed by peer", "gloo/transport", "NCCL")
    ),
)
_no_room = (errno.ENOSPC, errno.EDQUOT)


def explain(error: BaseException) -> tuple[Cause, str]:
    """The cause, and what is wrong and can be done, in a sentence or two."""
    if isinstance(error, TrainerError):
        return error.cause, str(error)
    text = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    if isinstance(error, MemoryError):
        return "out_of_memory", "Memory is full. Lower training.batchSize or dataset.imageSize."
    if isinstance(error, OSError) and error.errno in _no_room:
        return "disk_full", f"The disk with the run directory is full. Make room there, then resume the run. ({text})"
    for part, cause, sentence in _texts:
        if part.lower() in text.lower():
            return cause, f"{sentence} ({text.splitlines()[0][:500]})"
    return "error", text[:4000]
