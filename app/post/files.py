"""Mails kept as files (practice, where no mail server is set): `<Message-ID>.eml` in the outbox folder."""

from __future__ import annotations

import os
import re
from pathlib import Path

from .letters import Letter

_SAFE = re.compile(r"[A-Za-z0-9.@_-]+")


def file_name(message_id: str) -> str:
    """Return the name of a mail's file; raises ValueError for a Message-ID that is none of ours."""
    name = message_id.removeprefix("<").removesuffix(">")
    if not _SAFE.fullmatch(name) or name.startswith("."):
        raise ValueError("no Message-ID of ours")
    return f"{name}.eml"


def keep(folder: Path, written: Letter) -> Path:
    """Write the mail in one step and to the disk (0600): a reader sees all of it or nothing; again is the same file."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / file_name(written.msgId)
    draft = folder / f".{path.name}.{os.getpid()}"
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(written.as_bytes())
        file.flush()
        os.fsync(file.fileno())
    os.replace(draft, path)
    return path


def kept(folder: Path) -> set[str]:
    """Return the names of all mails kept in the folder, without drafts."""
    if not folder.is_dir():
        return set()
    return {
        entry.name for entry in os.scandir(folder) if entry.name.endswith(".eml") and not entry.name.startswith(".")
    }
