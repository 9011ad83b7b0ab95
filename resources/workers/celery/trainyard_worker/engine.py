"""Calls of the engine over Redis lists: the engine decides who has a job, this side asks."""

import json
import logging
import threading
import time
import uuid
from types import TracebackType
from typing import Self

import redis

from trainyard_worker import settings

CALLS = "trainyard:jobs:calls"
ANSWERS = "trainyard:jobs:answers:"
WORKERS = "trainyard:workers"

ANSWER_SECONDS = 5
PRESENT_MS = 15_000
PRESENT_EVERY_SECONDS = 5

# Until when a worker is there, by the server's clock.
ANNOUNCE = """
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
return redis.call('ZADD', KEYS[1], now + ARGV[2], ARGV[1])
"""

log = logging.getLogger(__name__)


class EngineAwayError(Exception):
    """No engine answered."""


class ClaimLostError(Exception):
    """Somebody else has the job, or it was ended."""


def connect() -> redis.Redis:
    """A connection pool of this process."""
    return redis.Redis.from_url(settings.redis_url(), socket_keepalive=True, **(settings.redis_tls() or {}))


class Engine:
    """Asks whichever engine listens. Every call may be repeated: the engine answers the same."""

    def __init__(self, client: redis.Redis) -> None:
        self._client = client

    def ask(self, call: str, patience: float = 30, **fields: object) -> dict:
        """The engine's answer. Raises EngineAwayError after `patience` seconds."""
        deadline = time.monotonic() + patience
        while True:
            try:
                answer = self._ask_once({"call": call, **fields})
            except redis.ConnectionError as error:
                log.warning("Redis cannot be reached: %s", error)
                answer = None
                time.sleep(1)
            if answer is not None:
                return answer
            if time.monotonic() > deadline:
                raise EngineAwayError(f"no engine answered the call {call}")

    def _ask_once(self, call: dict) -> dict | None:
        one = str(uuid.uuid4())
        message = json.dumps({"id": one, "call": call})
        self._client.rpush(CALLS, message)
        answered = self._client.blpop([ANSWERS + one], timeout=ANSWER_SECONDS)
        if answered is None:
            # Calls do not pile up while no engine runs.
            self._client.lrem(CALLS, 1, message)
            return None
        return json.loads(answered[1])


class Lease:
    """Keeps a claim while its job is worked on; `check` raises once it is lost."""

    def __init__(self, engine: Engine, job: str, claim: str, lease_ms: int) -> None:
        self._engine = engine
        self._claim = {"job": job, "claim": claim}
        self._every = lease_ms / 3000
        self._ended = threading.Event()
        self._lost = threading.Event()
        self._thread = threading.Thread(target=self._renew, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()

    def check(self) -> None:
        """Raises ClaimLostError where nobody waits for the result any more."""
        if self._lost.is_set():
            raise ClaimLostError

    def _renew(self) -> None:
        while not self._ended.wait(self._every):
            try:
                if self._engine.ask("renew", patience=self._every, **self._claim).get("ok") is False:
                    self._lost.set()
                    return
            except EngineAwayError:
                log.warning("the lease of a job could not be renewed; trying again")


class Presence:
    """Says that a worker is there, so that the engine leaves the jobs to it."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._announce, daemon=True)

    def begin(self) -> None:
        """Announces in the background until `end`; a killed worker is forgotten after 15 seconds."""
        self._thread.start()

    def end(self) -> None:
        """Takes it back."""
        self._ended.set()
        self._thread.join(timeout=PRESENT_EVERY_SECONDS)
        try:
            connect().zrem(WORKERS, self._name)
        except redis.RedisError as error:
            log.warning("it could not be said that this worker ends: %s", error)

    def _announce(self) -> None:
        client = connect()
        while not self._ended.is_set():
            try:
                client.eval(ANNOUNCE, 1, WORKERS, self._name, PRESENT_MS)
            except redis.RedisError as error:
                log.warning("it could not be said that this worker is there: %s", error)
            self._ended.wait(PRESENT_EVERY_SECONDS)
