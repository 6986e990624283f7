"""Fields of who ordered: name, telephone, e-mail, delivery address; every one optional (domain.md "Order data")."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..domain.field_kinds import Choice, Text
from ..domain.fields import Field
from ..domain.text import N_
from ..ports import CustomerData

# ISO 3166-1 alpha-2, as assigned in 2026, and XK, which cards and the post use for Kosovo.
_COUNTRIES = """
    AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ CA
    CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA
    GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP
    KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS
    MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS
    RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW
    TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS XK YE YT ZA ZM ZW
"""
COUNTRIES = tuple(_COUNTRIES.split())
_EMAIL = r"[^\s@<>\"(),;:\\\[\]\u0000-\u001f\u007f-\u009f]{1,64}@(?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z0-9-]{2,63}"

CUSTOMER = (
    Field("name", Text(80)),
    Field(
        "telephone",
        Text(
            16,
            pattern=r"\+[1-9][0-9]{6,14}",
            code="telephone_invalid",
            message=N_("A telephone number is written with its country, like +33612345678."),
        ),
        about="E.164, like +33612345678",
    ),
    Field("email", Text(254, pattern=_EMAIL, code="email_invalid", message=N_("This is not an e-mail address."))),
    Field("postal_code", Text(12)),
    Field("address", Text(240), about="delivery address, on one line"),
    Field(
        "country",
        Choice(COUNTRIES, "country_unknown", N_("A country is written with two letters, like FR (ISO 3166-1).")),
        about="ISO 3166-1 alpha-2",
    ),
)


def customer_of(values: Mapping[str, Any] | None) -> CustomerData | None:
    """Return the customer read by `CUSTOMER`; None where nothing is said of one."""
    if values is None or not any(values.values()):
        return None
    return CustomerData(**values)
