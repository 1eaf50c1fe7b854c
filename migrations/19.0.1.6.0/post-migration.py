# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The description of the scope ``profile`` names the picture, which it gives away."""

import json

#: What was shipped and what is now, by language.
DESCRIPTIONS = {
    "en": (
        "Your name, your login, your language and your time zone.",
        "Your name, your login, your picture, your language and your time zone.",
    ),
    "de": (
        "Ihr Name, Ihr Login, Ihre Sprache und Ihre Zeitzone.",
        "Ihr Name, Ihr Login, Ihr Bild, Ihre Sprache und Ihre Zeitzone.",
    ),
    "es": (
        "Su nombre, su usuario, su idioma y su zona horaria.",
        "Su nombre, su usuario, su foto, su idioma y su zona horaria.",
    ),
    "fr": (
        "Votre nom, votre identifiant, votre langue et votre fuseau horaire.",
        "Votre nom, votre identifiant, votre photo, votre langue et votre fuseau"
        " horaire.",
    ),
    "it": (
        "Il suo nome, il suo login, la sua lingua e il suo fuso orario.",
        "Il suo nome, il suo login, la sua foto, la sua lingua e il suo fuso orario.",
    ),
    "nl": (
        "Uw naam, uw gebruikersnaam, uw taal en uw tijdzone.",
        "Uw naam, uw gebruikersnaam, uw foto, uw taal en uw tijdzone.",
    ),
}
#: By the old text: one language may stand in for another one.
NEW_BY_OLD = dict(DESCRIPTIONS.values())


def migrate(cr, version):
    """Replace the shipped text where nobody has changed it.

    The scope opens what it did: nobody is asked again, and no change is recorded.
    """
    if not version:
        return
    cr.execute(
        "SELECT scope.id, scope.description FROM oauth_provider_scope scope"
        " JOIN ir_model_data data ON data.res_id = scope.id"
        " WHERE data.module = 'oauth_provider' AND data.name = 'scope_profile'"
        " AND data.model = 'oauth.provider.scope'"
    )
    for id_, texts in cr.fetchall():
        changed = {
            lang: NEW_BY_OLD[text]
            for lang, text in (texts or {}).items()
            if text in NEW_BY_OLD
        }
        if changed:
            cr.execute(
                "UPDATE oauth_provider_scope SET description = description || %s::jsonb"
                " WHERE id = %s",
                (json.dumps(changed), id_),
            )
