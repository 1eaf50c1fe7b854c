# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Make the tables, a client and a token; print what the benchmark needs, as JSON."""

import json
import secrets
from datetime import timedelta

import django

django.setup()

from django.contrib.auth.models import User  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.utils import timezone  # noqa: E402
from oauth2_provider.models import AccessToken, Application  # noqa: E402

call_command("migrate", verbosity=0)
user = User.objects.create_user("bench")
secret = secrets.token_urlsafe(32)
application = Application.objects.create(
    name="bench",
    user=user,
    client_type=Application.CLIENT_CONFIDENTIAL,
    authorization_grant_type=Application.GRANT_CLIENT_CREDENTIALS,
    client_secret=secret,
)
tokens = {}
for scope in ("read", "introspection"):
    tokens[scope] = secrets.token_urlsafe(32)
    AccessToken.objects.create(
        user=user,
        application=application,
        token=tokens[scope],
        scope=scope,
        expires=timezone.now() + timedelta(days=1),
    )
made = {"identifier": application.client_id, "secret": secret, "tokens": tokens}
print(json.dumps(made))
