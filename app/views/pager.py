"""What the pager under a list needs: its count, the way on and back, how many rows a page may have."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..models.queries.keyset import Page
from ..models.queries.listing import ListFilter
from ..web.links import here

PAGE_SIZES = (25, 50, 100, 200)


def pager_of(wanted: ListFilter, page: Page, sizes: Sequence[int] = PAGE_SIZES) -> dict[str, Any]:
    """Return the pager's values for a page of a filtered list at the address at hand."""
    return {
        "count": page.count,
        "exact": page.count_is_exact,
        "first": here(cursor=None) if wanted.place else None,
        "previous": here(cursor=page.previous_cursor) if page.previous_cursor else None,
        "next": here(cursor=page.next_cursor) if page.next_cursor else None,
        "sizes": [(size, here(page_size=size, cursor=None)) for size in sizes],
        "size": wanted.page_size,
    }
