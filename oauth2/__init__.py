# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The bridge between oauthlib and the models.

Nothing here imports ``odoo.http``: a controller hands over a :class:`message.Message`
and the environment, and gets an answer back.
"""

import logging

# At debug level oauthlib writes codes, tokens and refresh tokens to the log.
logging.getLogger("oauthlib").setLevel(logging.INFO)
