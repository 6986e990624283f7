"""Names of people who do not exist, put together from syllables; towns with their postal codes; streets of anywhere."""

from __future__ import annotations

GIVEN = (
    "Adèle", "Agathe", "Alban", "Amaury", "Anatole", "Anouk", "Apolline", "Armand", "Astrid", "Augustin", "Aurore", "Basile",
    "Bérénice", "Blandine", "Brice", "Capucine", "Célestin", "Clémence", "Clotilde", "Côme", "Damien", "Diane", "Edmond",
    "Éléonore", "Élise", "Émilien", "Estelle", "Fabrice", "Félicie", "Flavie", "Florent", "Gaspard", "Gilles", "Hélène",
    "Henri", "Honorine", "Irène", "Isaure", "Joachim", "Josiane", "Judith", "Laurence", "Léonie", "Lionel", "Lucile",
    "Madeleine", "Marius", "Mathilde", "Maxence", "Mireille", "Noémie", "Octave", "Odile", "Pascal", "Prosper", "Quentin",
    "Raphaëlle", "Régis", "Rosalie", "Sabine", "Sidonie", "Solène", "Sylvain", "Tancrède", "Thibault", "Tristan", "Ursule",
    "Valentine", "Victorine", "Yves", "Yvonne", "Zélie",
)  # fmt: skip
BEGINNINGS = (
    "Bar", "Beau", "Bel", "Bois", "Bour", "Brem", "Cam", "Chan", "Char", "Clair", "Cor", "Dau", "Del", "Fau", "Fer", "Fon",
    "Gar", "Gau", "Gran", "Hau", "Jau", "Lam", "Lar", "Mal", "Mar", "Mon", "Mor", "Per", "Plan", "Pon", "Rau", "Rem", "Roc",
    "Sau", "Ser", "Tau", "Val", "Ver", "Vil", "Vau",
)  # fmt: skip
ENDINGS = (
    "bier", "boisier", "champ", "cheret", "court", "delier", "din", "doyer", "ferrand", "geron", "gnolet", "lardeau", "lanne",
    "lerin", "mandier", "menant", "mineau", "nardin", "nevier", "pineau", "quemont", "quillard", "rancel", "roudel", "rousset",
    "sagnier", "sandre", "tellier", "tignon", "vandier", "vasseau", "villon",
)  # fmt: skip
TOWNS = (
    ("01000", "Bourg-en-Bresse"), ("06000", "Nice"), ("10000", "Troyes"), ("13006", "Marseille"), ("14000", "Caen"),
    ("17000", "La Rochelle"), ("19100", "Brive-la-Gaillarde"), ("21000", "Dijon"), ("25000", "Besançon"), ("26000", "Valence"),
    ("29200", "Brest"), ("31000", "Toulouse"), ("33000", "Bordeaux"), ("34000", "Montpellier"), ("35000", "Rennes"),
    ("37000", "Tours"), ("38000", "Grenoble"), ("42000", "Saint-Étienne"), ("44000", "Nantes"), ("45000", "Orléans"),
    ("49000", "Angers"), ("51100", "Reims"), ("54000", "Nancy"), ("56000", "Vannes"), ("57000", "Metz"), ("59000", "Lille"),
    ("60000", "Beauvais"), ("63000", "Clermont-Ferrand"), ("64000", "Pau"), ("66000", "Perpignan"), ("67000", "Strasbourg"),
    ("69003", "Lyon"), ("72000", "Le Mans"), ("73000", "Chambéry"), ("75011", "Paris"), ("75015", "Paris"), ("76000", "Rouen"),
    ("80000", "Amiens"), ("83000", "Toulon"), ("84000", "Avignon"), ("85000", "La Roche-sur-Yon"), ("86000", "Poitiers"),
    ("87000", "Limoges"), ("88000", "Épinal"), ("89000", "Auxerre"), ("92100", "Boulogne-Billancourt"), ("94300", "Vincennes"),
)  # fmt: skip
STREETS = (
    "rue des Tilleuls", "rue du Moulin", "avenue de la Gare", "chemin des Vignes", "impasse du Lavoir", "place de l’Église",
    "rue de la Fontaine", "allée des Acacias", "rue du Puits", "boulevard du Midi", "rue des Écoles", "quai du Canal",
    "rue Basse", "route de la Forêt", "rue du Four", "sentier des Prés",
)  # fmt: skip
# Telephone numbers kept free for fiction (ARCEP's numbering plan): the first digits, and how many follow.
FICTION = (("+3319900", 4), ("+3326191", 4), ("+3335301", 4), ("+3346571", 4), ("+3353649", 4), ("+3363998", 4))
