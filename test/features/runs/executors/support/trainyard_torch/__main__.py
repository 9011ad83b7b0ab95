"""What it does is the name of its model."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

directory = Path(sys.argv[1] if len(sys.argv) > 1 else ".")
name = json.loads((directory / "config.json").read_text(encoding="utf-8"))["model"]["name"]


def stop(*_: object) -> None:
    """Ends as a trainer does that was asked to."""
    os.write(1, b"stopped\n")
    os._exit(0)


if name == "quick":
    print("out 한글", flush=True)
    print("err", file=sys.stderr, flush=True)
elif name == "failing":
    sys.exit(3)
elif name == "leaving":
    child = subprocess.Popen(["sleep", "600"], start_new_session=True)
    print(f"left {child.pid}", flush=True)
    os._exit(0)
else:
    if name == "waiting":
        signal.signal(signal.SIGTERM, stop)
        threading.Thread(target=lambda: (sys.stdin.read(), stop()), daemon=True).start()
    else:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    print("ready", flush=True)
    while True:
        time.sleep(1)
