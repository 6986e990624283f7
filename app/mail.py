"""The post's public side: write a mail in a unit (`queue_mail`, in the reader's language), send what is due."""

from __future__ import annotations

from .post.addresses import MailRefused, usable_address
from .post.outbox import queue_mail
from .post.sender import send_due
from .post.words import in_language, sentence

__all__ = ["MailRefused", "in_language", "queue_mail", "send_due", "sentence", "usable_address"]
