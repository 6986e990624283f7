"""Security headers of every answer (trust.md "Access"): a strict content policy with one nonce per request.

Nothing inline runs or styles: scripts need the nonce, styles come from our own files only, so neither a style
attribute nor an event handler attribute does anything.
"""

from __future__ import annotations

import secrets

from flask import Flask, Response, has_request_context, request

NONCE = "egestion.csp_nonce"
YEAR = 365 * 24 * 3600  # seconds

FIXED = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",  # frame-ancestors for browsers that do not know it
    "Referrer-Policy": "same-origin",  # nothing to others; our own forms must say where they come from over TLS
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=(), browsing-topics=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def csp_nonce() -> str:
    """Return the nonce of this request, made on first use; empty outside a request.

    Kept in the request's environ and not in `g`: `g` belongs to the application context, which tests may share
    between requests, and a nonce used twice protects nobody.
    """
    if not has_request_context():
        return ""
    nonce: str = request.environ.setdefault(NONCE, secrets.token_urlsafe(18))
    return nonce


def policy(nonce: str) -> str:
    """Return the Content-Security-Policy that lets only scripts with `nonce` run."""
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src 'nonce-{nonce}'",
            "style-src 'self'",
            "img-src 'self'",
            "font-src 'self'",
            "connect-src 'self'",
            "form-action 'self'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
        )
    )


def security_headers(response: Response) -> Response:
    """Set the headers; only versioned static files may be kept by anybody, everything else is `no-store`."""
    response.headers["Content-Security-Policy"] = policy(csp_nonce())
    response.headers.update(FIXED)
    if request.is_secure:
        response.headers["Strict-Transport-Security"] = f"max-age={YEAR}"
    if request.endpoint in ("static", "appbuilder.static"):
        if request.args.get("v") and response.status_code == 200:
            response.headers["Cache-Control"] = f"public, max-age={YEAR}, immutable"
    else:
        response.headers["Cache-Control"] = "no-store"
    return response


def init_csp(app: Flask) -> None:
    """Register the headers and `csp_nonce` as a global: imported macros do not see context processors."""
    app.jinja_env.globals["csp_nonce"] = csp_nonce
    app.after_request(security_headers)
