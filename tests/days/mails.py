"""Mails that left the product for somebody's address."""

from __future__ import annotations

import email
import email.policy
import re
import time

from tools.product import Product


def invitation(product: Product, to: str) -> str:
    """The link of the mail that left for this address."""
    limit = time.monotonic() + 60
    while time.monotonic() < limit:
        for file in (product.folder / "outbox").rglob("*.eml"):
            message = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
            found = re.search(r"http://\S+/activation/\S+", message.get_content())  # type: ignore[attr-defined]
            if found and to in str(message["To"]):
                return found[0]
        time.sleep(0.5)
    raise AssertionError(f"no invitation left for {to}")
