"""The bank's page for a person: settings and the last operations, in French or English, no script."""

from collections.abc import Mapping, Sequence
from html import escape

from .faults import FaultDesk
from .merchants import MERCHANTS
from .settings import Settings

STYLE = """
:root { color-scheme: light dark; --line: #767676; }
body { font: 1rem/1.5 system-ui, sans-serif; margin: 1rem auto; max-width: 75rem; padding: 0 1rem; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; min-width: 100%; }
caption { text-align: left; font-weight: bold; padding: .5rem 0; }
th, td { border-bottom: 1px solid var(--line); padding: .35rem .6rem; text-align: left; white-space: nowrap; }
td.amount { text-align: right; font-variant-numeric: tabular-nums; }
dt { font-weight: bold; }
:focus-visible { outline: 3px solid #1a73e8; outline-offset: 2px; }
"""

_TEXTS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "title": "Practice bank", "intro": "No real money. This bank keeps no card number and no security code.",
        "settings": "Settings", "time": "The bank's time", "night": "Night", "on": "on: captures at 22:30 Paris time",
        "off": "off: a validated sale is captured at once", "latency": "Added to each answer",
        "faults": "Faults waiting", "none": "none", "merchants": "Merchants", "journal": "The last operations",
        "empty": "No operation yet.", "n": "No.", "at": "Time (UTC)", "merchantId": "Merchant",
        "transactionReference": "Reference", "operation": "Operation", "amount": "Amount (minor units)",
        "currencyCode": "Currency", "responseCode": "Code", "newStatus": "Status", "orderId": "Order",
        "operationOrigin": "Origin", "answered": "Answered", "yes": "yes", "no": "no",
    },
    "fr": {
        "title": "Banque d’entraînement",
        "intro": "Aucun argent réel. Cette banque ne garde ni numéro de carte ni cryptogramme.",
        "settings": "Réglages", "time": "Heure de la banque", "night": "Nuit",
        "on": "oui : remises à 22 h 30, heure de Paris", "off": "non : une vente validée est remise aussitôt",
        "latency": "Ajouté à chaque réponse", "faults": "Pannes en attente", "none": "aucune", "merchants": "Commerçants",
        "journal": "Les dernières opérations", "empty": "Aucune opération pour l’instant.", "n": "N°",
        "at": "Heure (UTC)", "merchantId": "Commerçant", "transactionReference": "Référence",
        "operation": "Opération", "amount": "Montant (unités mineures)", "currencyCode": "Devise",
        "responseCode": "Code", "newStatus": "État", "orderId": "Commande", "operationOrigin": "Origine",
        "answered": "Répondu", "yes": "oui", "no": "non",
    },
}  # fmt: skip


def language_of(accepted: str) -> str:
    """French when the browser asks for it before English, else English."""
    wanted = [part.split(";")[0].strip().lower()[:2] for part in accepted.split(",")]
    return next((language for language in wanted if language in _TEXTS), "en")


def render(
    language: str, now: str, settings: Settings, faults: FaultDesk, entries: Sequence[Mapping[str, object]]
) -> bytes:
    """The page in UTF-8; `entries` are journal entries, the newest shown first."""
    text = _TEXTS[language]
    waiting = ", ".join(f"{item.times} × {item.verb} {item.fault.kind}" for item in faults.waiting) or text["none"]
    facts = (
        (text["time"], now),
        (text["night"], text["on"] if settings.night else text["off"]),
        (text["latency"], f"{settings.latency_ms} ms"),
        (text["faults"], waiting),
        (text["merchants"], ", ".join(f"{item.name} {item.merchant_id}" for item in MERCHANTS.values())),
    )
    listed = "".join(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in facts)
    return (
        f'<!DOCTYPE html><html lang="{language}"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><title>{text["title"]}</title>'
        f'<link rel="stylesheet" href="/style.css"></head><body><main><h1>{text["title"]}</h1><p>{text["intro"]}</p>'
        f"<h2>{text['settings']}</h2><dl>{listed}</dl>{_table(text, entries)}</main></body></html>\n"
    ).encode()


def _table(text: Mapping[str, str], entries: Sequence[Mapping[str, object]]) -> str:
    if not entries:
        return f"<h2>{text['journal']}</h2><p>{text['empty']}</p>"
    names = list(entries[0])
    head = "".join(f'<th scope="col">{escape(text[name])}</th>' for name in names)
    rows = "".join(
        "<tr>" + "".join(_cell(text, name, entry[name]) for name in names) + "</tr>" for entry in reversed(entries)
    )
    return (
        f'<div class="scroll" tabindex="0" role="region" aria-label="{escape(text["journal"])}"><table>'
        f"<caption>{text['journal']}</caption><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>"
    )


def _cell(text: Mapping[str, str], name: str, value: object) -> str:
    if name == "answered":
        value = text["yes"] if value else text["no"]
    css = ' class="amount"' if name == "amount" else ""
    return f"<td{css}>{escape('' if value is None else str(value))}</td>"
