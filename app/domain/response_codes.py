"""Why a bank or the platform said no, in plain words (domain.md section 3): a sentence for the clerk, and what to do.

English msgids; the web layer translates. The sentence is for the person at the desk: what may be said to the customer
is in the advice, since a stolen card or a suspicion is nobody's to tell.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from .text import N_


class Words(NamedTuple):
    """The reason and what to do now, both msgids."""

    reason: str
    advice: str


ANOTHER = N_("Ask for another card.")
CHECK = N_("Check number, expiry date and security code with the customer, then try again or ask for another card.")
LATER = N_("Try again in a few minutes, or ask for another card.")
SILENT = N_("Say only that the bank refuses the payment, and do not send the order with this card.")
CALL = N_("Call the bank before the order is sent.")
MANAGER = N_("No card will pass this way: tell your manager.")
LOOK = N_("Look at the transaction before you try again.")

#: What may be said aloud to the caller: nothing of the bank's reason, which is the cardholder's own affair.
SAY: Mapping[str, str] = MappingProxyType(
    {
        ANOTHER: N_("Your bank does not accept this payment. Would you like to pay with another card?"),
        CHECK: N_(
            "The bank does not recognise this card. Would you read me its number, its expiry date and its code again?"
        ),
        LATER: N_("The bank does not answer just now. May I try again, or would you like to use another card?"),
        SILENT: N_("Your bank does not accept this payment. I am sorry, I cannot tell you more; please ask your bank."),
        CALL: N_("Your bank wants to speak to us first. I am calling it now; please stay on the line."),
        MANAGER: N_("I cannot take this card just now. May I call you back about your order?"),
        LOOK: N_("I am looking at your order again; please stay on the line."),
    }
)

_FRAUD = Words(N_("The bank suspects a fraud."), SILENT)
_EXPIRED = Words(N_("The card has expired."), ANOTHER)
_LATE = Words(N_("The customer's bank did not answer in time."), LATER)
_STOPPED = Words(N_("The bank's system is not available just now."), LATER)
_KEEP = Words(N_("The bank has blocked this card."), SILENT)
_NO_REASON = Words(N_("The bank refuses the payment without giving a reason."), ANOTHER)

#: acquirerResponseCode, ISO 8583 field 39 as CB2A has it: what the customer's bank said.
BANK: Mapping[str, Words] = MappingProxyType(
    {
        "02": Words(N_("The customer's bank wants to be called."), CALL),
        "03": Words(N_("The bank does not know this merchant for remote sales."), MANAGER),
        "04": _KEEP,
        "05": _NO_REASON,
        "07": _KEEP,
        "08": Words(N_("The bank wants the customer's identity checked."), ANOTHER),
        "12": Words(N_("The bank cannot do this kind of payment with this card."), ANOTHER),
        "13": Words(N_("The bank does not accept this amount."), ANOTHER),
        "14": Words(N_("The bank does not know this card number."), CHECK),
        "15": Words(N_("No bank is known for this card number."), CHECK),
        "17": Words(N_("The customer cancelled the payment at the bank."), ANOTHER),
        "30": Words(N_("The bank could not read the request."), LATER),
        "31": Words(N_("The customer's bank does not know ours."), MANAGER),
        "33": _EXPIRED,
        "34": _FRAUD,
        "41": Words(N_("The card was reported lost."), SILENT),
        "43": Words(N_("The card was reported stolen."), SILENT),
        "51": Words(N_("There is not enough money on the customer's account."), ANOTHER),
        "54": _EXPIRED,
        "56": Words(N_("The bank has no such card on file."), CHECK),
        "57": Words(N_("The bank does not allow this card for orders at a distance."), ANOTHER),
        "58": Words(N_("The bank does not allow this operation to this merchant."), MANAGER),
        "59": _FRAUD,
        "60": Words(N_("The bank wants the merchant to call."), CALL),
        "61": Words(N_("The amount is above what this card may pay."), ANOTHER),
        "63": Words(N_("The bank's security rules were not respected."), CHECK),
        "65": Words(N_("This card was used too often today."), ANOTHER),
        "68": _LATE,
        "75": Words(N_("The code of this card was typed wrongly too often."), ANOTHER),
        "90": _STOPPED,
        "91": Words(N_("The customer's bank cannot be reached."), LATER),
        "94": Words(N_("The bank has this payment already."), LOOK),
        "96": _STOPPED,
        "97": _LATE,
        "98": _STOPPED,
        "99": _STOPPED,
    }
)

#: responseCode: what the platform says, or e-gestion itself (34 a rule of ours, 90 not sent, 97 never received).
PLATFORM: Mapping[str, Words] = MappingProxyType(
    {
        "02": BANK["02"],
        "03": Words(N_("The bank does not know this merchant, or no contract for this card or currency."), MANAGER),
        "05": _NO_REASON,
        "11": _KEEP,
        "12": Words(N_("The bank cannot do this operation."), LOOK),
        "14": Words(N_("Card number, expiry date or security code is wrong."), CHECK),
        "17": BANK["17"],
        "24": Words(N_("This is not possible at the bank any more, or not yet."), LOOK),
        "25": Words(N_("The bank does not know this transaction."), LOOK),
        "30": Words(N_("The platform could not read the request."), MANAGER),
        "34": Words(N_("One of your security rules refuses this order; the bank was not asked."), SILENT),
        "40": Words(N_("The bank does not allow this operation to this merchant."), MANAGER),
        "51": Words(N_("This is more than what is left at the bank."), LOOK),
        "54": _EXPIRED,
        "60": Words(N_("The bank has not decided yet."), LOOK),
        "63": BANK["63"],
        "75": Words(N_("There were too many attempts with this card."), ANOTHER),
        "90": Words(N_("The bank could not be reached; nothing was sent."), LATER),
        "94": BANK["94"],
        "97": Words(N_("The bank never received this order."), LATER),
        "99": _STOPPED,
    }
)

_WRONG_CODE = Words(N_("The security code is wrong."), CHECK)
_OTHER = Words(N_("The bank refuses this."), ANOTHER)
_PLATFORM_BY_ITSELF = ("24", "25", "34", "40", "51", "90", "97")


def say_of(words: Words) -> str:
    """Return the sentence (msgid) to say aloud to the caller."""
    return SAY[words.advice]


def words_of(response_code: str | None, acquirer_code: str | None, csc_result: str | None = None) -> Words:
    """Return the words for a refusal: the customer's bank knows best, unless the platform or e-gestion said no itself.

    `csc_result` is the security code's ("4E" wrong). A code nobody published gets a general sentence.
    """
    response, acquirer = response_code or "", acquirer_code or ""
    if response in _PLATFORM_BY_ITSELF:
        return PLATFORM[response]
    if csc_result == "4E" and response in ("05", "14"):
        return _WRONG_CODE
    if acquirer != "00" and acquirer in BANK and not (response == "14" and acquirer in ("05", "14")):
        return BANK[acquirer]
    return PLATFORM.get(response, _OTHER)
