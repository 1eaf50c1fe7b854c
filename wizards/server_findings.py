# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What the check-up finds about the server: issuer, proxy, configuration file, keys.

Each function is given the environment and yields findings
(:class:`~..tools.finding.Finding`).
"""

from urllib.parse import urlsplit

from odoo.tools import config

from ..tools import arrival, dbfilter, key_encryption, uri_parts
from ..tools.finding import CRITICAL, REVIEW, Finding

COMMAND = "odoo-bin oauth_provider_keys"


def find(env, seen):
    """Yield all findings about the server.

    :param seen: how the request of the person who looks came here
        (:class:`~..tools.arrival.Arrival`), or None where there is no request
    """
    issuer = env["oauth.provider"].get_issuer()
    place = _get_issuer_parameter(env)
    for finding in check_issuer(env, issuer):
        yield finding._replace(place=place)
    # Nothing in the configuration file can be opened from here
    yield from check_proxy_mode(env, issuer, seen)
    yield from check_configuration_file(env, issuer)
    yield from check_database_choice(env)
    yield from check_keys(env)
    if seen:
        for finding in check_request(env, issuer, seen):
            yield finding._replace(is_of_request=True)


def _get_issuer_parameter(env):
    """Return the system parameter (record), or none where it cannot be opened."""
    parameters = env["ir.config_parameter"].sudo()
    # Managers who are no administrators cannot open it
    if not env[parameters._name].has_access("read"):
        return parameters
    return parameters.search([("key", "=", "oauth_provider.issuer")], limit=1)


def check_issuer(env, issuer):
    """Check the issuer (str)."""
    base = env["ir.config_parameter"].sudo().get_param("web.base.url") or ""
    if env["oauth.provider"].is_issuer_of_original():
        yield Finding(
            "copy",
            CRITICAL,
            env._("This database is a copy, and still has the issuer of the original."),
            env._(
                "Applications cannot tell them apart. Give the copy its own address and"
                " issuer. If it has replaced the original, dismiss this."
            ),
            evidence=[issuer, env["oauth.provider.key"]._get_database_uuid()],
        )
    if not issuer.startswith("https://") and not uri_parts.is_loopback(issuer):
        yield Finding(
            "issuer_http",
            CRITICAL,
            env._("The issuer is not https, so others on the way can read it."),
            env._("Use https, and correct the issuer before clients use it."),
            evidence=issuer,
        )
    if urlsplit(issuer).netloc != urlsplit(base).netloc:
        yield Finding(
            "issuer_host",
            REVIEW,
            env._("The issuer is another host than this database is used at."),
            env._("If the host has changed for good, correct the issuer."),
            evidence=[issuer, base],
        )


def check_proxy_mode(env, issuer, seen):
    """Check whether Odoo reads what its proxy says.

    :param seen: as in :func:`find`
    """
    is_https = issuer.startswith("https://")
    has_headers = bool(seen and seen.headers)
    if not config["proxy_mode"] and (is_https or has_headers):
        yield Finding(
            "proxy_mode",
            CRITICAL,
            env._("Odoo does not know of its proxy (proxy_mode is off)."),
            env._(
                "Set proxy_mode in the configuration file of the server, or failures"
                " count for all callers at once."
            ),
            is_of_request=not is_https,
        )


def check_request(env, issuer, seen):
    """Compare the request of the person who looks with the issuer and its proxy.

    :param seen: as in :func:`find`, never None
    """
    if seen.is_forwarded:
        yield from _check_forwarded(env, issuer, seen)
    elif config["proxy_mode"] and seen.headers:
        yield Finding(
            "no_forwarded_host",
            CRITICAL,
            env._(
                "The proxy sends no X-Forwarded-Host, so Odoo ignores everything that"
                " it says."
            ),
            env._(
                "Let the proxy set X-Forwarded-Host, X-Forwarded-Proto and"
                " X-Forwarded-For. Odoo does not read the header Forwarded."
            ),
            evidence=sorted(seen.headers),
        )
    elif config["proxy_mode"]:
        yield Finding(
            "no_proxy",
            REVIEW,
            env._(
                "Your own request did not come through the proxy (proxy_mode is on, but"
                " there is no X-Forwarded-Host)."
            ),
            env._(
                "Let nobody reach Odoo directly: such callers choose the IP address"
                " that rate limits and events use. Or let the proxy set"
                " X-Forwarded-Host, X-Forwarded-Proto and X-Forwarded-For."
            ),
        )
    is_host_known = seen.is_forwarded or not (config["proxy_mode"] or seen.headers)
    base = env["ir.config_parameter"].sudo().get_param("web.base.url") or ""
    hosts = {arrival.host_of(issuer), arrival.host_of(base)}
    if is_host_known and seen.host not in hosts:
        yield Finding(
            "request_host",
            REVIEW,
            env._(
                "You use this database at %(host)s, but the issuer is %(issuer)s.",
                host=seen.host,
                issuer=issuer,
            ),
            env._(
                "Fine if it has several host names. Otherwise let the proxy pass on the"
                " host that people use (X-Forwarded-Host), or correct the issuer."
            ),
            evidence=[seen.host, issuer],
        )


def _check_forwarded(env, issuer, seen):
    """Check what the proxy says, which Odoo has read."""
    if arrival.FORWARDED_FOR not in seen.headers:
        yield Finding(
            "no_forwarded_for",
            CRITICAL,
            env._("The proxy does not say who sends a request (no X-Forwarded-For)."),
            env._(
                "Let it set X-Forwarded-For, or failures count for all callers at once"
                " and events name the proxy."
            ),
        )
    scheme = urlsplit(issuer).scheme
    if seen.host == arrival.host_of(issuer) and seen.scheme != scheme:
        yield Finding(
            "request_scheme",
            CRITICAL,
            env._(
                "You are here over %(seen)s, but the issuer starts with %(scheme)s.",
                seen=seen.scheme,
                scheme=scheme,
            ),
            env._("Let the proxy set X-Forwarded-Proto, or correct the issuer."),
            evidence=[seen.scheme, scheme],
        )


def check_configuration_file(env, issuer):
    """Check Odoo's configuration file."""
    if "oauth_provider" not in config["server_wide_modules"]:
        yield Finding(
            "server_wide_modules",
            REVIEW,
            env._("The addon is not loaded for the whole server."),
            env._(
                "Needed with several databases: add it to server_wide_modules in the"
                " configuration file of the server."
            ),
        )
    if config["list_db"]:
        yield Finding(
            "list_db",
            REVIEW,
            env._("Anybody can open the database manager (list_db is on)."),
            env._("Switch list_db off in the configuration file of the server."),
        )
    if not config["dbfilter"] and not config["db_name"]:
        yield Finding(
            "dbfilter",
            REVIEW,
            env._("No host name is bound to this database (dbfilter)."),
            env._(
                "With several databases: set dbfilter in the configuration file of the"
                " server, or name the database in the issuer."
            ),
        )
    if not config["workers"] and not uri_parts.is_loopback(issuer):
        yield Finding(
            "workers",
            REVIEW,
            env._("The server runs without workers."),
            env._(
                "Set workers in the configuration file of the server: without, it"
                " answers all applications in one process, and limits no request's time"
                " or memory."
            ),
        )


