# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The fixed requests, good and bad, over every endpoint; in this order."""

from . import administration, api, authorize, documents, info, person, token

ALL = (documents, authorize, token, info, api, person, administration)
