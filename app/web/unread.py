"""What a caller goes on sending is read to its end before the answer leaves.

An answer given in the middle of a large body (too large, no token) would else never arrive: the server closes a
connection with bytes left on it, and the caller sees a broken pipe instead of 413.
"""

from __future__ import annotations

import time

from flask import Flask, Response, request

MOST = 64 * 1024 * 1024  # bytes; who sends more is cut off
SECONDS = 10.0
_PIECE = 64 * 1024


def init_unread(app: Flask) -> None:
    """Read what is left of a refused request's body after its answer was made."""
    app.after_request(read_to_the_end)


def read_to_the_end(response: Response) -> Response:
    """Throw away the rest of a refused request's body, within bounds of size and time."""
    stream = request.environ.get("wsgi.input")
    if response.status_code < 400 or stream is None or not request.environ.get("wsgi.input_terminated"):
        return response  # where the body ends is not known: reading on could wait for ever
    left, until = MOST, time.monotonic() + SECONDS
    try:
        while left > 0 and time.monotonic() < until and (piece := stream.read(_PIECE)):
            left -= len(piece)
    except OSError:
        pass  # the caller is gone
    return response
