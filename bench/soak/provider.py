# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The provider under load: its database, its people and clients, its server."""

import time

import jwt
from cryptography.hazmat.primitives.asymmetric import ec

from dev.server import OdooServer
from dev.settings import ADDON

from ..odoo_side import FOREVER, WORKERS

DATABASE = "soak"
CALLBACK = "https://soak.example.com/callback"
PASSWORD = "soak-password"
#: Access and refresh tokens live for so many seconds, and are removed by the next run
#: of the job: the tables soon hold as many rows as they ever will.
ACCESS, REFRESH = 120, 300
#: Seconds after which a session that nobody used is removed.
INACTIVITY = 120
#: Makes people, scopes and clients, and has every job run each minute.
MAKE = """
from datetime import datetime
parameters = env["ir.config_parameter"]
for key, value in (
    ("oauth_provider.retention_days", "0"),
    ("oauth_provider.event_retention_days", "0"),
    ("sessions.max_inactivity_seconds", str(values["inactivity"])),
):
    parameters.set_param(key, value)
for name in (
    "oauth_provider.cron_clean", "oauth_provider.cron_logout",
    "oauth_provider.cron_rotate_keys", "base.autovacuum_job",
):
    job = env.ref(name, raise_if_not_found=False)
    if job:
        # Not long ago: Odoo goes from there to now in steps of a minute
        job.write({"interval_number": 1, "interval_type": "minutes", "active": True,
                   "nextcall": datetime.now()})
people = env["res.users"].with_context(no_reset_password=True).create([
    {
        "name": f"Soak {number}", "login": f"soak-{number}",
        "password": values["password"], "email": f"soak-{number}@example.com",
        "group_ids": [
            (4, env.ref("base.group_user").id),
            (4, env.ref("base.group_partner_manager").id),
        ],
    }
    for number in range(values["people"])
])
fields = env["ir.model.fields"]
known = [fields._get("res.partner", name).id for name in ("name", "city", "function")]
contacts, full = env["oauth.provider.scope"].create([
    {
        "name": "Contacts", "code": "contacts", "field_ids": [(6, 0, known)],
        "model_id": env["ir.model"]._get("res.partner").id,
        "api_read": True, "api_write": True,
    },
    {"name": "Everything", "code": "everything", "full_access": True},
])
standard = env["oauth.provider.scope"].search([
    ("code", "in", ("openid", "profile", "email")),
])
result = {"clients": {}, "partners": env["res.partner"].create([
    {"name": f"Contact {number}", "city": "Namur"} for number in range(20)
]).ids}
for name, application, scopes, more in (
    ("web", "web", standard | contacts, {}),
    ("signed", "web", standard, {"token_type": "jwt", "jwt_algorithm": "ES256"}),
    ("mobile", "mobile", standard, {}),
    ("legacy", "legacy", standard, {}),
    ("backend", "backend", contacts, {}),
    ("full", "backend", full, {}),
    ("keyed", "backend", contacts, {"jwks": values["jwks"]}),
):
    client = env["oauth.provider.client"].create({
        "name": name, "application_type": f"{application} application",
        "user_id": people[0].id if application == "backend" else False,
        "redirect_uri_ids": [(0, 0, {"name": values["callback"]})],
        "scope_ids": [(6, 0, scopes.ids)],
        "access_token_lifetime": values["access"],
        "refresh_token_lifetime": values["refresh"],
        "refresh_token_grace": 0,
        **more,
    })
    secret = client.generate_secret() if application != "mobile" else None
    result["clients"][name] = [client.identifier, secret]
"""


class Made:
    """What the database holds, for those who send requests.

    :ivar clients: {name: (identifier, secret)}
    :ivar partners: ids of the contacts that are read and written (list of int)
    :ivar people: how many there are
    """

    def __init__(self, databases, people, modules=()):
        key = ec.generate_private_key(ec.SECP256R1())
        public = jwt.algorithms.ECAlgorithm.to_jwk(key.public_key())
        databases.create(DATABASE, ["web", ADDON])
        if modules:
            databases.odoo(DATABASE, "--init", ",".join(modules))
        made = databases.shell(
            DATABASE,
            MAKE,
            people=people,
            password=PASSWORD,
            callback=CALLBACK,
            access=ACCESS,
            refresh=REFRESH,
            inactivity=INACTIVITY,
            jwks=f'{{"keys": [{public[:-1]}, "kid": "soak", "use": "sig"}}]}}',
        )
        self.clients = {name: tuple(pair) for name, pair in made["clients"].items()}
        self.partners = made["partners"]
        self.people = people
        self._key = key

    def assertion(self, audience, identifier):
        """Return a signed assertion (str) of the client ``keyed`` (RFC 7523).

        :param audience: address of the issuer
        :param identifier: of the assertion, used once
        """
        name, now = self.clients["keyed"][0], int(time.time())
        claims = {"iss": name, "sub": name, "aud": audience, "jti": identifier}
        claims |= {"iat": now, "exp": now + 60}
        return jwt.encode(claims, self._key, "ES256", headers={"kid": "soak"})


def server(cluster):
    """Return the Odoo (:class:`dev.server.OdooServer`): two workers, and one for jobs.

    No worker is replaced: a new one would hide what the old one had grown to.
    """
    return OdooServer(
        cluster,
        "soak",
        DATABASE,
        workers=WORKERS,
        load=[ADDON],
        dbfilter=f"^{DATABASE}$",
        cron=True,
        options=[FOREVER],
    )
