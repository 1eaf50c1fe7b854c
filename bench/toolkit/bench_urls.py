# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The routes that are measured: the toolkit's own, and one that it protects."""

from django.http import JsonResponse
from django.urls import include, path
from oauth2_provider.decorators import protected_resource


@protected_resource(scopes=["read"])
def resource(request):
    """Answer what Odoo's context_get does, more or less."""
    return JsonResponse({"lang": "en_US", "uid": request.resource_owner.pk})


urlpatterns = [
    path("o/", include("oauth2_provider.urls", namespace="oauth2_provider")),
    path("resource", resource),
]
