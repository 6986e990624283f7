"""Links to the page at hand with other arguments, and to static files by their content.

FAB's own filters (`link_order`, `link_page`) hand the query string to `url_for` as keywords: `?endpoint=x` is a 500 and
`?_scheme=…` writes any scheme into a link. These build on the path and quote everything.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path
from urllib.parse import urlencode

from flask import Flask, current_app, redirect, request, url_for
from flask.typing import ResponseReturnValue


def _path() -> str:
    """This page's path with one leading slash: `//host` would be another site."""
    return "/" + request.path.lstrip("/\\")


def here(**changes: object) -> str:
    """Return the path and query of this page with `changes` applied; a value of None drops the argument."""
    kept = [(name, value) for name, value in request.args.items(multi=True) if name not in changes]
    new = [(name, str(value)) for name, value in changes.items() if value is not None]
    return _path() + ("?" + urlencode(kept + new) if kept or new else "")


def safe_path(path: str | None) -> str:
    """Return `path` when it is a path on this site, else `/`: no scheme, no host, no control characters."""
    if not path or path[0] != "/" or path[1:2] in ("/", "\\") or not path.isprintable():
        return "/"
    return path


@lru_cache(maxsize=64)
def _digest(file: Path, modified: int) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()[:12]


def asset(filename: str) -> str:
    """Return the URL of one of our static files with its content's digest, so that it may be cached for ever."""
    file = Path(current_app.static_folder or "") / filename
    return url_for("static", filename=filename, v=_digest(file, file.stat().st_mtime_ns))


def _drop_empty_filters() -> ResponseReturnValue | None:
    """Answer a search form's empty inputs with the same page without them: to FAB an empty filter is a filter."""
    if request.method != "GET" or "_flt_" not in request.query_string.decode("latin-1"):
        return None
    pairs = list(request.args.items(multi=True))
    kept = [(name, value) for name, value in pairs if value.strip() or not name.startswith("_flt_")]
    return None if kept == pairs else redirect(_path() + ("?" + urlencode(kept) if kept else ""))


def init_links(app: Flask) -> None:
    """Register `here` and `asset` for templates, and the clean-up of empty search inputs."""
    app.jinja_env.globals.update(here=here, asset=asset)
    app.before_request(_drop_empty_filters)
