"""The pages every rule is tried on, and a reader of their HTML."""

from __future__ import annotations

from html.parser import HTMLParser

PAGES = (
    "/",
    "/sales/list/",
    "/sales/list/?_oc_SaleView=amount&_od_SaleView=desc&page_SaleView=1&psize_SaleView=25",
    "/sales/show/3",
    "/shops/list/",
    "/shops/list/?_flt_2_name=nothing-like-it",
    "/shops/show/1",
    "/shops/add",
    "/shops/edit/1",
    "/try/order",
    "/try/empty",
    "/users/list/",
    "/users/add",
    "/users/edit/1",
    "/users/show/1",
    "/users/userinfo/",
    "/resetmypassword/form",
    "/roles/list/",
    "/roles/show/1",
)


class Page(HTMLParser):
    """Every start tag of a page as (tag, attributes)."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))

    def all(self, *names: str) -> list[dict[str, str]]:
        """Return the attributes of every tag of these names."""
        return [attributes for tag, attributes in self.tags if tag in names]
