"""What a mail-order shop sells, and the words its clerks and supervisors leave beside it. Amounts in minor units."""

from __future__ import annotations

from random import Random

PRICES = (
    590, 890, 990, 1_290, 1_490, 1_690, 1_990, 2_290, 2_490, 2_990, 3_490, 3_990, 4_490, 4_990, 5_900, 6_990, 7_990, 9_900,
    12_900, 14_900, 19_900, 29_900,
)  # fmt: skip
FREQUENT = (5, 6, 8, 8, 9, 8, 10, 9, 9, 10, 8, 7, 5, 6, 4, 4, 4, 3, 2, 2, 1, 1)
POSTAGE, FREE_FROM = 690, 8_000
SALE_NOTES = (
    "Livrer chez le voisin en cas d’absence", "Cadeau : pas de facture dans le colis", "Rappeler avant la livraison",
    "Commande du catalogue de printemps", "Code avantage du catalogue", "Deux colis, frais offerts", "Client fidèle",
    "Livraison en point relais", "Bon de commande joint au dossier",
)  # fmt: skip
REFUND_NOTES = {
    "RETURNED": ("Colis revenu complet", "Taille trop petite, client rappelé", "Article renvoyé, état neuf"),
    "OUT_OF_STOCK": ("Article épuisé, client prévenu", "Référence arrêtée par le fournisseur"),
    "DISPUTE": ("Colis abîmé à la livraison", "Article non conforme à la photo"),
    "GOODWILL": ("Retard de livraison, frais de port remboursés", "Geste pour l’attente"),
    "KEYING_ERROR": ("Montant saisi deux fois", "Article compté en double"),
}
CANCEL_NOTES = {
    "OUT_OF_STOCK": ("Article épuisé",),
    "KEYING_ERROR": ("Erreur de montant, commande refaite", "Mauvais client"),
    "DISPUTE": ("Le client s’est rétracté au téléphone",),
}


def basket(rng: Random) -> int:
    """Return what an order comes to: one to five articles, and postage below a sum."""
    items = rng.choices(PRICES, FREQUENT, k=rng.choices((1, 2, 3, 4, 5), (34, 30, 19, 11, 6))[0])
    worth = sum(items)
    return worth if worth >= FREE_FROM else worth + POSTAGE


def part(rng: Random, amount: int, least: int = 100) -> int:
    """Return a part of an amount, an article's worth or so; the whole where it is too small to be parted."""
    some = amount * rng.randrange(20, 75) // 100 // 10 * 10
    return some if least <= some < amount else amount


def words(rng: Random, notes: dict[str, tuple[str, ...]]) -> tuple[str, str | None]:
    """Return a reason and, more often than not, a note that goes with it."""
    reason = rng.choice(tuple(notes))
    return reason, rng.choice(notes[reason]) if rng.random() < 0.6 else None
