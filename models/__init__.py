# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from . import ir_filters
from . import ir_http
from . import oauth_provider_assertion
from . import oauth_provider_credential
from . import oauth_provider_uri
from . import oauth_provider_authorization_code
from . import oauth_provider_client
from . import oauth_provider_client_authentication
from . import oauth_provider_client_jwt
from . import oauth_provider_client_openid
from . import oauth_provider_client_secret
from . import oauth_provider_failure
from . import oauth_provider_grant
from . import oauth_provider_key
from . import oauth_provider_logout
from . import oauth_provider_origin
from . import oauth_provider_post_logout_redirect_uri
from . import oauth_provider_redirect_uri
from . import oauth_provider_refresh_token
from . import oauth_provider_scope
from . import oauth_provider_scope_claims
from . import oauth_provider_session
from . import oauth_provider_token
from . import res_device
from . import res_users
