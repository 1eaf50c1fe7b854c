# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What well-known applications need here, and what is to be entered there."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Recipe:
    """How one application is connected.

    :ivar label: name of the application (str)
    :ivar path: where it wants people back, below its address; None for no browser
    :ivar after: where people may go after signing out, below its address, or None
    :ivar values: further values of the client
    :ivar entries: what to enter there: (label, text with placeholders ``issuer``,
        ``base``, ``id`` and ``secret``)
    """

    label: str
    path: str | None
    after: str | None = None
    values: dict = field(default_factory=dict)
    entries: tuple = ()

    @property
    def proposed_name(self):
        """The name (str) of the client, unless somebody enters another one."""
        return self.label.partition(" (")[0]


#: Values that an OpenID Connect client asks for by discovery.
_DISCOVERED = (
    ("Issuer", "%(issuer)s"),
    ("Client ID", "%(id)s"),
    ("Client Secret", "%(secret)s"),
)
_WEB = {"application_type": "web application"}
_PUBLIC = {**_WEB, "client_type": "public"}

RECIPES = {
    "auth_oauth": Recipe(
        "Another Odoo (auth_oauth)",
        "/auth_oauth/signin",
        values={"application_type": "mobile application"},
        entries=(
            ("Provider name", "Odoo"),
            ("Client ID", "%(id)s"),
            ("Allowed", "yes"),
            ("Login button label", "Log in with Odoo"),
            ("Authorization URL", "%(base)s/authorize"),
            ("Scope", "openid profile email"),
            ("UserInfo URL", "%(base)s/tokeninfo"),
            ("Data Endpoint", "%(base)s/userinfo"),
        ),
    ),
    "auth_oidc": Recipe(
        "Another Odoo (OCA's auth_oidc)",
        "/auth_oauth/signin",
        "/web/login",
        {**_WEB, "claims_in_id_token": True},
        (
            ("Provider name", "Odoo"),
            ("Auth Flow", "OpenID Connect (authorization code flow)"),
            ("Client ID", "%(id)s"),
            ("Client Secret", "%(secret)s"),
            ("Allowed", "yes"),
            ("Login button label", "Log in with Odoo"),
            ("Authorization URL", "%(base)s/authorize"),
            ("Scope", "openid profile email"),
            ("Token URL", "%(base)s/token"),
            ("JWKS URL", "%(base)s/jwks"),
        ),
    ),
    "single_page": Recipe(
        "A single-page or mobile application",
        "/callback",
        "/",
        _PUBLIC,
        (("Issuer", "%(issuer)s"), ("Client ID", "%(id)s"), ("Flow", "PKCE, S256")),
    ),
    "server": Recipe(
        "A server-to-server integration",
        None,
        values={"application_type": "backend application"},
        entries=(
            ("Token URL", "%(base)s/token"),
            ("Grant Type", "client_credentials"),
            ("Client ID", "%(id)s"),
            ("Client Secret", "%(secret)s"),
        ),
    ),
    "nextcloud": Recipe(
        "Nextcloud (user_oidc)",
        "/apps/user_oidc/code",
        "/",
        _WEB,
        (
            ("Identifier", "Odoo"),
            ("Client ID", "%(id)s"),
            ("Client secret", "%(secret)s"),
            ("Discovery endpoint", "%(issuer)s/.well-known/openid-configuration"),
            ("Scope", "openid email profile"),
            ("User ID mapping", "sub"),
        ),
    ),
    "grafana": Recipe(
        "Grafana (generic OAuth)",
        "/login/generic_oauth",
        "/login",
        _WEB,
        (
            ("client_id", "%(id)s"),
            ("client_secret", "%(secret)s"),
            ("scopes", "openid profile email"),
            ("auth_url", "%(base)s/authorize"),
            ("token_url", "%(base)s/token"),
            ("api_url", "%(base)s/userinfo"),
            ("login_attribute_path", "preferred_username"),
            ("use_pkce", "true"),
        ),
    ),
    "gitlab": Recipe(
        "GitLab (openid_connect)",
        "/users/auth/openid_connect/callback",
        "/",
        _WEB,
        (
            ("scope", '["openid","profile","email"]'),
            ("response_type", "code"),
            ("issuer", "%(issuer)s"),
            ("discovery", "true"),
            ("pkce", "true"),
            ("uid_field", "sub"),
            ("client_options.identifier", "%(id)s"),
            ("client_options.secret", "%(secret)s"),
        ),
    ),
    "wordpress": Recipe(
        "WordPress (OpenID Connect Generic)",
        "/wp-admin/admin-ajax.php?action=openid-connect-authorize",
        "/wp-login.php?loggedout=true&wp_lang=en_US",
        # That plugin sends no code challenge
        {**_WEB, "pkce_required": False},
        (
            ("Client ID", "%(id)s"),
            ("Client Secret Key", "%(secret)s"),
            ("OpenID Scope", "openid profile email"),
            ("Login Endpoint URL", "%(base)s/authorize"),
            ("Userinfo Endpoint URL", "%(base)s/userinfo"),
            ("Token Validation Endpoint URL", "%(base)s/token"),
            ("End Session Endpoint URL", "%(base)s/logout"),
            ("JWKS URI", "%(base)s/jwks"),
            ("Identity Key", "sub"),
        ),
    ),
    "oauth2_proxy": Recipe(
        "oauth2-proxy",
        "/oauth2/callback",
        "/",
        _WEB,
        (
            ("--provider", "oidc"),
            ("--oidc-issuer-url", "%(issuer)s"),
            ("--client-id", "%(id)s"),
            ("--client-secret", "%(secret)s"),
            ("--code-challenge-method", "S256"),
            ("--email-domain", "*"),
        ),
    ),
    "spring": Recipe(
        "Spring Boot 3 (OAuth2 Client)",
        "/login/oauth2/code/odoo",
        "/",
        # Spring Security 6 sends a code challenge for public clients only
        {**_WEB, "pkce_required": False},
        (
            ("registration.odoo.client-id", "%(id)s"),
            ("registration.odoo.client-secret", "%(secret)s"),
            ("registration.odoo.scope", "openid,profile,email"),
            ("provider.odoo.issuer-uri", "%(issuer)s"),
        ),
    ),
    "passport": Recipe(
        "Passport (passport-openidconnect)",
        "/oauth2/redirect",
        None,
        # That strategy sends no code challenge
        {**_WEB, "pkce_required": False},
        (
            ("issuer", "%(issuer)s"),
            ("authorizationURL", "%(base)s/authorize"),
            ("tokenURL", "%(base)s/token"),
            ("userInfoURL", "%(base)s/userinfo"),
            ("clientID", "%(id)s"),
            ("clientSecret", "%(secret)s"),
            ("scope", "profile email"),
        ),
    ),
    "auth_js": Recipe(
        "Auth.js",
        "/api/auth/callback/odoo",
        None,
        # Auth.js takes the person from the ID token
        {**_WEB, "claims_in_id_token": True},
        (
            ("id", "odoo"),
            ("type", "oidc"),
            ("issuer", "%(issuer)s"),
            ("clientId", "%(id)s"),
            ("clientSecret", "%(secret)s"),
        ),
    ),
    # The rest is in assistant.py: one recipe for all that speak the protocol MCP
    "assistant": Recipe("AI assistant (MCP)", None, values=_PUBLIC),
    # Nothing is known of it: many applications look into the ID token and nowhere else
    "other": Recipe(
        "Another OpenID Connect application",
        "/",
        None,
        {**_WEB, "claims_in_id_token": True},
        _DISCOVERED,
    ),
}