def check_database_choice(env):
    """Check what finding the database costs.

    Where no host name is bound to a database, :func:`check_configuration_file` says so.
    """
    is_watched = dbfilter.is_watched()
    if dbfilter.is_listed() and not is_watched:
        yield Finding(
            "database_connection",
            REVIEW,
            env._("Each request opens a connection to find its database."),
            env._(
                "Remove %(option)s from the configuration file of the server, or set"
                " db_name there and no dbfilter.",
                option=dbfilter.OPTION,
            ),
        )
    if is_watched and config["dbfilter"] and not dbfilter.is_literal():
        yield Finding(
            "dbfilter_pattern",
            REVIEW,
            env._("The dbfilter is a pattern that can match several names."),
            env._(
                "Each worker lists the databases every five seconds. In the"
                " configuration file of the server, end it with $ and let it be literal"
                " text, as in %(example)s",
                example="^production$",
            ),
            evidence=config["dbfilter"],
        )


def check_keys(env):
    """Check the encryption of the private keys."""
    keys = env["oauth.provider.key"].sudo()
    option = key_encryption.OPTION
    try:
        key_encryption.check()
    except key_encryption.MalformedSecretKeyError as error:
        yield Finding(
            "keys_malformed",
            CRITICAL,
            keys._malformed(error).args[0],
            env._(
                "Until it is fixed, this server makes no keys, and signs with none that"
                " is encrypted."
            ),
        )
        return
    unreadable = keys.find_unreadable()
    if unreadable:
        yield Finding(
            "keys_unreadable",
            CRITICAL,
            unreadable[0]._get_reason(),
            env._(
                "Applications get 503 where it has to sign (keys: %(count)s). Correct"
                " %(option)s in the configuration file of the server. If the key is"
                " lost, run %(command)s renew --unreadable",
                count=len(unreadable),
                option=option,
                command=COMMAND,
            ),
            evidence=sorted(unreadable.ids),
        )
    if not keys.search_count([("is_encrypted", "=", False)], limit=1):
        return
    if key_encryption.is_configured():
        yield Finding(
            "keys_partly_plain",
            REVIEW,
            env._("Some private signing keys are still stored unencrypted."),
            env._("Run %(command)s encrypt", command=COMMAND),
        )
    else:
        yield Finding(
            "keys_plain",
            REVIEW,
            env._("Private signing keys are stored unencrypted."),
            env._(
                "A copy of the database is enough to sign in its name. Run %(command)s"
                " generate, put the key into the configuration file of the server as"
                " %(option)s, restart it, then run %(command)s encrypt",
                option=option,
                command=COMMAND,
            ),
        )
