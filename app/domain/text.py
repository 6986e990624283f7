"""Marking of message texts for translation; the web layer translates, the domain only names."""


def N_(msgid: str) -> str:  # noqa: N802 - gettext's customary name, known to the extractor
    """Return msgid unchanged; marks it for the catalogue."""
    return msgid
