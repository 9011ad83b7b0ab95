"""The object store, as far as jobs need it."""

import hashlib
import threading
from collections.abc import Iterator

import boto3
from botocore.config import Config

from trainyard_worker import settings

CHUNK_BYTES = 1024 * 1024
_local = threading.local()


class DamagedError(Exception):
    """The bytes are not those that were written."""


def client():
    """A client of this thread."""
    if not hasattr(_local, "client"):
        config = Config(
            s3={"addressing_style": "path"},
            retries={"mode": "standard", "max_attempts": 5},
            # Servers that speak plain S3 know no other checksums.
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
        )
        _local.client = boto3.session.Session().client("s3", config=config, **settings.s3())
    return _local.client


def bucket(name: str) -> str:
    """A bucket's name on the server."""
    return settings.bucket_prefix() + name


def read(name: str, key: str) -> bytes:
    """An object's bytes."""
    return client().get_object(Bucket=bucket(name), Key=key)["Body"].read()


def chunks(name: str, key: str) -> Iterator[bytes]:
    """An object's bytes in pieces."""
    return client().get_object(Bucket=bucket(name), Key=key)["Body"].iter_chunks(CHUNK_BYTES)


def write(name: str, key: str, body: bytes) -> None:
    """Stores bytes."""
    client().put_object(Bucket=bucket(name), Key=key, Body=body)


def copy(source: tuple[str, str], target: tuple[str, str], sha256: str) -> None:
    """Copies an object whose bytes have this SHA-256. Raises DamagedError where they have not."""
    digest = hashlib.sha256()
    for chunk in chunks(*source):
        digest.update(chunk)
    if digest.hexdigest() != sha256:
        raise DamagedError(f"{source[1]} has not the bytes that the run wrote")
    client().copy(
        {"Bucket": bucket(source[0]), "Key": source[1]},
        bucket(target[0]),
        target[1],
    )
