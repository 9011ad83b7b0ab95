"""`model.export`: copies a run's model into the bucket `models` and writes its card."""

import hashlib
import json
import math
import struct
from collections.abc import Callable

from trainyard_worker import objects

WEIGHTS = "model.safetensors"
CARD = "card.json"
LONGEST_HEADER = 100_000_000


def compute(plan: dict, check: Callable[[], None]) -> dict:
    """What the engine takes for this kind of job. `check` raises where the work is in vain."""
    weights = next(file for file in plan["files"] if file["name"] == WEIGHTS)
    tensors = tensors_of(plan["from"], weights["objectKey"])
    parameters = sum(math.prod(tensor["shape"]) for tensor in tensors)
    files = []
    for file in plan["files"]:
        check()
        key = f"{plan['prefix']}/{file['name']}"
        objects.copy((plan["from"], file["objectKey"]), (plan["to"], key), file["sha256"])
        files.append({"name": file["name"], "key": key, "sizeBytes": file["sizeBytes"], "sha256": file["sha256"]})
    card = card_text(plan, tensors, parameters).encode()
    key = f"{plan['prefix']}/{CARD}"
    objects.write(plan["to"], key, card)
    written = {"name": CARD, "key": key, "sizeBytes": len(card), "sha256": hashlib.sha256(card).hexdigest()}
    return {"parameters": parameters, "files": [*files, written]}


def tensors_of(bucket: str, key: str) -> list[dict]:
    """The tensors of a safetensors file, in the order of their data."""
    body = objects.client().get_object(Bucket=objects.bucket(bucket), Key=key)["Body"]
    (length,) = struct.unpack("<Q", body.read(8))
    if not 2 <= length <= LONGEST_HEADER:
        raise objects.DamagedError(f"{key} is no safetensors file")
    header = json.loads(body.read(length))
    body.close()
    header.pop("__metadata__", None)
    ordered = sorted(header.items(), key=lambda item: item[1]["data_offsets"][0])
    return [{"dtype": tensor["dtype"], "name": name, "shape": tensor["shape"]} for name, tensor in ordered]


def card_text(plan: dict, tensors: list[dict], parameters: int) -> str:
    """JSON with its keys in order and without blanks: the engine writes the very same."""
    card = {
        "attempt": plan["attempt"],
        "files": [{key: file[key] for key in ("name", "sha256", "sizeBytes")} for file in plan["files"]],
        "format": "trainyard/model-card",
        "parameters": parameters,
        "runId": plan["runId"],
        "tensors": tensors,
        "version": 1,
        "weights": WEIGHTS,
    }
    return json.dumps(card, sort_keys=True, separators=(",", ":"), ensure_ascii=False) + "\n"
