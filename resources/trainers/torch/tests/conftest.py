import hashlib
import os
from pathlib import Path

import pytest

os.environ.setdefault("OMP_NUM_THREADS", "1")
# What libraries would write into the home folder goes where the tests' own files go.
os.environ.setdefault("YOLO_CONFIG_DIR", "/tmp/trainyard-test-ultralytics")  # noqa: S108


@pytest.fixture
def runs(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Path:
    """A folder for run directories; tests of one module share their images."""
    shared: Path = tmp_path_factory.getbasetemp() / request.module.__name__.replace(".", "-")
    name: str = request.node.name
    return shared / hashlib.sha256(name.encode()).hexdigest()[:12]
