"""What Prometheus reads, counted in the database when asked: the same from every worker process, nothing of a merchant.

Only partial indexes are read, so the counts stay cheap however many sales there are.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from flask import current_app
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from .. import verdict
from ..database import Scope, now, unit_of_work
from ..domain.states import OperationStatus
from ..extensions import db
from ..models import Alarm, Operation, OutboxMail

MOST_MERCHANTS = 100_000
_MERCHANTS = text("SELECT id FROM merchants_at_work(:at, :most)")
UNSETTLED = (OperationStatus.SENT, OperationStatus.UNKNOWN, OperationStatus.WAITING)


class Waiting(Collector):
    """What waits, as it stands now."""

    def __init__(self, session: Session, workers: int, at: datetime, folder: Path) -> None:
        self.session, self.workers, self.at, self.folder = session, workers, at, folder

    def collect(self) -> Iterator[Metric]:
        """Yield the gauges."""
        yield GaugeMetricFamily("egestion_queue_workers", "Queue workers alive", self.workers)
        yield from verified(self.folder)
        yield self._alarms()
        yield from self._operations()
        yield from self._mails()

    def _alarms(self) -> Metric:
        gauge = GaugeMetricFamily("egestion_alarms_open", "Alarms nobody has acknowledged", labels=["kind"])
        open_ = select(Alarm.kind, func.count()).where(Alarm.acknowledged_at.is_(None)).group_by(Alarm.kind)
        for kind, count in self.session.execute(open_):
            gauge.add_metric([kind], count)
        return gauge

    def _operations(self) -> Iterator[Metric]:
        counts = GaugeMetricFamily("egestion_operations_unsettled", "Operations without an end", labels=["status"])
        ages = GaugeMetricFamily("egestion_operations_oldest_seconds", "Age of the oldest of them", labels=["status"])
        found = select(Operation.status, func.count(), func.min(Operation.created_at))
        rows = self.session.execute(found.where(Operation.status.in_(UNSETTLED)).group_by(Operation.status))
        by_status = {status: (count, oldest) for status, count, oldest in rows}
        for status in UNSETTLED:
            count, oldest = by_status.get(status, (0, self.at))
            counts.add_metric([status], count)
            ages.add_metric([status], max(0.0, (self.at - oldest).total_seconds()))
        yield counts
        yield ages

    def _mails(self) -> Iterator[Metric]:
        due = select(func.count(), func.min(OutboxMail.created_at)).where(OutboxMail.state == "DUE")
        count, oldest = self.session.execute(due).one()
        age = max(0.0, (self.at - oldest).total_seconds()) if oldest is not None else 0.0
        yield GaugeMetricFamily("egestion_mails_due", "Mails not yet sent", count)
        yield GaugeMetricFamily("egestion_mails_oldest_seconds", "Age of the oldest of them", age)


def verified(folder: Path) -> Iterator[Metric]:
    """Yield what the night's `verify` found, nothing where it has not run on this machine."""
    found = verdict.read(folder)
    if found is None:
        return
    yield GaugeMetricFamily("egestion_verify_wrong", "Invariants that did not hold in the night", found["wrong"])
    yield GaugeMetricFamily("egestion_verify_checked", "Invariants looked at in the night", found["invariants"])
    yield GaugeMetricFamily("egestion_verify_timestamp_seconds", "When that was (Unix time)", found["at"])


def exposition(workers: int) -> bytes:
    """Return the metrics in Prometheus' text format (one short unit over all merchants at work)."""
    at = now()
    with db.engine.connect() as connection:
        merchants = connection.scalars(_MERCHANTS, {"at": at, "most": MOST_MERCHANTS}).all()
    registry = CollectorRegistry(auto_describe=False)
    with unit_of_work(Scope(tuple(merchants))) as session:
        registry.register(Waiting(session, workers, at, current_app.extensions["settings"].data_dir))
        return generate_latest(registry)
