"""The doorbell: JSON with a name and an id, harmless when wrong, never in the way."""

import dataclasses
import pickle
import socket
import time

import pytest
from flask import Flask
from rq import Queue
from rq.job import Job
from rq.serializers import JSONSerializer
from rq.worker import SimpleWorker

from app import jobs
from app.plugin import registry
from app.supervisor import worker


@pytest.fixture
def ran(app: Flask, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """A job `note` that notes the ids it was run for; the bell is not silent from an earlier failure."""
    found: list[int] = []
    monkeypatch.setitem(registry(app).jobs, "note", found.append)
    monkeypatch.setattr(jobs, "_bell", jobs._Bell())
    return found


def queue(app: Flask) -> Queue:
    return jobs.open_queue(app.extensions["settings"].redis_url)


def work(app: Flask) -> None:
    bells = queue(app)
    SimpleWorker([bells], connection=bells.connection, serializer=JSONSerializer).work(burst=True)


def test_a_ring_makes_a_worker_run_the_registered_job(app: Flask, ran: list[int]) -> None:
    assert jobs.ring("note", 7)
    assert ran == []
    work(app)
    assert ran == [7]


def test_bell_and_workers_mean_the_same_queue() -> None:
    assert jobs.QUEUE == worker.QUEUE


def test_a_doorbell_goes_stale_and_ends_its_job(app: Flask, ran: list[int]) -> None:
    jobs.ring("note", 7)
    (job,) = queue(app).jobs
    assert (job.ttl, job.result_ttl, job.timeout) == (300, 0, 900)


@pytest.mark.parametrize(
    "given",
    [
        *((), ("note",), ("note", "7"), ("note", True), ("note", -1), ("note", 2**31), ("note", 7, 8), ("nothing", 7)),
        *((["note"], 7), (None, None), ("note", 7.0)),
    ],
)
def test_what_no_ring_of_ours_put_there_does_nothing(app: Flask, ran: list[int], given: tuple[object, ...]) -> None:
    queue(app).enqueue_call("app.jobs.run_job", args=given)
    work(app)
    assert ran == []
    assert queue(app).failed_job_registry.count == 0


class Bomb:
    def __reduce__(self) -> tuple[object, tuple[str]]:
        return (pytest.fail, ("a pickle was run",))


def test_a_planted_pickle_is_not_run(app: Flask, ran: list[int]) -> None:
    bells = queue(app)
    job = Job.create("app.jobs.run_job", args=("note", 7), connection=bells.connection, serializer=JSONSerializer)
    bells.enqueue_job(job)
    bells.connection.hset(job.key, "data", pickle.dumps(Bomb()))
    jobs.ring("note", 8)
    work(app)
    assert ran == [8]


@pytest.mark.parametrize("url", ["redis://127.0.0.1:1", "unix:///nowhere/valkey.sock"])
def test_a_queue_that_is_away_costs_nothing(
    app: Flask, ran: list[int], monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    monkeypatch.setitem(app.extensions, "settings", dataclasses.replace(app.extensions["settings"], redis_url=url))
    begun = time.monotonic()
    assert [jobs.ring("note", n) for n in range(1, 50)] == [False] * 49
    assert time.monotonic() - begun < 1


def test_a_queue_that_never_answers_holds_a_request_for_a_second_once(
    app: Flask, ran: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"redis://127.0.0.1:{silent.getsockname()[1]}"
        monkeypatch.setitem(app.extensions, "settings", dataclasses.replace(app.extensions["settings"], redis_url=url))
        begun = time.monotonic()
        assert [jobs.ring("note", n) for n in range(1, 50)] == [False] * 49
        assert time.monotonic() - begun < 2.5


def test_a_failing_job_is_kept_for_a_look_and_stops_no_other(
    app: Flask, ran: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_id: int) -> None:
        raise RuntimeError("no")

    monkeypatch.setitem(registry(app).jobs, "fail", fail)
    jobs.ring("fail", 1)
    jobs.ring("note", 2)
    work(app)
    assert ran == [2]
    assert queue(app).failed_job_registry.count == 1
