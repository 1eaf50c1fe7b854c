# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What gunicorn serves."""

from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()
