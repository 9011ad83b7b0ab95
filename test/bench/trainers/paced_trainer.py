"""The torch trainer as `python -m trainyard_torch RUN_DIRECTORY`; prints how its epochs went as `plain_loop.py` does."""

import json
import sys
import time
from pathlib import Path

from trainyard_torch.__main__ import run
from trainyard_torch.directory.stop import Stop
from trainyard_torch.training.trainer import Trainer

epochs = []
train_epoch = Trainer._train_epoch


def measured(self: Trainer) -> dict[str, float]:
    """Trains an epoch, and keeps what it took."""
    cpu_at = time.process_time()
    pace = train_epoch(self)
    epochs.append([pace["images_per_second"], self.state.image_count / (time.process_time() - cpu_at)])
    return pace


Trainer._train_epoch = measured
code = run(Path(sys.argv[1]), Stop())
print(json.dumps(epochs))
sys.exit(code)
