"""JSON read strictly: one object, no name twice, no NaN, numbers as they are written, never more than 64 KiB."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NoReturn

from flask import request
from werkzeug.exceptions import RequestEntityTooLarge

from ..domain.errors import MalformedRequest
from ..domain.text import N_
from .problems import UnsupportedMediaType

LARGEST = 64 * 1024  # bytes; the longest order there can be is below 8 KiB


def read_body(*, optional: bool = False) -> Mapping[str, Any]:
    """Return the request's JSON object; {} for no body where it is `optional`.

    Raises UnsupportedMediaType, MalformedRequest, or werkzeug's RequestEntityTooLarge.
    """
    request.max_content_length = LARGEST + 1
    data = request.get_data(cache=False)
    if len(data) > LARGEST:  # sent in chunks: werkzeug cuts such a body off without a word
        raise RequestEntityTooLarge()
    if optional and not data:
        return {}
    if request.mimetype != "application/json":
        raise UnsupportedMediaType()
    try:
        body = json.loads(data.decode("utf-8"), object_pairs_hook=_object, parse_constant=_constant, parse_int=_whole)
    except UnicodeDecodeError:
        raise MalformedRequest(N_("The body is not UTF-8.")) from None
    except json.JSONDecodeError as error:
        text = N_("The body is no JSON: it cannot be read from line %(line)s, column %(column)s on.")
        raise MalformedRequest(text, line=error.lineno, column=error.colno) from None
    except RecursionError:
        raise MalformedRequest(N_("The body is nested too deep.")) from None
    if not isinstance(body, dict):
        raise MalformedRequest(N_("The body must be one JSON object."))
    return body


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise MalformedRequest(N_("The body names a field twice."))
    return found


def _constant(_name: str) -> NoReturn:
    raise MalformedRequest(N_("NaN and Infinity are no JSON numbers."))


def _whole(digits: str) -> int:
    """A whole number; of one beyond 30 digits the first 31, which are out of every field's range as well."""
    return int(digits[:31])
