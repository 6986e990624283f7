"""I10: every mail has its effect within its limit, no effect without a row, a Message-ID is one mail's only."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import Connection, text

from config import Settings

from ..database import real_now
from ..ports import Evidence
from ..post import files as post_files
from ..post.sender import BY_FILE, GIVEN_UP_AFTER
from .reading import MOST_NAMED, count, named

UNTOUCHED = timedelta(minutes=15)  # past its next try: nobody is sending
GIVEN_UP = GIVEN_UP_AFTER + timedelta(hours=2)  # the last try before giving up, and its lease, may lie beyond 24 hours

_OVERDUE = """SELECT message_id || CASE WHEN first_try_at < CAST(:given_up AS timestamptz) THEN ': tried too long'
    ELSE ': due, and nobody tries' END FROM outbox WHERE state = 'DUE'
AND (next_try_at < CAST(:untouched AS timestamptz) OR first_try_at < CAST(:given_up AS timestamptz))"""
_HOLLOW = """SELECT message_id || ': SENT without saying when and how' FROM outbox
WHERE state = 'SENT' AND (sent_at IS NULL OR carrier IS NULL)"""
_TWICE = "SELECT message_id || ': Message-ID of several mails' FROM outbox GROUP BY message_id HAVING count(*) > 1"
_GUARD = """SELECT 'uq_outbox_message_id is missing' WHERE NOT EXISTS
(SELECT FROM pg_constraint WHERE conname = 'uq_outbox_message_id' AND conrelid = 'public.outbox'::regclass)"""


def files(settings: Settings) -> set[str]:
    """Return the mails kept as files; read before the snapshot, so that each of them has its row in it."""
    return post_files.kept(settings.outbox_dir)


def check(connection: Connection, settings: Settings, files_before: set[str]) -> Evidence:
    """I10, also against the files of a practice installation."""
    at = real_now()
    wrong = named(connection, _OVERDUE, untouched=at - UNTOUCHED, given_up=at - GIVEN_UP)
    wrong += named(connection, _HOLLOW) + named(connection, _TWICE) + named(connection, _GUARD)
    names: set[str] = set()
    by_file: set[str] = set()
    for message_id, carrier in connection.execute(text("SELECT message_id, carrier FROM outbox")):
        name = _name(message_id)
        names.add(name)
        if carrier == BY_FILE:
            by_file.add(name)
    wrong += [f"{name}: SENT, but the file is gone" for name in sorted(by_file - files(settings))]
    wrong += [f"{name}: a mail without a row" for name in sorted(files_before - names)]
    return Evidence("I10", count(connection, "outbox"), wrong[:MOST_NAMED], "mails")


def _name(message_id: str) -> str:
    try:
        return post_files.file_name(message_id)
    except ValueError:
        return message_id
