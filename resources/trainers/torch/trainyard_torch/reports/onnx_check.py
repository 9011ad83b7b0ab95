"""Runs an ONNX file in a process of its own: `python -m trainyard_torch.reports.onnx_check MODEL IMAGES.npy ANSWERS.npz`.

The libraries of torch's exporter and of ONNX Runtime do not always get along in one.
"""

import sys
from typing import Any

import numpy as np
import onnxruntime


def main(model: str, images: str, answers: str) -> None:
    """Writes the answers for the first image alone and for all of them: `1/<output>`, `3/<output>`."""
    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    names = [output.name for output in session.get_outputs()]
    given = np.load(images)
    found: dict[str, Any] = {}
    for count in (1, len(given)):
        results = session.run(names, {"images": given[:count]})
        found |= {f"{count}/{name}": result for name, result in zip(names, results, strict=True)}
    np.savez(answers, **found)


if __name__ == "__main__":
    main(*sys.argv[1:4])
