"""The bank's tables and how its database is opened: SQLite, write-ahead log, every commit on the disk."""

import os
import sqlite3
from pathlib import Path

from .statement import movements

FOLDER, FILE = "bank", "bank.sqlite3"

_TABLES = """
CREATE TABLE IF NOT EXISTS sale (
    id INTEGER PRIMARY KEY,
    merchant_id TEXT NOT NULL,
    reference TEXT NOT NULL,
    from_reference TEXT,
    order_id TEXT,
    customer_id TEXT,
    return_context TEXT,
    order_channel TEXT NOT NULL,
    payment_pattern TEXT NOT NULL,
    origin_amount INTEGER NOT NULL,
    current_amount INTEGER NOT NULL,
    refunded_amount INTEGER NOT NULL DEFAULT 0,
    currency TEXT NOT NULL,
    brand TEXT NOT NULL,
    masked_pan TEXT NOT NULL,
    pan_expiry TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    scenario TEXT NOT NULL,
    capture_mode TEXT NOT NULL,
    capture_day INTEGER NOT NULL,
    created_at TEXT NOT NULL,
    limit_date TEXT,
    due_at INTEGER,
    status TEXT NOT NULL,
    response_code TEXT NOT NULL,
    acquirer_code TEXT,
    csc_result TEXT,
    authorisation_id TEXT,
    captured_at TEXT,
    last_operation TEXT NOT NULL,
    last_operation_at TEXT NOT NULL,
    capture_origin TEXT,
    UNIQUE (merchant_id, reference),
    CHECK (0 <= refunded_amount AND refunded_amount <= current_amount AND current_amount <= origin_amount)
);
CREATE INDEX IF NOT EXISTS sale_due ON sale (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX IF NOT EXISTS sale_waiting ON sale (id) WHERE status = 'TO_CAPTURE' AND capture_mode = 'VALIDATION';
CREATE TABLE IF NOT EXISTS journal (
    n INTEGER PRIMARY KEY AUTOINCREMENT,
    at TEXT NOT NULL,
    merchant_id TEXT NOT NULL,
    reference TEXT NOT NULL,
    operation TEXT NOT NULL,
    amount INTEGER,
    currency TEXT,
    response_code TEXT NOT NULL,
    new_status TEXT,
    order_id TEXT,
    operation_origin TEXT,
    answered INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE IF NOT EXISTS setting (name TEXT PRIMARY KEY, value TEXT NOT NULL);
"""


def folder_of(data: Path) -> Path:
    """The bank's own folder inside the data folder, made with mode 0700 where missing."""
    folder = data / FOLDER
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def open_database(data: Path) -> sqlite3.Connection:
    """Open the store of a data folder for reading and writing, making what is missing.

    Transactions are begun and ended by hand (`isolation_level=None`). Waits up to 10 s for another writer.
    """
    file = folder_of(data) / FILE
    if not file.exists():
        os.close(os.open(file, os.O_WRONLY | os.O_CREAT, 0o600))
    database = sqlite3.connect(file, isolation_level=None, timeout=10)
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("PRAGMA synchronous = FULL")
    _bring_up_to_date(database)
    return database


def _bring_up_to_date(database: sqlite3.Connection) -> None:
    """Make what is missing: tables, and what stores of earlier versions lack."""
    known = {row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if {"sale", "movement"} <= known:
        return
    with database:
        database.execute("BEGIN IMMEDIATE")
        for statement in f"{_TABLES}{movements.TABLE}".split(";"):
            database.execute(statement)
        columns = {row[1] for row in database.execute("PRAGMA table_info(sale)")}
        if "capture_origin" not in columns:
            database.execute("ALTER TABLE sale ADD COLUMN capture_origin TEXT")
            movements.fill_from_journal(database)
