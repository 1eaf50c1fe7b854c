# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from . import oauth_provider_client_secret
from . import oauth_provider_client_wizard
from . import oauth_provider_connection
from . import oauth_provider_finding
from . import oauth_provider_preview
from . import oauth_provider_scope_preview
from . import oauth_provider_trial
