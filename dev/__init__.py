# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Developer tooling of the addon: ``python3 -m dev help`` lists the commands.

Nothing here is part of the installed addon. What runs before the virtual
environment exists uses the standard library only.
"""
