"""Where the servers are, by environment variables; what is secret may stand in files instead (`…_FILE`)."""

import os
import ssl
from pathlib import Path


class Missing(SystemExit):
    """A variable that has to be set is not."""

    def __init__(self, name: str) -> None:
        super().__init__(f"Set {name}, or {name}_FILE to the path of a file that holds it.")


def _read(name: str, default: str | None = None) -> str:
    file = os.environ.get(f"{name}_FILE")
    value = Path(file).read_text(encoding="utf-8").strip() if file else os.environ.get(name, default)
    if value is None:
        raise Missing(name)
    return value


def redis_url() -> str:
    """`redis://:password@host:port/0`, or `rediss://…` for TLS."""
    return _read("TRAINYARD_REDIS_URL")


def redis_tls() -> dict[str, object] | None:
    """What redis-py and kombu need to trust the server; None without TLS."""
    if not redis_url().startswith("rediss://"):
        return None
    authority = os.environ.get("TRAINYARD_REDIS_CA_FILE")
    tls: dict[str, object] = {"ssl_cert_reqs": ssl.CERT_REQUIRED}
    return {**tls, "ssl_ca_certs": authority} if authority else tls


def s3() -> dict[str, str]:
    """The object store's endpoint and keys, as boto3 takes them."""
    return {
        "endpoint_url": _read("TRAINYARD_S3_ENDPOINT"),
        "region_name": _read("TRAINYARD_S3_REGION", "us-east-1"),
        "aws_access_key_id": _read("TRAINYARD_S3_ACCESS_KEY_ID"),
        "aws_secret_access_key": _read("TRAINYARD_S3_SECRET_ACCESS_KEY"),
    }


def bucket_prefix() -> str:
    """Before each bucket's name, as in the engine's settings."""
    return _read("TRAINYARD_S3_BUCKET_PREFIX", "")
