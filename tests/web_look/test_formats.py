"""Values as they are written, and words for every code of the domain."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from flask import Flask
from flask_babel import force_locale

from app.domain.states import STORED, OperationName, OperationStatus
from app.web import labels
from app.web.formats import NOTHING, amount, day, moment
from app.web.language import CHOICE
from app.web.listing import kind_of


@pytest.mark.parametrize(("language", "expected"), [("fr", "1\u202f234,56\u00a0€"), ("en", "€1,234.56")])
def test_an_amount_follows_the_reader(sample: Flask, language: str, expected: str) -> None:
    with sample.test_request_context(), force_locale(language):
        assert amount(123456, "EUR") == expected
        assert amount(None, "EUR") == NOTHING


def test_a_moment_is_shown_in_the_merchants_zone_with_its_offset_when_long(sample: Flask) -> None:
    before_midnight = datetime(2026, 11, 24, 23, 30, tzinfo=UTC)
    with sample.test_request_context(), force_locale("fr"):
        assert moment(before_midnight) == "25/11/2026 00:30"
        assert moment(before_midnight, "America/Martinique") == "24/11/2026 19:30"
        assert moment(before_midnight, long=True) == "25/11/2026 00:30:00 UTC+01:00"
        assert moment(None) == NOTHING
        assert day(date(2026, 11, 24)) == "24/11/2026"
    with sample.test_request_context(), force_locale("en"):
        assert moment(before_midnight) == "25 Nov 2026 00:30"
        assert day(date(2026, 11, 24)) == "24 Nov 2026"


def test_the_hour_that_comes_twice_is_told_apart_in_the_long_form(sample: Flask) -> None:
    first, second = (datetime(2026, 10, 25, hour, 30, tzinfo=UTC) for hour in (0, 1))
    with sample.test_request_context(), force_locale("fr"):
        assert moment(first) == moment(second) == "25/10/2026 02:30"
        assert moment(first, long=True) != moment(second, long=True)


def test_every_code_of_the_domain_has_a_word_in_both_languages(sample: Flask) -> None:
    codes = [("state", c) for c in STORED] + [("operation", c) for c in OperationName]
    codes += [("status", c) for c in OperationStatus]
    words: dict[str, list[str]] = {}
    for language in ("fr", "en"):
        with sample.test_request_context():
            from flask import session

            session[CHOICE] = language
            words[language] = [labels.label(code, kind) for kind, code in codes]
    assert all(word and word != str(code) for word, (_, code) in zip(words["en"], codes, strict=True))
    same = {f for f, e in zip(words["fr"], words["en"], strict=True) if f == e}
    assert same <= {"Validation", "Duplication"}  # the same word in both
    assert labels.label("TO_CAPTURE") != "TO_CAPTURE"
    assert labels.label("UNHEARD_OF") == "UNHEARD_OF"
    assert labels.tone("UNHEARD_OF") == "plain"


def test_what_a_view_does_not_declare_is_guessed() -> None:
    moment_ = datetime(2026, 1, 1, tzinfo=UTC)
    guessed = [kind_of(None, "x", value) for value in (True, 3, moment_, moment_.date(), ["a"], "text", None)]
    assert guessed == ["yes_no", "number", "moment", "day", "list", "text", "text"]
