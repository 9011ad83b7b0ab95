"""The Celery application: `celery -A trainyard_worker.app worker`."""

import functools
import logging
import uuid
from collections.abc import Callable

from botocore.exceptions import ConnectionError as S3ConnectionError
from botocore.exceptions import HTTPClientError
from celery import Celery, Task
from celery.signals import worker_ready, worker_shutdown
from kombu import Queue

from trainyard_worker import model_export, settings, statistics
from trainyard_worker.engine import ClaimLostError, Engine, EngineAwayError, Lease, Presence, connect

QUEUE = "celery:queue:default"
RETRY_SECONDS = 10
FINISH_SECONDS = 300

log = logging.getLogger(__name__)

app = Celery("trainyard_worker")
app.conf.update(
    broker_url=settings.redis_url(),
    broker_use_ssl=settings.redis_tls(),
    broker_connection_retry_on_startup=True,
    # Whoever takes a message that is given out again finds the job taken or done; so a killed worker's come back soon.
    broker_transport_options={"visibility_timeout": 60, "unacked_restore_throttle": 1},
    result_backend=None,
    task_ignore_result=True,
    task_queues=[Queue(QUEUE, routing_key=QUEUE)],
    task_default_queue=QUEUE,
    task_default_exchange="",
    task_default_routing_key=QUEUE,
    task_acks_late=True,
    task_reject_on_worker_lost=False,
    worker_prefetch_multiplier=1,
    accept_content=["json"],
    task_serializer="json",
    # The engine's queue is for its jobs: nothing of it may go to a queue of another name.
    task_create_missing_queues=False,
)

_presence: list[Presence] = []


@worker_ready.connect
def _announce(sender: object, **_: object) -> None:
    presence = Presence(str(getattr(sender, "hostname", uuid.uuid4())))
    presence.begin()
    _presence.append(presence)


@worker_shutdown.connect
def _leave(**_: object) -> None:
    while _presence:
        _presence.pop().end()


@functools.cache
def _engine() -> Engine:
    """Of this process: a pool's processes share no connection."""
    return Engine(connect())


def _failure(error: Exception) -> dict:
    if isinstance(error, S3ConnectionError | HTTPClientError):
        why = type(error).__name__
        return {
            "code": "S3_UNREACHABLE",
            "message": f"The worker does not reach the object store: {why}",
            "hint": "Correct TRAINYARD_S3_ENDPOINT on the worker's machine, or start the server.",
            "parameters": {"place": "TRAINYARD_S3_ENDPOINT", "why": why},
        }
    cause = f"{type(error).__name__}: {error}"
    return {
        "code": "JOB_FAILED",
        "message": f"The job failed: {cause}",
        "hint": "See the log of whoever did it, then start the job again.",
        "parameters": {"cause": cause},
    }


def _do(task: Task, job: str, number: int, compute: Callable[[dict, Callable[[], None]], dict]) -> None:
    """Claims a job, does it, and hands in what came out; does nothing where it is not to be had."""
    engine = _engine()
    claim = str(uuid.uuid4())
    worker = f"celery {task.request.hostname}"
    try:
        answer = engine.ask("claim", job=job, round=number, claim=claim, worker=worker)
    except EngineAwayError as error:
        raise task.retry(countdown=RETRY_SECONDS, exc=error, max_retries=None) from error
    if not answer.get("ok"):
        log.info("the job %s is not to be had: %s", job, answer.get("error", "somebody else has it, or had it"))
        return
    try:
        with Lease(engine, job, claim, answer["leaseMs"]) as lease:
            result = compute(answer["plan"], lease.check)
    except ClaimLostError:
        log.warning("the job %s was taken by somebody else", job)
        return
    except Exception as error:
        log.exception("the job %s failed", job)
        engine.ask("fail", patience=FINISH_SECONDS, job=job, claim=claim, error=_failure(error))
        return
    engine.ask("finish", patience=FINISH_SECONDS, job=job, claim=claim, result=result)


@app.task(bind=True, name="dataset.statistics")
def dataset_statistics(self: Task, *, job: str, round: int) -> None:
    """What a dataset version's images are like."""
    _do(self, job, round, statistics.compute)


@app.task(bind=True, name="model.export")
def export_model(self: Task, *, job: str, round: int) -> None:
    """A completed run's model as files of the bucket `models`."""
    _do(self, job, round, model_export.compute)
